"""container-native-crash: the four signals of compiled code."""

import pytest

from tests.support.lab import Lab, job, job_pod, status, terminated


def ended(code: int, reason: str = "Error") -> Lab:
    state = status("Failed", terminated(code, reason))
    return Lab().apply(job("train"), job_pod("train-x", job("train"), status=state))


@pytest.mark.parametrize(
    ("code", "words"), [(132, "AVX"), (134, "aborted"), (136, "arithmetic"), (139, "segmentation fault")]
)
def test_it_says_which_crash_and_is_the_root(code: int, words: str) -> None:
    lab = ended(code)
    found = lab.one("container-native-crash")
    assert found.root
    assert words in found.title
    assert lab.anomalies("container-exit-error") == []
    verdict = lab.session("train").verdict
    assert verdict is not None
    assert verdict.failure == "container-native-crash"


@pytest.mark.parametrize(
    ("code", "reason"), [(1, "Error"), (135, "Error"), (137, "Error"), (139, "OOMKilled")]
)
def test_other_ends(code: int, reason: str) -> None:
    assert ended(code, reason).anomalies("container-native-crash") == []
