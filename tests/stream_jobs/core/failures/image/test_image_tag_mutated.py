"""image-tag-mutated: one name, two digests of the registry, in one run."""

import pytest

from tests.support.lab import Lab, Object, at, job, job_pod, status, terminated

ONE, TWO = "r.example/train@sha256:" + "a" * 64, "r.example/train@sha256:" + "b" * 64


def attempt(number: int, image_id: str, *, code: int = 1, image: str = "r.example/train:latest") -> Object:
    state = terminated(code, seconds=60 * number) | {"imageID": image_id}
    return job_pod(
        f"train-{number}",
        job("train"),
        spec={"containers": [{"name": "main", "image": image}], "restartPolicy": "Never"},
        status=status("Failed" if code else "Succeeded", state),
        meta={"creationTimestamp": f"2026-11-24T12:0{number}:00Z"},
    )


def test_a_later_try_ran_another_image() -> None:
    lab = Lab().apply(job("train"), attempt(1, ONE), attempt(2, TWO))
    found = lab.one("image-tag-mutated")
    assert (found.severity, found.root, found.since) == ("medium", True, at(120))
    assert (
        "all name image r.example/train:latest, but ran different ones (aaaaaaaaaaaa and bbbbbbbbbbbb)"
        in (found.title)
    )
    blamed = {each.subject.name: each.cause for each in lab.anomalies("container-exit-error")}
    assert blamed["train-2"] == found.id
    assert blamed["train-1"] is None


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (attempt(1, ONE), attempt(2, ONE)),
        (attempt(1, ONE), attempt(2, "sha256:" + "c" * 64)),  # the image's own id: another number for it
        (attempt(1, ""), attempt(2, TWO)),
        (attempt(1, ONE, image=ONE), attempt(2, TWO, image=TWO)),
    ],
)
def test_the_same_image_told_otherwise(first: Object, second: Object) -> None:
    assert Lab().apply(job("train"), first, second).anomalies("image-tag-mutated") == []
