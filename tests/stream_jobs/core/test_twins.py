"""Many objects with one failure are one incident: counted, with examples, and told once."""

from tests.support.lab import Lab, Object, job, job_pod, pod, stamp, status, terminated

BAD = {"conditions": [{"type": "Failed", "status": "True", "lastTransitionTime": stamp(300)}]}


def died(name: str, owner: Object, born: int, over: int, code: int = 1) -> Object:
    ended = status("Failed", terminated(code, seconds=over))
    return job_pod(name, owner, meta={"creationTimestamp": stamp(born)}, status=ended)


def test_tries_of_one_step_are_counted() -> None:
    train = job("train", status=BAD)
    tries = [died(f"train-{number}", train, number * 30, number * 30 + 20) for number in range(4)]
    verdict = Lab().apply(train, *tries).session("train").verdict
    assert verdict is not None
    assert (verdict.failure, verdict.instances) == ("container-exit-error", 4)
    assert len(verdict.examples) == 3
    assert {each.name for each in verdict.examples} < {f"train-{number}" for number in range(4)}


def test_what_died_side_by_side_has_one_root() -> None:
    train = job("train", status=BAD)
    lab = Lab().apply(train, *(died(f"train-{number}", train, 10, 60 + number) for number in range(3)))
    found = lab.anomalies("container-exit-error")
    assert [each.subject.name for each in found if each.root] == ["train-0"]
    assert {each.instances for each in found} == {3}


def test_another_failure_and_another_run_are_not_counted() -> None:
    train = job("train", status=BAD)
    lab = Lab().apply(train, died("train-0", train, 10, 60), died("train-1", train, 70, 90, code=127))
    lab.apply(pod("alone", status=status("Failed", terminated(1))))
    assert {each.instances for each in lab.anomalies("container-exit-error")} == {1}
