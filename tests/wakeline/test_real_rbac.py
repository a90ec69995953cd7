"""The rights of `wakeline rbac`, asked of a real API server: to read what is collected, and no more."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
import yaml

from schemas.contracts import Input, Progress
from tests.collectors.live import Running
from tests.support.real_api.server import RealApi, make_real_api
from wakeline.rights import BESIDE, NAMESPACED, OF_THE_CLUSTER, VERBS, Wanted, custom, rights

WRITES = ("create", "update", "patch", "delete", "deletecollection", "impersonate", "escalate", "bind")
KINDS = sorted(
    {
        (group, each)
        for table in (NAMESPACED, OF_THE_CLUSTER, BESIDE, custom())
        for group in table
        for each in table[group]
    }
)
UNASKED = (
    ("", "secrets"),
    ("", "pods/exec"),
    ("", "pods/log"),
    ("", "serviceaccounts/token"),
    ("example.com", "x"),
)
ACCOUNTS = {
    "default": Wanted(name="default-rights", account_namespace="wakeline"),
    "secrets": Wanted(name="with-secrets", account_namespace="wakeline", secrets=True),
    "team": Wanted(name="in-a-team", account_namespace="wakeline", namespaces=("team-a",)),
}
PATHS = {
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "ClusterRole": "/apis/rbac.authorization.k8s.io/v1/clusterroles",
    "ClusterRoleBinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "Role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/roles",
    "RoleBinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/rolebindings",
}
Question = tuple[str, str, str, str]  # group, resource, verb, namespace ("" for all)


@pytest.fixture(scope="module")
def api() -> Iterator[RealApi]:
    with make_real_api() as started:
        for namespace in ("wakeline", "team-a", "team-b"):
            started.call("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
        for wanted in ACCOUNTS.values():
            for each in yaml.safe_load_all(rights(wanted)):
                started.call("POST", PATHS[each["kind"]].format(each["metadata"].get("namespace")), each)
            until_known(started, wanted)
        yield started


def until_known(api: RealApi, wanted: Wanted) -> None:
    namespace = wanted.namespaces[0] if wanted.namespaces else ""
    for _ in range(200):
        if allowed(api, wanted, ("", "pods", "list", namespace)):
            return
    raise TimeoutError(wanted.name)


def allowed(api: RealApi, wanted: Wanted, question: Question) -> bool:
    group, resource, verb, namespace = question
    resource, _, subresource = resource.partition("/")
    attributes = {"group": group, "resource": resource, "subresource": subresource, "verb": verb}
    user = f"system:serviceaccount:{wanted.account_namespace}:{wanted.name}"
    spec = {"user": user, "resourceAttributes": attributes | {"namespace": namespace}}
    answer = api.call("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", {"spec": spec})
    return bool(answer["status"]["allowed"])


def granted(api: RealApi, account: str, questions: list[Question]) -> set[Question]:
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda each: allowed(api, ACCOUNTS[account], each), questions)
        return {question for question, answer in zip(questions, answers, strict=True) if answer}


def matrix(kinds: Any, verbs: Any, namespace: str = "") -> list[Question]:
    return [(group, resource, verb, namespace) for (group, resource), verb in product(kinds, verbs)]


def test_every_kind_may_be_read_and_nothing_else_be_done(api: RealApi) -> None:
    questions = matrix([*KINDS, *UNASKED], (*VERBS, *WRITES))
    assert granted(api, "default", questions) == set(matrix(KINDS, VERBS))


def test_secrets_may_be_read_where_that_was_asked_for(api: RealApi) -> None:
    questions = matrix([("", "secrets")], (*VERBS, *WRITES))
    assert granted(api, "secrets", questions) == set(matrix([("", "secrets")], VERBS))


def test_roles_reach_no_further_than_their_namespaces(api: RealApi) -> None:
    kinds = [("", "pods"), ("", "events"), ("", "nodes"), ("", "secrets"), ("argoproj.io", "workflows")]
    questions = [
        each for place in ("team-a", "team-b", "") for each in matrix(kinds, (*VERBS, *WRITES), place)
    ]
    reads = [kinds[0], kinds[1], kinds[4]]
    assert granted(api, "team", questions) == set(matrix(reads, VERBS, "team-a"))


def token(api: RealApi, account: str) -> str:
    wanted = ACCOUNTS[account]
    path = PATHS["ServiceAccount"].format(wanted.account_namespace)
    answer = api.call("POST", f"{path}/{wanted.name}/token", {"spec": {"expirationSeconds": 3600}})
    return str(answer["status"]["token"])


@pytest.mark.parametrize("account", ["default", "secrets"])
async def test_a_collector_with_these_rights_is_refused_nothing(api: RealApi, account: str) -> None:
    secrets = ACCOUNTS[account].secrets
    settings = {"kubeconfig": api.kubeconfig(token(api, account)), "secrets": secrets}
    served = {each for table in (NAMESPACED, OF_THE_CLUSTER) for kinds in table.values() for each in kinds}
    awaited = served | ({"secrets"} if secrets else set())

    def followed(inputs: list[Input]) -> set[str]:
        return {each.resource for each in inputs if isinstance(each, Progress)}

    async with Running(None, progress_seconds=0.1, **settings) as found:
        await found.until(lambda inputs: awaited <= followed(inputs))
    assert followed(found.inputs) == awaited
    assert found.stats.refused == 0


async def test_a_collector_of_one_namespace_works_with_a_role(api: RealApi) -> None:
    pods = "/api/v1/namespaces/team-a/pods"
    pod = {"metadata": {"name": "train"}, "spec": {"containers": [{"name": "main", "image": "x"}]}}
    settings = {"kubeconfig": api.kubeconfig(token(api, "team")), "namespaces": ("team-a",)}
    async with Running(None, include=("core/pods", "batch/*"), progress_seconds=0.1, **settings) as found:
        await found.until(lambda inputs: any(isinstance(each, Progress) for each in inputs))
        await asyncio.to_thread(api.call, "POST", pods, pod)
        await found.until(lambda _: bool(found.changes()))
    assert [name for _, name, _ in found.changes()] == ["train"]
    assert found.stats.refused == 0
