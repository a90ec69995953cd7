"""Writes docs/reference and docs/failures from the code: `python -m wakeline.reference` (make docs)."""

from pathlib import Path

from wakeline.reference.commands import commands
from wakeline.reference.contracts import contracts
from wakeline.reference.failures import failure_pages, failures, thresholds
from wakeline.reference.plugins import engines
from wakeline.reference.tables import tables
from wakeline.reference.topics import topics

FOLDER = Path(__file__).parents[2] / "docs"


def pages() -> dict[str, str]:
    """Return every page by its path below docs."""
    reference = {
        "commands": commands(),
        "json": contracts(),
        "topics": topics(),
        "tables": tables(),
        "engines": engines(),
        "failures": failures(),
        "thresholds": thresholds(),
    }
    return {f"reference/{name}.md": text for name, text in reference.items()} | {
        f"failures/{failure}.md": text for failure, text in failure_pages().items()
    }
