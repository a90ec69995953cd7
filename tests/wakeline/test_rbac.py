"""`wakeline rbac` prints what a collector needs: to read, kind by kind, and no Secrets."""

import gzip
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from stream_jobs.core.engines import all_views
from stream_jobs.core.failures import all_failures
from tests.support.recordings import scenarios, streams
from tests.wakeline.conftest import Run
from wakeline.rights import Wanted, rights

DEFAULT = Wanted(name="wakeline-collector", account_namespace="wakeline")


def documents(text: str) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(text))


def granted(text: str) -> set[tuple[str, str]]:
    rules = [rule for each in documents(text) for rule in each.get("rules", ())]
    return {(group, each) for rule in rules for group in rule["apiGroups"] for each in rule["resources"]}


def listed() -> Iterator[dict[str, Any]]:
    """Each kind of each recording, as the end of its list tells it."""
    for path in (path for scenario in scenarios() for path in streams(scenario)):
        with gzip.open(path) as lines:
            yield from (json.loads(each) for each in lines if b'"type":"LIST_END"' in each)


def test_an_account_is_bound_to_a_role_that_only_reads(wakeline: Run) -> None:
    done = wakeline("rbac", "--account-namespace", "monitoring")
    account, role, binding = documents(done.out)
    assert account["kind"] == "ServiceAccount"
    assert account["metadata"] == {"name": "wakeline-collector", "namespace": "monitoring"}
    assert role["kind"] == "ClusterRole"
    assert {verb for rule in role["rules"] for verb in rule["verbs"]} == {"get", "list", "watch"}
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert binding["subjects"] == [{"kind": "ServiceAccount", **account["metadata"]}]


def test_every_kind_is_named_and_secrets_are_not(wakeline: Run) -> None:
    given = granted(wakeline("rbac").out)
    assert "*" not in {part for pair in given for part in pair}
    assert ("", "secrets") not in given
    assert {("", "pods"), ("", "events"), ("", "nodes"), ("batch", "jobs")} <= given


def test_what_engines_and_failures_read_is_among_them() -> None:
    groups = {group for group, _ in granted(rights(DEFAULT))}
    read = {*all_views(), *(key for failure in all_failures() for key in failure.judges)} - {"*"}
    assert {key.partition(".")[2] for key in read} <= groups
    assert ("scheduling.k8s.io", "podgroups") in granted(rights(DEFAULT))


def test_kinds_are_called_as_real_clusters_serve_them() -> None:
    read = {*all_views(), *(key for failure in all_failures() for key in failure.judges)} - {"Secret"}
    served = {
        (each["group"], each["resource"])
        for each in listed()
        if f"{each['object']['kind'].removesuffix('List')}.{each['group']}".rstrip(".") in read
    }
    assert len(served) > 30
    assert served <= granted(rights(DEFAULT))


def test_secrets_and_other_kinds_are_given_on_request(wakeline: Run) -> None:
    done = wakeline("rbac", "--secrets", "--include", "example.com/trainings,ml.example.com/*")
    assert granted(done.out) - granted(rights(DEFAULT)) == {
        ("", "secrets"),
        ("example.com", "trainings"),
        ("ml.example.com", "*"),
    }


@pytest.mark.parametrize("pattern", ["*/*", "*", "core/*", "secrets", "core/secrets", "a b/c", "a/b]\nx"])
def test_no_pattern_gives_secrets_or_breaks_the_yaml(wakeline: Run, pattern: str) -> None:
    done = wakeline("rbac", "--include", pattern)
    assert done.code == 2
    assert done.out == ""
    assert "--include" in done.err


def test_rights_in_some_namespaces_are_roles_of_what_lies_in_them(wakeline: Run) -> None:
    done = wakeline("rbac", "--namespace", "team-a", "--namespace", "team-b")
    kinds = [(each["kind"], each["metadata"].get("namespace")) for each in documents(done.out)]
    assert kinds == [
        ("ServiceAccount", "wakeline"),
        ("Role", "team-a"),
        ("RoleBinding", "team-a"),
        ("Role", "team-b"),
        ("RoleBinding", "team-b"),
    ]
    assert ("", "pods") in granted(done.out)
    assert ("", "nodes") not in granted(done.out)


def test_names_that_kubernetes_does_not_take_are_refused(wakeline: Run) -> None:
    done = wakeline("rbac", "--name", "a: b")
    assert done.code == 2
    assert "no name of Kubernetes" in done.err
