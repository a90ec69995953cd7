"""Writes docs/reference from the code: `python -m wakeline.reference` (make docs)."""

from pathlib import Path

from wakeline.reference.commands import commands
from wakeline.reference.contracts import contracts
from wakeline.reference.plugins import engines, failures
from wakeline.reference.tables import tables
from wakeline.reference.topics import topics

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def pages() -> dict[str, str]:
    """Return every page of docs/reference by its file name."""
    return {
        "commands.md": commands(),
        "json.md": contracts(),
        "topics.md": topics(),
        "tables.md": tables(),
        "engines.md": engines(),
        "failures.md": failures(),
    }
