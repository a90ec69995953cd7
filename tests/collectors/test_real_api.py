"""The collector against a real API server: everything exactly once, whatever the server does."""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from random import Random
from typing import Any

import aiohttp
import orjson
import pytest

from collectors.access import Access
from schemas.codec import encode
from schemas.contracts import Change, Input, Progress
from tests.collectors.live import Running
from tests.support.real_api.server import RealApi, make_real_api

CORE = "/api/v1/namespaces"
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
POD = {"spec": {"containers": [{"name": "main", "image": "example.com/train:1"}]}}
JOB = {"spec": {"template": {"spec": {"restartPolicy": "Never", **POD["spec"]}}}}
READER = "reader-token"


@pytest.fixture(scope="module")
def api() -> Iterator[RealApi]:
    with make_real_api(users={"reader": READER}) as started:
        yield started


def collecting(api: RealApi, **settings: Any) -> Running:
    return Running(None, **({"kubeconfig": api.kubeconfig(), "progress_seconds": 0.1} | settings))


def namespace(api: RealApi, name: str) -> str:
    api.call("POST", CORE, {"metadata": {"name": name}})
    return f"{CORE}/{name}"


def complete(*resources: str) -> Any:
    """Whether the collector follows these resources."""

    def check(inputs: list[Input]) -> bool:
        told = {each.resource for each in inputs if isinstance(each, Progress)}
        return set(resources) <= told

    return check


def of(inputs: Sequence[Input], resource: str, namespace: str = "") -> list[Change]:
    return [
        each
        for each in inputs
        if isinstance(each, Change) and each.resource == resource and namespace in ("", each.namespace)
    ]


def said(changes: Sequence[Change]) -> list[tuple[str, str]]:
    return [(each.verb, each.name) for each in changes]


def work(api: RealApi, home: str, seed: int, changes: int) -> None:
    """Make seeded random changes of four kinds: create, patch, status, delete, create again."""
    random, there = Random(seed), set[str]()
    jobs = home.replace("/api/", "/apis/batch/") + "/jobs"
    kinds: dict[str, dict[str, Any]] = {
        f"{home}/pods": POD,
        f"{home}/configmaps": {},
        jobs: JOB,
        "/api/v1/nodes": {},
    }
    for number in range(changes):
        root = random.choice([*kinds])
        name = f"thing-{random.randrange(4)}"
        path = f"{root}/{name}"
        if path not in there:
            api.call("POST", root, kinds[root] | {"metadata": {"name": name}})
            there.add(path)
        elif random.random() < 0.2:
            api.call("DELETE", path, {"gracePeriodSeconds": 0, "propagationPolicy": "Background"})
            there.remove(path)
        else:
            _change(api, path, number, random)


def _change(api: RealApi, path: str, number: int, random: Random) -> None:
    if "configmaps" in path:
        api.call("PATCH", path, {"data": {"rate": str(number)}})
    elif random.random() < 0.5:
        api.call("PATCH", path, {"metadata": {"labels": {"number": str(number)}}})
    else:
        moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        told = {"type": "Told", "status": "True", "reason": f"R{number}", "lastTransitionTime": moment}
        api.call("PATCH", f"{path}/status", {"status": {"conditions": [told]}})


def stored(change: Change) -> tuple[str, str, int]:
    """The change as etcd tells it."""
    kind = "minions" if change.resource == "nodes" else change.resource
    key = "/".join(part for part in ("/registry", kind, change.namespace, change.name) if part)
    return key, change.verb, change.resource_version


async def test_every_change_comes_exactly_once(api: RealApi) -> None:
    home, resources = namespace(api, "ledger"), ("pods", "configmaps", "jobs", "nodes")
    async with collecting(api) as found:
        await found.until(complete(*resources))
        since = api.revision()
        await asyncio.to_thread(work, api, home, 6, 250)
        ledger = [each for each in await asyncio.to_thread(api.history, since) if "/thing-" in each[0]]
        await found.until(lambda inputs: len(told(inputs)) >= len(ledger))
    assert len(ledger) >= 250
    assert sorted(told(found.inputs)) == sorted(ledger)
    assert found.gaps() == found.gaps("nodes") == []
    assert found.stats.unreadable == found.stats.refused == 0


def told(inputs: Sequence[Input]) -> list[tuple[str, str, int]]:
    changes = (each for each in inputs if isinstance(each, Change))
    return [stored(each) for each in changes if each.name.startswith("thing-")]


def definition(*versions: str) -> dict[str, Any]:
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    served = [
        {"name": name, "served": number == len(versions) - 1, "storage": number == len(versions) - 1}
        | {"schema": schema}
        for number, name in enumerate(versions)
    ]
    names = {"plural": "trainings", "singular": "training", "kind": "Training"}
    return {
        "metadata": {"name": "trainings.ml.example.com"},
        "spec": {"group": "ml.example.com", "scope": "Namespaced", "names": names, "versions": served},
    }


async def test_a_custom_kind_may_come_change_its_version_and_go(api: RealApi) -> None:
    home = namespace(api, "custom").replace("/api/v1", "/apis/ml.example.com/{}") + "/trainings"
    text = "größer als eine Seite; " * 45_000  # an object of 1 MiB

    def training(name: str, version: str, **spec: str) -> dict[str, Any]:
        kind = {"apiVersion": f"ml.example.com/{version}", "kind": "Training"}
        return kind | {"metadata": {"name": name}, "spec": spec}

    async with collecting(api, include=("apiextensions.k8s.io/*", "ml.example.com/*")) as found:
        await found.until(complete("customresourcedefinitions"))
        await asyncio.to_thread(api.call, "POST", CRDS, definition("v1alpha1"))
        await found.until(complete("trainings"))
        old, new = home.format("v1alpha1"), home.format("v1")
        await asyncio.to_thread(api.call, "POST", old, training("large", "v1alpha1", text=text))
        await asyncio.to_thread(api.call, "POST", old, training("small", "v1alpha1", rate="1"))
        await found.until(lambda inputs: len(of(inputs, "trainings")) == 2)
        await asyncio.to_thread(
            api.call, "PATCH", f"{CRDS}/trainings.ml.example.com", definition("v1alpha1", "v1")
        )
        await asyncio.to_thread(served, api, new)
        await asyncio.to_thread(api.call, "PATCH", f"{new}/small", {"spec": {"rate": "2"}})
        await found.until(lambda inputs: len(of(inputs, "trainings")) == 3)
        await asyncio.to_thread(api.call, "DELETE", f"{CRDS}/trainings.ml.example.com")
        await found.until(lambda inputs: len(of(inputs, "trainings")) == 5)
    changes = of(found.inputs, "trainings")
    assert said(changes[:2]) in (
        [("added", "large"), ("added", "small")],
        [("listed", "large"), ("listed", "small")],
        [("listed", "large"), ("added", "small")],
    )
    assert orjson.loads(bytes(changes[0].object))["spec"]["text"] == text
    assert (changes[2].name, changes[2].version) == ("small", "v1")
    assert sorted(said(changes[3:])) == [("deleted", "large"), ("deleted", "small")]


def served(api: RealApi, path: str) -> None:
    """Wait until the API server serves a path."""
    for _ in range(100):
        try:
            api.call("GET", path)
        except OSError:
            continue
        return
    raise TimeoutError(path)


async def test_what_a_restart_and_a_compaction_hide_is_a_gap_and_the_missed_delete_is_inferred(
    api: RealApi,
) -> None:
    home = namespace(api, "restart") + "/configmaps"
    await asyncio.to_thread(api.call, "POST", home, {"metadata": {"name": "lost"}, "data": {"a": "1"}})
    await asyncio.to_thread(api.call, "POST", home, {"metadata": {"name": "kept"}, "data": {"a": "1"}})

    def behind_its_back() -> datetime:
        with api.away():
            api.erase("/registry/configmaps/restart/lost")
            moment = datetime.now(UTC)
            api.compact()
        return moment

    async with collecting(api, include=("core/configmaps",)) as found:
        await found.until(lambda inputs: len(of(inputs, "configmaps", "restart")) == 2)
        await found.until(complete("configmaps"))
        moment = await asyncio.to_thread(behind_its_back)
        await asyncio.to_thread(api.call, "POST", home, {"metadata": {"name": "new"}})
        await found.until(lambda inputs: len(of(inputs, "configmaps", "restart")) >= 4)
    changes = of(found.inputs, "configmaps", "restart")
    assert sorted(said(changes)[:2]) == [("listed", "kept"), ("listed", "lost")]
    assert {verb for verb, name in said(changes[2:]) if name == "lost"} == {"vanished"}
    assert [verb for verb, name in said(changes[2:]) if name == "new"] in (["listed"], ["added"])
    assert len(changes) == 4
    (gap,) = found.gaps("configmaps")
    assert gap.since <= moment <= gap.until
    assert "410" in gap.reason
    assert "too old resource version" in gap.reason


async def test_a_token_rotated_on_disk_is_read_again(api: RealApi, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    home = namespace(api, "rotation") + "/configmaps"
    file = api.folder / "token"
    file.write_text(f"{api.token}\n")

    def rotated() -> None:
        with api.away():
            api.rotate("another-token")
        api.call("POST", home, {"metadata": {"name": "after"}})

    async with collecting(
        api, include=("core/configmaps",), kubeconfig=api.kubeconfig(token_file=file)
    ) as found:
        await found.until(complete("configmaps"))
        await asyncio.to_thread(rotated)
        await found.until(lambda _: found.stats.refused > 0)  # it is not let in
        file.write_text(f"{api.token}\n")
        await found.until(lambda inputs: bool(of(inputs, "configmaps", "rotation")))
    assert said(of(found.inputs, "configmaps", "rotation")) in ([("listed", "after")], [("added", "after")])
    assert [record.getMessage() for record in caplog.records if "401" in record.getMessage()] != []


def allow(api: RealApi, name: str, *resources: str) -> None:
    """Let the reader list and watch these core kinds, and wait until the API server knows it."""
    rbac = "/apis/rbac.authorization.k8s.io/v1"
    rules = [{"apiGroups": [""], "resources": [*resources], "verbs": ["get", "list", "watch"]}]
    api.call("POST", f"{rbac}/clusterroles", {"metadata": {"name": name}, "rules": rules})
    subject = {"kind": "User", "name": "reader", "apiGroup": "rbac.authorization.k8s.io"}
    role = {"kind": "ClusterRole", "name": name, "apiGroup": "rbac.authorization.k8s.io"}
    body = {"metadata": {"name": name}, "subjects": [subject], "roleRef": role}
    api.call("POST", f"{rbac}/clusterrolebindings", body)
    question = {"spec": {"resourceAttributes": {"resource": resources[-1], "verb": "list"}}}
    for _ in range(100):
        path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
        if api.call("POST", path, question, READER)["status"]["allowed"]:
            return
    raise TimeoutError(name)


async def test_a_kind_that_is_forbidden_is_said_once_and_the_rest_goes_on(
    api: RealApi, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    home = namespace(api, "rights") + "/pods"
    allow(api, "pods-only", "pods")
    settings = {"include": ("core/pods", "core/configmaps"), "kubeconfig": api.kubeconfig(READER)}
    async with collecting(api, **settings) as found:
        await found.until(complete("pods"))
        await asyncio.to_thread(api.call, "POST", home, POD | {"metadata": {"name": "train"}})
        await found.until(lambda inputs: bool(of(inputs, "pods", "rights")))
        await found.until(lambda _: found.stats.refused > 0)
    assert said(of(found.inputs, "pods", "rights")) == [("added", "train")]
    assert not any(getattr(each, "resource", "") == "configmaps" for each in found.inputs)
    refusals = [record.getMessage() for record in caplog.records if "configmaps" in record.getMessage()]
    assert len(refusals) == 1
    assert "403" in refusals[0]


async def test_a_bookmark_moves_a_quiet_kind_on(api: RealApi, monkeypatch: pytest.MonkeyPatch) -> None:
    home = namespace(api, "quiet") + "/configmaps"
    positions: list[int] = []
    inner = Access.get

    def noting(
        self: Access, path: str, query: dict[str, str], *rest: Any
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        if "watch" in query:
            positions.append(int(query["resourceVersion"]))
        return inner(self, path, query, *rest)

    monkeypatch.setattr(Access, "get", noting)
    async with collecting(api, include=("core/resourcequotas",), watch_seconds=3) as found:
        await found.until(complete("resourcequotas"))
        made = await asyncio.to_thread(api.call, "POST", home, {"metadata": {"name": "elsewhere"}})
        await found.until(lambda _: positions[-1] >= int(made["metadata"]["resourceVersion"]))
    assert positions[0] < int(made["metadata"]["resourceVersion"])
    assert found.changes("resourcequotas") == []


async def test_no_secret_leaves_it(api: RealApi) -> None:
    canary = "canary-4711"
    home = namespace(api, "canaries")
    applied = orjson.dumps({"stringData": {"password": canary}}).decode()
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": applied}
    secret = {"metadata": {"name": "login", "annotations": annotations}, "stringData": {"password": canary}}
    async with collecting(api, include=("core/secrets",), secrets=True) as found:
        await asyncio.to_thread(api.call, "POST", f"{home}/secrets", secret)
        await found.until(lambda inputs: bool(of(inputs, "secrets", "canaries")))
        await asyncio.to_thread(
            api.call, "PATCH", f"{home}/secrets/login", {"metadata": {"labels": {"a": "b"}}}
        )
        await asyncio.to_thread(api.call, "DELETE", f"{home}/secrets/login")
        await found.until(lambda inputs: of(inputs, "secrets", "canaries")[-1].verb == "deleted")
    changes = of(found.inputs, "secrets", "canaries")
    assert [each.verb for each in changes][-2:] == ["modified", "deleted"]
    assert {each.kind for each in changes} == {"Secret"}
    for change in changes:
        text = encode(change).decode()
        assert canary not in text
        assert "Y2FuYXJ5LTQ3MTE" not in text  # in base64
        assert set(orjson.loads(bytes(change.object))) == {"apiVersion", "kind", "metadata"}


async def test_no_secret_of_a_pod_leaves_it_however_the_server_writes_it(api: RealApi) -> None:
    canary = "c4n4ry<4711>&Tail"  # a real server writes < as \u003c
    environment = [{"name": "DB_PASSWORD", "value": canary}]
    container = {
        "name": "main",
        "image": "x",
        "env": environment,
        "args": [f"--token={canary}", f"password={canary}"],
    }
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": f'{{"a":"{canary}"}}'}
    pod = {"metadata": {"name": "train", "annotations": annotations}, "spec": {"containers": [container]}}
    home = namespace(api, "canary-pods")
    async with collecting(api, include=("core/pods",)) as found:
        await asyncio.to_thread(api.call, "POST", f"{home}/pods", pod)
        await found.until(lambda inputs: bool(of(inputs, "pods", "canary-pods")))
    (change,) = of(found.inputs, "pods", "canary-pods")
    text = encode(change).decode()
    assert [part for part in ("c4n4ry", "4711", "Tail") if part in text] == []
