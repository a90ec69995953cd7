"""`.ci/run` passes only where everything ran."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.repository import ROOT

TOOLS = ("make", "git", "java", "mvn", "chromium", "go", "openssl", "python3", "apt-get")
REAL = ("dirname", "mktemp", "tee", "grep", "tail", "rm", "cat", "bash", "env", "nice", "timeout")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A checkout with .ci/run and a PATH on which every tool is a stand-in that notes its call."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", tmp_path / ".ci")
    commands = tmp_path / "commands"
    commands.mkdir()
    for tool in TOOLS:
        stand_in(tmp_path, tool, "")
    for tool in REAL:
        found = shutil.which(tool)
        assert found is not None
        (commands / tool).symlink_to(found)
    return tmp_path


def stand_in(machine: Path, tool: str, script: str) -> None:
    path = machine / "commands" / tool
    path.write_text(f'#!/bin/sh\necho "{tool} $*" >> {machine}/calls\n{script}\n')
    path.chmod(0o755)


def let_tests_end(machine: Path, line: str, *, code: int) -> None:
    stand_in(machine, "make", f'[ "$1" = test ] && echo "{line}" && exit {code}; exit 0')


def run(machine: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", str(machine / ".ci" / "run")],
        env={"PATH": str(machine / "commands"), "CI": "true"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def test_it_passes_and_prints_the_closing_line(machine: Path) -> None:
    let_tests_end(machine, "===== 812 passed in 301.22s (0:05:01) =====", code=0)
    done = run(machine)
    assert done.returncode == 0, done.stderr
    assert "812 passed" in done.stdout
    assert [
        line.split()[1] for line in (machine / "calls").read_text().splitlines() if line.startswith("make")
    ] == [
        "setup",
        "check",
        "test",
    ]


def test_a_skipped_test_fails_it(machine: Path) -> None:
    let_tests_end(machine, "===== 811 passed, 1 skipped in 301.22s (0:05:01) =====", code=0)
    done = run(machine)
    assert done.returncode != 0
    assert "nothing may be skipped" in done.stderr


def test_no_test_at_all_fails_it(machine: Path) -> None:
    let_tests_end(machine, "===== no tests ran in 0.02s =====", code=0)
    done = run(machine)
    assert done.returncode != 0
    assert "No test ran" in done.stderr


def test_a_failing_test_fails_it(machine: Path) -> None:
    let_tests_end(machine, "===== 1 failed, 811 passed in 301.22s =====", code=2)
    assert run(machine).returncode == 2


def test_it_installs_only_what_is_missing(machine: Path) -> None:
    let_tests_end(machine, "===== 812 passed in 301.22s =====", code=0)
    (machine / "commands" / "chromium").unlink()
    assert run(machine).returncode == 0
    (install,) = [line for line in (machine / "calls").read_text().splitlines() if "apt-get install" in line]
    assert "chromium" in install
    assert "maven" not in install


def test_the_api_server_is_built_beside_all_else(machine: Path) -> None:
    os.mkfifo(machine / "begun")
    stand_in(
        machine, "python3", f'case "$*" in *real_api*) echo "1 passed in 1.00s" > {machine}/begun;; esac'
    )
    stand_in(machine, "make", f'[ "$1" = test ] && echo "= $(timeout 20 cat {machine}/begun) =" || exit 0')
    assert run(machine).returncode == 0
