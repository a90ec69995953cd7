"""What is news and what is not: heartbeats, repeats, objects gone over a relist, a store put back."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from collectors.index import Index
from collectors.intake import VERBS, Intake, Stream
from collectors.lines import resource_of, timed_lines
from collectors.resource import Resource
from schemas.contracts import Change, Gap, Progress, Verb
from tests.collectors.objects import CONFIGMAPS, EVENTS, JOBS, NODES, NOW, PODS, pod, see, thing

RECORDINGS = Path(__file__).parents[2] / "wakeline" / "recordings"
LEASES = Resource(group="coordination.k8s.io", resource="leases", kind="Lease")
ENDPOINTS = Resource(resource="endpoints", kind="Endpoints")


def news(resource: Resource, *bodies: dict[str, Any]) -> list[bool]:
    """Say for each version of one object whether it is news."""
    index = Index("lab")
    return [index.admit(see(resource, body)) is not None for body in bodies]


def node(version: int, heartbeat: str, ready: str = "True") -> dict[str, Any]:
    condition = {
        "type": "Ready",
        "status": ready,
        "lastHeartbeatTime": heartbeat,
        "lastTransitionTime": "2026-11-24T09:00:00Z",
    }
    owner = {"manager": "kubelet", "operation": "Update", "time": heartbeat, "subresource": "status"}
    return thing(NODES, version, metadata={"managedFields": [owner]}, status={"conditions": [condition]})


def test_a_heartbeat_is_dropped_and_a_change_is_not() -> None:
    first, second = "2026-11-24T11:00:00Z", "2026-11-24T11:05:00Z"
    assert news(NODES, node(1, first), node(2, second), node(3, second, "Unknown")) == [True, False, True]


def test_a_renewed_lease_is_dropped_and_a_new_holder_is_not() -> None:
    def lease(version: int, time: str, holder: str = "a") -> dict[str, Any]:
        return thing(LEASES, version, spec={"holderIdentity": holder, "renewTime": time})

    assert news(LEASES, lease(1, "11:00"), lease(2, "11:01"), lease(3, "11:02", "b")) == [True, False, True]


@pytest.mark.parametrize("resource", [CONFIGMAPS, ENDPOINTS])
def test_a_renewed_leadership_is_dropped_and_a_new_leader_is_not(resource: Resource) -> None:
    def leader(version: int, time: str, holder: str = "a") -> dict[str, Any]:
        record = orjson.dumps({"holderIdentity": holder, "renewTime": time, "leaseDurationSeconds": 15})
        annotations = {"control-plane.alpha.kubernetes.io/leader": record.decode()}
        return thing(resource, version, metadata={"annotations": annotations})

    assert news(resource, leader(1, "11:00"), leader(2, "11:01"), leader(3, "11:02", "b")) == [
        True,
        False,
        True,
    ]


def test_a_write_that_changes_nothing_is_dropped() -> None:
    assert news(PODS, pod(1, image="a"), pod(2, image="a"), pod(3, image="b")) == [True, False, True]


def test_repeats_and_late_ones_are_dropped() -> None:
    assert news(PODS, pod(5, image="a"), pod(5, image="a"), pod(4, image="z")) == [True, False, False]


def test_an_event_that_expires_says_nothing_and_a_deleted_pod_does() -> None:
    index = Index("lab")
    assert index.admit(see(EVENTS, thing(EVENTS), "deleted")) is None
    assert index.admit(see(PODS, pod(), "deleted")) is not None


def test_nothing_but_heartbeats_is_dropped_from_a_real_stream() -> None:
    dropped: Counter[str] = Counter()
    kept: Counter[str] = Counter()
    intake, streams = Intake("lab"), dict[tuple[str, str], Stream]()
    for timed in timed_lines(RECORDINGS / "node-lost" / "stream.jsonl.gz", None):
        resource = resource_of(timed.line)
        stream = streams.setdefault(resource.key, Stream(intake, resource))
        if verb := VERBS.get(timed.line.type):
            change = stream.item(verb, bytes(timed.line.object), timed.at)
            (kept if change else dropped)[resource.resource] += 1
    assert set(dropped) <= {"nodes", "leases"}
    assert kept["pods"] > 20
    assert kept["nodes"] >= 5


class Lister:
    """A stream of one resource, fed with whole lists."""

    def __init__(self, resource: Resource, namespaces: set[str] | None = None) -> None:
        self.intake = Intake("lab")
        self.stream = Stream(self.intake, resource, namespaces.__contains__ if namespaces else None)
        self.now = NOW

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def list(self, version: int, *bodies: dict[str, Any]) -> list[Any]:
        told: list[Any] = []
        gap = self.stream.begin_list(self.tick())
        told += [gap] if gap else []
        for body in bodies:
            change = self.stream.item("listed", orjson.dumps(body), self.tick())
            told += [change] if change else []
        return [*told, *self.stream.end_list(str(version), "", self.tick())]

    def watch(self, verb: Verb, body: dict[str, Any]) -> Change | None:
        return self.stream.item(verb, orjson.dumps(body), self.tick())


def named(name: str, version: int, namespace: str = "ns", **fields: Any) -> dict[str, Any]:
    metadata = {"name": name, "uid": f"uid-{name}", "namespace": namespace}
    return pod(version, metadata=metadata, **fields)


def test_the_first_list_tells_every_object_and_that_all_is_told() -> None:
    told = Lister(PODS).list(10, named("a", 1), named("b", 2))
    assert [type(each) for each in told] == [Change, Change, Progress]
    assert told[-1].received == 2


def test_a_second_list_tells_the_gap_what_is_new_and_what_is_gone() -> None:
    lister = Lister(PODS)
    lister.list(10, named("a", 1), named("b", 2), named("c", 3))
    heard = lister.tick()
    lister.stream.heard(heard)
    gap, changed, vanished, progress = lister.list(20, named("a", 1), named("c", 15, image="new"))
    assert isinstance(gap, Gap)
    assert (gap.since, gap.resource) == (heard, "pods")
    assert (changed.name, changed.verb) == ("c", "listed")
    assert (vanished.name, vanished.verb, vanished.namespace, vanished.kind) == ("b", "vanished", "ns", "Pod")
    assert vanished.resource_version == 20
    assert isinstance(progress, Progress)


def test_what_was_deleted_in_time_does_not_vanish_later() -> None:
    lister = Lister(PODS)
    lister.list(10, named("a", 1))
    lister.watch("deleted", named("a", 11))
    assert [each.verb for each in lister.list(20) if isinstance(each, Change)] == []


def test_a_list_that_broke_off_infers_nothing_and_the_gap_lasts_until_one_is_complete() -> None:
    lister = Lister(PODS)
    lister.list(10, named("a", 1), named("b", 2))
    since = lister.now
    lister.stream.begin_list(lister.tick())
    lister.stream.item("listed", orjson.dumps(named("a", 1)), lister.tick())
    lister.stream.give_up_list()
    told = lister.list(30, named("a", 1))
    assert [each.since for each in told if isinstance(each, Gap)] == [since]
    assert [each.name for each in told if isinstance(each, Change)] == ["b"]


def test_a_list_of_some_namespaces_says_nothing_about_the_others() -> None:
    lister = Lister(PODS, {"ns"})
    lister.list(10, named("a", 1))
    elsewhere = Stream(lister.intake, PODS, {"other"}.__contains__)
    elsewhere.item("listed", orjson.dumps(named("x", 2, "other")), lister.tick())
    told = lister.list(20)
    assert [each.name for each in told if isinstance(each, Change)] == ["a"]


def test_events_that_a_list_no_longer_shows_are_let_go_without_a_word() -> None:
    lister = Lister(EVENTS)
    lister.list(10, thing(EVENTS, 5))
    assert [each for each in lister.list(20) if isinstance(each, Change)] == []


def test_a_store_put_back_begins_a_new_epoch_with_a_gap() -> None:
    lister = Lister(JOBS)

    def job(name: str, version: int, parallelism: int) -> dict[str, Any]:
        metadata = {"name": name, "uid": f"uid-{name}"}
        return thing(JOBS, version, metadata=metadata, spec={"parallelism": parallelism})

    lister.list(100, job("a", 90, 2), job("b", 80, 1))
    told = lister.list(70, job("a", 60, 1))
    changed = [each for each in told if isinstance(each, Change)]
    assert [(each.name, each.verb, each.epoch) for each in changed] == [
        ("a", "listed", 1),
        ("b", "vanished", 1),
    ]
    assert any("went backwards" in each.reason for each in told if isinstance(each, Gap))
    after = lister.watch("modified", job("a", 71, 3))
    assert after is not None
    assert after.epoch == 1


def test_the_index_forgets_what_is_gone() -> None:
    lister = Lister(PODS)
    lister.list(10, named("a", 1), named("b", 2), named("c", 3))
    lister.watch("deleted", named("a", 11))
    assert len(lister.intake.index) == 2
    lister.list(20, named("c", 3))
    assert len(lister.intake.index) == 1
