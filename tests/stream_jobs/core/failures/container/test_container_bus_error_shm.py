"""container-bus-error-shm: by exit code, or by what the data loader wrote."""

import pytest

from tests.support.lab import Lab, job, job_pod, status, terminated

LOADER = (
    "RuntimeError: DataLoader worker (pid 87) is killed by signal: Bus error. It is possible that "
    "dataloader's workers are out of shared memory."
)


def ended(code: int, message: str = "") -> Lab:
    state = status("Failed", terminated(code, message=message))
    return Lab().apply(job("train"), job_pod("train-x", job("train"), status=state))


@pytest.mark.parametrize(("code", "message"), [(135, ""), (1, LOADER)])
def test_it_is_the_root_and_no_plain_exit_error(code: int, message: str) -> None:
    lab = ended(code, message)
    found = lab.one("container-bus-error-shm")
    assert found.root
    assert "shared memory" in found.title
    assert any("/dev/shm" in step for step in found.playbook)
    assert lab.anomalies("container-exit-error") == []


@pytest.mark.parametrize(("code", "message"), [(139, ""), (1, "ValueError: shapes do not match"), (137, "")])
def test_other_ends(code: int, message: str) -> None:
    assert ended(code, message).anomalies("container-bus-error-shm") == []
