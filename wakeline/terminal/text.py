"""Text of a cluster made safe for a terminal, and the colours and signs of each phase and severity."""

import re
import unicodedata

from rich.text import Text

from schemas.contracts import Phase, Severity

# One meaning, one colour, in the terminal as in the page and Grafana; a sign beside it, never colour alone.
WAITING, STARTING, RUNNING = "#8E8E93", "#E0B400", "#3274D9"
GOOD, BAD, MOVED, UNKNOWN = "#37872D", "#C4162A", "#A352CC", "#FF9830"

PHASES: dict[Phase, tuple[str, str]] = {
    "Pending": ("◌", WAITING),
    "Running": ("▶", RUNNING),
    "Succeeded": ("✔", GOOD),
    "Failed": ("▲", BAD),
    "Error": ("▲", BAD),
    "Cancelled": ("✕", MOVED),
    "Suspended": ("‖", WAITING),
    "Skipped": ("-", WAITING),
}
SEVERITIES: dict[Severity, str] = {
    "critical": BAD,
    "high": BAD,
    "medium": UNKNOWN,
    "low": STARTING,
    "info": WAITING,
}

_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|.)?"
)
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))  # controls, bidi overrides, zero width, surrogates


def clean(text: str) -> str:
    """Return the text on one line, without anything that a terminal would obey rather than show."""
    bare = _ESCAPES.sub("", text)
    return "".join(map(_shown, bare))


def plain(text: str, style: str = "") -> Text:
    """Return text of a cluster for rich: cleaned, and never read as markup."""
    return Text(clean(text), style=style)


def phase(name: Phase) -> Text:
    """Return a phase with its sign and colour."""
    sign, colour = PHASES[name]
    return Text(f"{sign} {name}", style=colour)


def _shown(letter: str) -> str:
    if letter in "\n\r\t\v\f\x85\u2028\u2029":
        return " "
    return "" if unicodedata.category(letter) in _HIDDEN else letter
