"""From pages to the JSON that Grafana reads; the same pages give the same bytes."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from dashboards import pages
from dashboards.page import Json, Page
from schemas.plugins import load_all

BUILT = Path(__file__).parent / "built"
SCHEMA_VERSION = 42
COLUMNS = 24
QUESTION_HEIGHT = 3


@cache
def all_pages() -> tuple[Page, ...]:
    """Every dashboard of `pages`, in file-name order."""
    return load_all(pages, "PAGE", Page)


def build(folder: Path = BUILT) -> list[Path]:
    """Write each dashboard as FOLDER/UID.json and return the paths.

    Raises OSError where the folder cannot be written, ValueError where a row does not fill the grid.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for page in all_pages():
        path = folder / f"{page.uid}.json"
        path.write_text(json.dumps(dashboard(page), indent=1, ensure_ascii=False) + "\n")
        written.append(path)
    return written


def dashboard(page: Page) -> Json:
    """Return the page in Grafana's classic model."""
    return {
        "uid": page.uid,
        "title": page.title,
        "description": page.answers,
        "tags": ["wakeline", "kubernetes"],
        "schemaVersion": SCHEMA_VERSION,
        "editable": True,
        "graphTooltip": 1,  # a shared crosshair
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "refresh": page.refresh,
        "links": [_menu()],
        "templating": {"list": list(page.variables)},
        "annotations": {"list": list(page.annotations)},
        "panels": list(_placed(page)),
    }


def _menu() -> Json:
    """The other dashboards of Wakeline, with the time range and the variables kept."""
    return {
        "type": "dashboards",
        "title": "Wakeline",
        "tags": ["wakeline"],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
    }


def _placed(page: Page) -> Iterator[Json]:
    """Number the panels and put them on the grid, the question first, row under row."""
    yield _question(page)
    number, top = 1, QUESTION_HEIGHT
    for row in page.rows:
        if sum(panel["gridPos"]["w"] for panel in row) != COLUMNS:
            raise ValueError(f"{page.uid}: the row of {row[0]['title']!r} does not fill {COLUMNS} columns")
        left = 0
        for panel in row:
            number += 1
            yield panel | {"id": number, "gridPos": panel["gridPos"] | {"x": left, "y": top}}
            left += panel["gridPos"]["w"]
        top += max(panel["gridPos"]["h"] for panel in row)


def _question(page: Page) -> Json:
    return {
        "id": 1,
        "type": "text",
        "title": page.title.removeprefix("Wakeline / "),
        "description": "What this dashboard answers.",
        "transparent": True,
        "gridPos": {"x": 0, "y": 0, "w": COLUMNS, "h": QUESTION_HEIGHT},
        "options": {"mode": "markdown", "content": f"**{page.answers}**"},
    }
