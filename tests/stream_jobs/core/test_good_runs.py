"""A run that failed is compared with the newest good run of the same definition."""

from typing import Any

import pytest

from stream_jobs.core.cell import Cell
from tests.support.lab import Lab, Object, job, job_pod, node, stamp, status, terminated

GOOD = status("Succeeded", terminated(0, "Completed"))
BAD = status("Failed", terminated(1))


def container(image: str = "train:41", **more: Any) -> Object:
    return {"name": "main", "image": image, **more}


def limits(memory: str) -> Object:
    return {"resources": {"limits": {"memory": memory}}}


def run(lab: Lab, number: int, good: bool, main: Object, **spec: Any) -> None:
    """One run of the definition `train`, an hour after the one before."""
    born = number * 3600
    kind, outcome = ("Complete", GOOD) if good else ("Failed", BAD)
    ended = {"type": kind, "status": "True", "lastTransitionTime": stamp(born + 60)}
    meta = {"creationTimestamp": stamp(born), "generateName": "train-"}
    owner = job(
        f"train-{number}", meta=meta, status={"conditions": [ended], "completionTime": stamp(born + 60)}
    )
    made = job_pod(f"train-{number}-x", owner, meta=meta, spec={"containers": [main], **spec}, status=outcome)
    lab.apply(owner, made)


def differs(lab: Lab, name: str) -> tuple[str, ...]:
    verdict = lab.session(name).verdict
    assert verdict is not None
    return verdict.differs


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (container(), container("train:42"), "image of main/main was train:41, now train:42"),
        (
            container(**limits("32Gi")),
            container(**limits("16Gi")),
            "limits.memory of main/main was 32Gi, now 16Gi",
        ),
        (container(), container(command=["sh"]), "command of main/main was absent, now sh"),
        (container(env=[{"name": "A"}]), container(), "environment of main/main was A, now absent"),
    ],
)
def test_what_changed_is_said(before: Object, after: Object, said: str) -> None:
    lab = Lab()
    run(lab, 1, True, before)
    run(lab, 2, False, after)
    assert differs(lab, "train-2") == (said,)


def test_what_differs_between_good_runs_too_is_passed_over() -> None:
    lab = Lab()
    run(lab, 1, True, container(args=["--date=1"]))
    run(lab, 2, True, container(args=["--date=2"]))
    run(lab, 3, False, container("train:42", args=["--date=3"]))
    assert differs(lab, "train-3") == ("image of main/main was train:41, now train:42",)


def test_a_later_good_run_is_no_measure() -> None:
    lab = Lab()
    run(lab, 2, False, container("train:42"))
    run(lab, 3, True, container())
    assert differs(lab, "train-2") == ()


def test_the_order_of_arrival_does_not_matter() -> None:
    lab = Lab()
    run(lab, 2, False, container("train:42"))
    run(lab, 1, True, container())
    assert differs(lab, "train-2") == ("image of main/main was train:41, now train:42",)


def test_it_is_remembered_over_a_restart() -> None:
    lab = Lab()
    run(lab, 1, True, container())
    kept = dict(lab.cell.take_dirty())
    lab.cell = Cell.load("lab", [(key, value) for key, value in kept.items() if value is not None])
    run(lab, 2, False, container("train:42"))
    assert differs(lab, "train-2") == ("image of main/main was train:41, now train:42",)


def test_another_kind_of_machine_is_said() -> None:
    lab = Lab()
    for name, pool in (("a", "a100"), ("t", "t4")):
        lab.apply(node(name, labels={"karpenter.sh/nodepool": pool}))
    run(lab, 1, True, container(), nodeName="a")
    run(lab, 2, False, container(), nodeName="t")
    assert differs(lab, "train-2") == ("node pool of main/main was a100, now t4",)


OOM = status("Failed", terminated(137, "OOMKilled"))
NOT_FOUND = status("Failed", terminated(127))


def failed_so(main: Object, outcome: Object) -> tuple[str, str]:
    """Root and title of a second run of these container and pod status, after a good one with 32Gi."""
    lab = Lab()
    run(lab, 1, True, container(**limits("32Gi")))
    meta = {"creationTimestamp": stamp(7200), "generateName": "train-"}
    over = {"type": "Failed", "status": "True", "lastTransitionTime": stamp(7260)}
    owner = job("train-2", meta=meta, status={"conditions": [over]})
    lab.apply(owner, job_pod("train-2-x", owner, meta=meta, spec={"containers": [main]}, status=outcome))
    verdict = lab.session("train-2").verdict
    assert verdict is not None
    return verdict.failure, verdict.title


def test_a_limit_that_was_lowered_comes_before_the_kill_for_memory() -> None:
    failure, title = failed_so(container(**limits("16Gi")), OOM)
    assert failure == "change-before-failure"
    assert title.endswith("train-1, was otherwise just there: limits.memory of main/main was 32Gi, now 16Gi")


@pytest.mark.parametrize(
    ("main", "outcome", "root"),
    [
        pytest.param(container(**limits("32Gi")), OOM, "container-oom-killed", id="nothing is otherwise"),
        pytest.param(container(**limits("64Gi")), OOM, "container-oom-killed", id="for the better"),
        pytest.param(
            container("train:42", **limits("32Gi")), OOM, "container-oom-killed", id="another field"
        ),
        pytest.param(container(**limits("16Gi")), BAD, "container-exit-error", id="another failure"),
        pytest.param(container("train:42", **limits("32Gi")), NOT_FOUND, "change-before-failure", id="image"),
    ],
)
def test_only_the_field_that_the_failure_names_is_blamed(main: Object, outcome: Object, root: str) -> None:
    assert failed_so(main, outcome)[0] == root
