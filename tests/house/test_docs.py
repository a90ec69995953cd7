"""The documentation is current, and names only what exists."""

import re
from pathlib import Path

import pytest

from tests.house.repository import ROOT, name_of, tracked
from tests.house.test_makefile import TARGETS

PAGES = tracked("*.md")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_pages_that_the_source_points_to_exist() -> None:
    for path in tracked("*.py", "*.sql", "*.yml", "*.xml", "*.html", "Makefile", "deploy/*"):
        for page in re.findall(r"\bdocs/[\w/-]+\.md\b", path.read_text()):
            assert (ROOT / page).is_file(), f"{name_of(path)} points to {page}"


def test_make_targets_in_the_pages_exist() -> None:
    for page in PAGES:
        for targets in re.findall(
            r"^make ((?:[a-z]+ ?)+)|`make ((?:[a-z]+ ?)+)`", page.read_text(), re.MULTILINE
        ):
            assert set("".join(targets).split()) <= TARGETS, f"{name_of(page)}: make {targets}"


def test_the_readme_names_the_two_commands() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "make demo" in readme
    assert "make test" in readme


def test_every_page_of_docs_can_be_found_from_its_index() -> None:
    index = (ROOT / "docs" / "README.md").read_text()
    catalogue = (ROOT / "docs" / "reference" / "failures.md").read_text()  # links each failure's page
    for page in tracked("docs/*.md"):
        name = page.relative_to(ROOT / "docs").as_posix()
        linked = f"({name})" in index or f"(../{name})" in catalogue
        assert name == "README.md" or linked, f"docs/README.md does not link {name}"
