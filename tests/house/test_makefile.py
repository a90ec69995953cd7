"""`make` does what its help says, and says in one sentence what is missing."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.house.repository import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-C", str(folder), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with the Makefile and what it depends on, but no .venv."""
    for name in ("Makefile", "pyproject.toml", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def python_that(folder: Path, script: str) -> str:
    path = folder / "python3"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_help_lists_every_target() -> None:
    shown = make(ROOT, "--no-print-directory").stdout
    assert set(re.findall(r"^  make (\w+) ", shown, re.MULTILINE)) == TARGETS
    assert {"help", "setup", "demo", "check", "test", "bench"} <= TARGETS


def test_an_old_python_is_refused_with_what_to_install(elsewhere: Path) -> None:
    old = python_that(elsewhere, '[ "$1" = --version ] && echo Python 3.9.2 || exit 1')
    done = make(elsewhere, "setup", f"PYTHON={old}")
    assert done.returncode != 0
    assert "Python 3.9.2 is too old: install Python 3.11 or newer" in done.stderr
    assert not (elsewhere / ".venv").exists()


def test_no_python_is_answered_with_what_to_install(elsewhere: Path) -> None:
    done = make(elsewhere, "setup", f"PYTHON={elsewhere}/nowhere")
    assert done.returncode != 0
    assert "nowhere was not found: install Python 3.11 or newer" in done.stderr


def test_a_python_without_venv_is_answered_with_the_package_to_install(elsewhere: Path) -> None:
    bare = python_that(elsewhere, 'case "$2" in *ensurepip*) exit 1;; esac')
    done = make(elsewhere, "setup", f"PYTHON={bare}")
    assert done.returncode != 0
    assert "apt-get install python3-venv" in done.stderr


def test_setup_is_done_once(elsewhere: Path) -> None:
    pip = elsewhere / ".venv" / "bin" / "pip"
    pip.parent.mkdir(parents=True)
    pip.write_text(f'#!/bin/sh\necho "$@" >> {elsewhere}/calls\n')
    pip.chmod(0o755)
    (pip.parent / "python").touch()
    assert make(elsewhere, "setup").returncode == 0
    calls = (elsewhere / "calls").read_text().splitlines()
    assert [("--require-hashes" in call, "--editable" in call) for call in calls] == [
        (True, False),
        (False, True),
    ]
    assert make(elsewhere, "setup").returncode == 0
    assert (elsewhere / "calls").read_text().splitlines() == calls


def test_a_setup_that_broke_off_is_done_again(elsewhere: Path) -> None:
    pip = elsewhere / ".venv" / "bin" / "pip"
    pip.parent.mkdir(parents=True)
    pip.write_text("#!/bin/sh\nexit 1\n")
    pip.chmod(0o755)
    (pip.parent / "python").touch()
    assert make(elsewhere, "setup").returncode != 0
    assert make(elsewhere, "setup").returncode != 0
