"""A verdict says what could not be checked: kinds that were not collected, events that are forgotten."""

import pytest

from tests.support.lab import Lab, job, job_pod, stamp, status, terminated

DIED = status("Failed", terminated(1))


def checked(*kinds: str, after: float = 400, ended: int = 300, claim: bool = False) -> str:
    """What the verdict of a failed Job says where these kinds were collected, from so many seconds on."""
    over = {"conditions": [{"type": "Failed", "status": "True", "lastTransitionTime": stamp(ended)}]}
    train = job("train", status=over)
    volumes = [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}] if claim else []
    died = job_pod("train-x", train, spec={"volumes": volumes}, status=DIED)
    lab = Lab().apply(train, died)
    lab.quiet(after, kinds=kinds)
    verdict = lab.session("train").verdict
    assert verdict is not None
    return "; ".join(verdict.checked)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("Pod", "Job.batch"), "events of namespace ml were not collected"),
        (("Pod", "Job.batch", "Event"), "nodes were not collected"),
        (("Pod", "Job.batch", "Event", "Node"), "volume claims of namespace ml were not collected"),
    ],
)
def test_kinds_that_were_not_collected_are_named(kinds: tuple[str, ...], words: str) -> None:
    assert words in checked(*kinds, claim=True)


def test_with_all_that_it_needs_nothing_is_said() -> None:
    assert checked("Pod", "Job.batch", "Event", "Node") == ""


def test_events_are_forgotten_after_an_hour() -> None:
    assert "events of that time are gone" in checked("Pod", "Event", "Node", after=300 + 3700)


def test_what_is_collected_later_is_not_said_to_be_missing() -> None:
    over = {"conditions": [{"type": "Failed", "status": "True", "lastTransitionTime": stamp(300)}]}
    lab = Lab().apply(job("train", status=over)).quiet(400, kinds=("Job.batch",))
    before = lab.session("train").verdict
    lab.quiet(410, kinds=("Event", "Node", "Pod"))
    after = lab.session("train").verdict
    assert before is not None
    assert after is not None
    assert len(before.checked) == 3
    assert len(after.checked) == 1
