"""container-start-error: what could not be started, other than for want of the command."""

from typing import Any

import pytest

from tests.support.lab import Lab, job, job_pod, status, terminated

RUNC = "OCI runtime create failed: runc create failed: unable to start container process: "
NEVER = "1970-01-01T00:00:00Z"


def ended(container: dict[str, Any]) -> Lab:
    state = status("Failed", container)
    return Lab().apply(job("train"), job_pod("train-x", job("train"), status=state))


@pytest.mark.parametrize(
    "message",
    [
        'exec: "/etc/passwd": permission denied: unknown',
        'chdir to cwd ("/work") set in config.json failed: no such file or directory: unknown',
        'error mounting "/x" to rootfs at "/app/x": not a directory: unknown',
    ],
)
def test_the_runtimes_words_are_evidence(message: str) -> None:
    lab = ended(terminated(128, "StartError", startedAt=NEVER, message=RUNC + message))
    found = lab.one("container-start-error")
    assert found.root
    assert found.evidence[0].says.endswith(message)
    assert lab.anomalies("container-command-not-found") == []


def test_a_shell_that_may_not_run_a_file_ends_with_126() -> None:
    assert "may not be executed" in ended(terminated(126)).one("container-start-error").title


@pytest.mark.parametrize(
    "container",
    [
        terminated(128, "StartError", message=RUNC + 'exec: "x": executable file not found in $PATH'),
        terminated(127),
        terminated(1),
        terminated(128),  # a program's own number
    ],
)
def test_other_ends(container: dict[str, Any]) -> None:
    assert ended(container).anomalies("container-start-error") == []
