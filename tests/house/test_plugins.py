"""Each engine and each failure has its test, named after its file."""

from pathlib import Path

import pytest

import stream_jobs.core
from tests.house.repository import ROOT

CORE = Path(stream_jobs.core.__path__[0])
TESTS = ROOT / "tests" / "stream_jobs" / "core"
PLUGINS = sorted(
    path.relative_to(CORE)
    for room in ("engines", "failures")
    for path in (CORE / room).rglob("*.py")
    if path.name != "__init__.py"
)


@pytest.mark.parametrize("plugin", PLUGINS, ids=str)
def test_it_has_a_test(plugin: Path) -> None:
    wanted = TESTS / plugin.parent / f"test_{plugin.name}"
    assert wanted.is_file(), f"stream_jobs/core/{plugin} has no test: write {wanted.relative_to(ROOT)}"


@pytest.mark.parametrize("plugin", [each for each in PLUGINS if each.parts[0] == "failures"], ids=str)
def test_a_failure_is_named_after_its_file(plugin: Path) -> None:
    text = (CORE / plugin).read_text()
    assert f'id="{plugin.stem.replace("_", "-")}"' in text, (
        f"stream_jobs/core/{plugin}: file and id should agree"
    )
