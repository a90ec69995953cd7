"""LeaderWorkerSets: leaders and workers over a pod in the chain, revisions, groups that are made anew."""

from typing import Any

import pytest

from tests.support.lab import Lab, Object, condition, pod, running, stamp, status, terminated, thing

LABEL = "leaderworkerset.sigs.k8s.io/"
AVAILABLE = condition("Available", seconds=30)
RUNS = status("Running", running(), conditions=[condition("Ready", seconds=15)])


def lws(*conditions: Object, **parts: Any) -> Object:
    stand = {"conditions": list(conditions)}
    return thing(
        "LeaderWorkerSet",
        "llm",
        api="leaderworkerset.x-k8s.io/v1",
        spec={"replicas": 1},
        status=stand,
        **parts,
    )


def marks(revision: str, group: str = "", worker: str = "") -> dict[str, str]:
    found = {LABEL + "name": "llm", LABEL + "template-revision-hash": revision}
    found |= {LABEL + "group-index": group} if group else {}
    return found | ({LABEL + "worker-index": worker} if worker else {})


def leaders(revision: str = "aa") -> Object:
    return thing("StatefulSet", "llm", api="apps/v1", owner=lws(), labels=marks(revision))


def leader(revision: str = "aa", uid: str = "l1", seconds: int = 1, **parts: Any) -> Object:
    meta = {"uid": uid, "creationTimestamp": stamp(seconds)} | parts.pop("meta", {})
    return pod(
        "llm-0", owner=leaders(), labels=marks(revision, "0", "0"), meta=meta, **{"status": RUNS} | parts
    )


def workers(of: Object) -> Object:
    revision = of["metadata"]["labels"][LABEL + "template-revision-hash"]
    meta = {"uid": f"set-of-{of['metadata']['uid']}"}
    return thing("StatefulSet", "llm-0", api="apps/v1", owner=of, labels=marks(revision, "0"), meta=meta)


def worker(of: Object, uid: str = "w1", seconds: int = 2, **parts: Any) -> Object:
    revision = of["metadata"]["labels"][LABEL + "template-revision-hash"]
    meta = {"uid": uid, "creationTimestamp": stamp(seconds)}
    return pod(
        "llm-0-1", owner=workers(of), labels=marks(revision, "0", "1"), meta=meta, **{"status": RUNS} | parts
    )


def shown(lab: Lab) -> dict[str, str]:
    return {each.run: each.phase for each in lab.sessions.values() if not each.withdrawn}


@pytest.mark.parametrize("backwards", [True, False])
def test_leader_and_workers_are_one_session_over_a_pod_in_the_chain(backwards: bool) -> None:
    head = leader()
    items = [lws(AVAILABLE), leaders(), head, workers(head), worker(head)]
    lab = Lab().apply(*(items[::-1] if backwards else items))
    (session,) = [each for each in lab.sessions.values() if not each.withdrawn]
    assert (session.engine, session.kind, session.name, session.phase) == (
        "lws",
        "LeaderWorkerSet",
        "llm",
        "Running",
    )
    assert [(each.name, each.phase, each.after) for each in session.steps] == [
        ("leader", "Running", ()),
        ("worker", "Running", ("leader",)),
    ]
    assert (session.run, session.verdict, lab.failures()) == ("aa", None, set())


@pytest.mark.parametrize(
    ("conditions", "phase"),
    [
        ((), "Pending"),
        ((condition("Progressing"), condition("Available", "False")), "Pending"),
        ((AVAILABLE,), "Running"),
        ((AVAILABLE, condition("UpdateInProgress")), "Running"),
    ],
)
def test_phases(conditions: tuple[Object, ...], phase: str) -> None:
    assert Lab().apply(lws(*conditions)).session("llm").phase == phase


def test_a_change_of_the_template_is_another_rollout() -> None:
    old, new = leader("aa"), leader("bb", "l2", 100)
    going = leader("aa", meta={"deletionTimestamp": stamp(91), "deletionGracePeriodSeconds": 0})
    lab = Lab().apply(lws(AVAILABLE), leaders(), old)
    lab.event(leaders(), "SuccessfulDelete", "delete Pod llm-0 in StatefulSet llm successful", seconds=91)
    lab.apply(going).delete(going, seconds=92).apply(leaders("bb"), new)
    assert shown(lab) == {"aa": "Succeeded", "bb": "Running"}
    assert lab.cell.homes["uid-leaderworkerset-llm"] == ("lab/lws/ml/uid-leaderworkerset-llm/bb",)
    assert lab.failures() == set()


def test_a_group_that_is_made_anew_was_not_deleted_by_hand() -> None:
    head, dead = (
        leader(),
        worker(
            leader(),
            status=status(
                "Running", running(restartCount=1, lastState=terminated(137, "OOMKilled")["state"])
            ),
        ),
    )
    going = leader(meta={"deletionTimestamp": stamp(91), "deletionGracePeriodSeconds": 30})
    lab = Lab().apply(lws(AVAILABLE), leaders(), head, workers(head), dead)
    said = "Worker pod llm-0-1 failed, deleted leader pod llm-0 to recreate group 0"
    lab.event(lws(), "RecreateGroupOnPodRestart", said, seconds=61).apply(going).delete(going, seconds=92)
    session = lab.apply(leader(uid="l2", seconds=95)).session("llm")
    assert [(each.number, each.pod_uid) for each in session.steps[0].attempts] == [(1, "l1"), (2, "l2")]
    assert "pod-deleted-by-user" not in lab.failures()
    assert "container-oom-killed" in lab.failures()


def test_without_the_set_its_pods_tell() -> None:
    session = Lab().apply(leader(), worker(leader())).session("llm")
    assert (session.phase, session.uid) == ("Running", "")
