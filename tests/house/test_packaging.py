"""The wheel holds what runs, and the locks hold what it needs, by hash."""

import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.repository import PACKAGES, ROOT, name_of, tracked

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCKS = ("requirements.lock", "requirements-dev.lock", "deploy/build.lock")
ENTRY = re.compile(
    r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ]+)(?P<rest>.*?)(?=^\S|\Z)", re.MULTILINE | re.DOTALL
)


def entries(lock: str) -> dict[str, list[re.Match[str]]]:
    found: dict[str, list[re.Match[str]]] = {}
    for match in ENTRY.finditer((ROOT / lock).read_text()):
        found.setdefault(match["name"], []).append(match)
    return found


def group(name: str) -> list[Requirement]:
    wanted: list[Requirement] = []
    for each in PROJECT["dependency-groups"][name]:
        wanted += group(each["include-group"]) if isinstance(each, dict) else [Requirement(each)]
    return wanted


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    missing = {name_of(path) for path in tracked(*PACKAGES)} - set(wheel.namelist())
    assert not missing, sorted(missing)


def test_the_wheel_holds_what_an_installed_program_needs(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    for pattern in (
        r"schemas/clickhouse/0001_\w+\.sql",
        r"wakeline/.*\.jsonl\.(gz|zst)",  # recordings of the demo
        r"wakeline/.*\.html",
        r"wakeline/.*\.css",
        r"[^/]+\.dist-info/licenses/LICENSE",
    ):
        assert any(re.fullmatch(pattern, name) for name in names), pattern


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {Path(name).parts[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_hashes(lock: str) -> None:
    found = entries(lock)
    assert found
    assert [
        name for name, each in found.items() for entry in each if "--hash=sha256:" not in entry["rest"]
    ] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", [Requirement(each) for each in PROJECT["project"]["dependencies"]]),
        ("requirements-dev.lock", group("dev")),
        ("deploy/build.lock", group("build")),
    ],
    ids=LOCKS,
)
def test_a_lock_holds_what_the_project_asks_for(lock: str, wanted: list[Requirement]) -> None:
    found = entries(lock)
    for requirement in wanted:
        versions = [each["version"] for each in found.get(canonicalize_name(requirement.name), [])]
        assert versions, f"{requirement} is not in {lock}: run `make lock`"
        assert all(map(requirement.specifier.contains, versions)), (
            f"{requirement}, locked {versions}: run `make lock`"
        )


@pytest.mark.parametrize("lock", ["requirements.lock", "deploy/build.lock"])
def test_development_uses_the_same_versions_as_the_image(lock: str) -> None:
    development = entries("requirements-dev.lock")
    for name, each in entries(lock).items():
        assert [entry["version"] for entry in each] == [entry["version"] for entry in development[name]], name
