"""Rules for every file that no tool of its own checks."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.repository import PACKAGES, ROOT, name_of, tracked

MAX_LINES = 300
TEXT = {".py", ".md", ".sql", ".toml", ".yml", ".yaml", ".xml", ".html", ".css", ".js", ".txt", ".lock", ""}
ADDRESS = re.compile(r"https?://([\w.-]+)")
KNOWN_HOSTS = re.compile(
    r"(127\.0\.0\.1|localhost|[\w-]+|.*\.(example|test|invalid|svc|local)|(www\.)?example\.(com|org)"
    r"|github\.com|everything\.curl\.dev|keepachangelog\.com|semver\.org|www\.w3\.org|www\.apache\.org"
    r"|(\w+\.)?kubernetes\.io|kubernetes\.default\.svc|json-schema\.org|grafana\.com|clickhouse\.com|kafka\.apache\.org)"
)


def text_files() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXT]


def test_every_address_is_one_that_we_know() -> None:
    unknown = {
        f"{name_of(path)}: {host}"
        for path in text_files()
        if not name_of(path).startswith("tests/")
        for host in ADDRESS.findall(path.read_text())
        if not KNOWN_HOSTS.fullmatch(host.rstrip("."))
    }
    assert not unknown


def test_nothing_names_the_folder_it_was_written_in() -> None:
    assert [name_of(path) for path in text_files() if str(ROOT) in path.read_text()] == []


def test_source_files_stay_small() -> None:
    long = {
        name_of(path): count
        for path in tracked(*PACKAGES)
        if path.suffix == ".py" and (count := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert not long


def test_every_module_opens_with_a_sentence_that_says_what_it_is() -> None:
    silent = [
        name_of(path)
        for path in tracked(*PACKAGES)
        if path.suffix == ".py" and path.read_text() and not re.match(r'"""[A-Z`"\w].*', path.read_text())
    ]
    assert not silent


def test_every_column_of_the_store_has_a_comment() -> None:
    bare = [
        f"{name_of(path)}: {column.split()[0]}"
        for path in tracked("schemas/clickhouse/*.sql")
        for body in re.findall(
            r"^CREATE TABLE.*?\(\n(.*?)^\) ENGINE", path.read_text(), re.MULTILINE | re.DOTALL
        )
        for column in re.split(r"^    (?=\w)", body, flags=re.MULTILINE)
        if column.strip()
        and not column.startswith(("INDEX", "PROJECTION", "CONSTRAINT"))
        and "COMMENT" not in column
    ]
    assert not bare


def test_the_layers_hold() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("package", ["schemas", "collectors", "stream_jobs", "dashboards"])
def test_a_part_can_be_imported_without_the_program(package: str) -> None:
    script = f"import sys, {package}; sys.exit('wakeline' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
