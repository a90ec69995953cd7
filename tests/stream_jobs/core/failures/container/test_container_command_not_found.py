"""container-command-not-found: told by the runtime, or by a shell with 127."""

from typing import Any

import pytest

from tests.support.lab import Lab, job, job_pod, status, terminated, waiting

RUNC = (
    "failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create "
    "failed: unable to start container process: "
)
MISSING = (
    ('exec: "pythonn": executable file not found in $PATH: unknown', "pythonn"),
    ('exec: "/app/run.sh": stat /app/run.sh: no such file or directory: unknown', "/app/run.sh"),
    ('exec: "/app/run.sh": no such file or directory', "/app/run.sh"),
)
OTHERS = (
    'exec: "/etc/passwd": permission denied: unknown',
    'exec: "/app/train": exec format error: unknown',
    'chdir to cwd ("/work") set in config.json failed: no such file or directory: unknown',
    "error mounting /data to rootfs: no such file or directory: unknown",
)


def start_error(message: str, code: int = 128, reason: str = "StartError") -> dict[str, Any]:
    return terminated(code, reason, startedAt="1970-01-01T00:00:00Z", message=RUNC + message)


def ended(*containers: dict[str, Any]) -> Lab:
    spec = {"containers": [{"name": "main", "image": "acme/train:7"}]}
    return Lab().apply(
        job("train"), job_pod("train-x", job("train"), spec=spec, status=status("Failed", *containers))
    )


@pytest.mark.parametrize(("code", "reason"), [(128, "StartError"), (127, "ContainerCannotRun")])
@pytest.mark.parametrize(("message", "command"), MISSING)
def test_the_runtime_names_the_command(message: str, command: str, code: int, reason: str) -> None:
    lab = ended(start_error(message, code, reason))
    found = lab.one("container-command-not-found")
    assert found.root
    assert f"Command {command} " in found.title
    assert "acme/train:7" in found.title
    assert lab.failures().isdisjoint({"container-exit-error", "container-start-error"})


def test_a_shell_that_knows_no_such_command_ends_with_127() -> None:
    assert "main" in ended(terminated(127)).one("container-command-not-found").title


@pytest.mark.parametrize("message", OTHERS)
def test_a_file_that_is_there_or_another_path_is_not_a_missing_command(message: str) -> None:
    assert ended(start_error(message)).anomalies("container-command-not-found") == []


def test_a_container_that_never_ended_tells_it_while_it_waits() -> None:
    lab = Lab().apply(
        job_pod(
            "train-x",
            job("train"),
            status=status("Pending", waiting("RunContainerError", RUNC + MISSING[0][0])),
        )
    )
    assert "pythonn" in lab.one("container-command-not-found").title


def test_tries_of_one_container_are_one_incident() -> None:
    first = start_error(MISSING[0][0])
    again = start_error(MISSING[0][0]) | {"restartCount": 1}
    again["state"]["terminated"]["finishedAt"] = "2026-11-24T12:01:20Z"
    lab = Lab().apply(job_pod("train-x", job("train"), status=status("Running", first)))
    lab.apply(job_pod("train-x", job("train"), status=status("Running", again)))
    assert "2 times" in lab.one("container-command-not-found").title


def test_an_init_container_without_its_command_is_the_root_of_the_failed_preparation() -> None:
    state = {"phase": "Failed", "initContainerStatuses": [start_error(MISSING[0][0]) | {"name": "fetch"}]}
    spec = {"initContainers": [{"name": "fetch"}], "containers": [{"name": "main"}]}
    lab = Lab().apply(job("train"), job_pod("train-x", job("train"), spec=spec, status=state))
    assert lab.one("container-command-not-found").root
    assert not lab.one("init-container-failed").root
