"""When a pod was first told to go, and how its node fared meanwhile."""

from stream_jobs.core.known import deletion_requested
from stream_jobs.core.signs.disruption import removed_by, stopped_at, stretches
from tests.support.lab import Lab, Object, at, condition, node, pod, running, stamp, status, terminated, thing

UP = status("Running", running())


def going(due: float, grace: int) -> Object:
    return {"deletionTimestamp": stamp(due), "deletionGracePeriodSeconds": grace}


def test_the_first_request_counts_not_the_kubelet_s_last_word() -> None:
    ended = status("Failed", terminated(137, seconds=128))
    lab = Lab().apply(
        pod("train", meta=going(130, 30), status=UP), pod("train", meta=going(129, 0), status=ended)
    )
    known = lab.known(pod("train"))
    assert (deletion_requested(known), stopped_at(known), known.history.due) == (at(100), at(100), at(130))
    lab.delete(pod("train", meta=going(129, 0), status=ended))
    assert lab.session("train").phase == "Cancelled"


def test_a_pod_that_had_ended_was_not_stopped() -> None:
    ended = status("Failed", terminated(1, seconds=60))
    known = Lab().apply(pod("train", meta=going(90, 0), status=ended)).known(pod("train"))
    assert (deletion_requested(known), stopped_at(known)) == (at(90), None)


def test_a_delete_of_which_only_the_end_was_seen() -> None:
    item = pod("train", status=UP)
    known = Lab().apply(item).delete(item, seconds=50).known(item)
    assert (deletion_requested(known), known.history.due) == (at(50), None)


def test_bad_stretches_are_joined_and_numbered() -> None:
    told = [("True", 0), ("False", 10), ("False", 20), ("Unknown", 30), ("True", 40), ("Unknown", 50)]
    lab = Lab()
    for number, (value, seconds) in enumerate(told):
        ready = condition("Ready", value, f"Reason{number}", seconds=seconds)
        lab.apply(node("gpu-7", status={"conditions": [ready]}))
    found = [
        (each.status, each.since, each.until, each.number) for each in stretches(lab.known(node("gpu-7")))
    ]
    assert found == [
        ("False", at(10), at(30), 1),
        ("Unknown", at(30), at(40), 3),
        ("Unknown", at(50), None, 5),
    ]


def test_an_owner_that_clears_up_after_a_delete_did_not_do_it() -> None:
    ray = thing("RayCluster", "tune", api="ray.io/v1", spec={})
    doomed = pod("head", owner=ray, status=UP, meta=going(51, 1))
    found = {}
    for late in (0, 3):
        lab = Lab().apply(ray, pod("head", owner=ray, status=UP), doomed)
        lab.event(ray, "DeletedHeadPod", "Deleted head Pod ml/head", seconds=50 + late)
        found[late] = removed_by(lab.cell, lab.known(doomed), at(50))
    assert found == {0: "RayCluster tune deleted it", 3: ""}
