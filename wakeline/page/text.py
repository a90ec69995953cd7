"""Text of a cluster made safe to show: what a browser would obey rather than show is shown or left out."""

import re
import unicodedata
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

_COLOURS = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # a program's log colours: noise in a page
_HIDDEN = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))  # controls, bidi overrides, zero width, surrogates


def visible(text: str) -> str:
    """Return the text with hidden letters named, as in "⟨U+202E⟩"; line breaks and tabs stay.

    A right-to-left override would otherwise show a name backwards, and a zero-width letter make two names
    look alike.
    """
    return "".join(map(_shown, _COLOURS.sub("", text).replace("\r\n", "\n")))


def finalized(value: Any) -> Any:
    """Return what a template prints: every text goes through `visible`, but markup of our own templates."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return visible(value)
    return "" if value is None else value


def session_address(session: str) -> str:
    """Return the page of a session; the id's slashes are encoded, so that no part of it reads as a path."""
    return f"/session/{quote(session, safe='')}"


def failure_address(failure: str) -> str:
    """Return the page that explains a failure."""
    return f"/failures/{quote(failure, safe='')}"


def _shown(letter: str) -> str:
    if letter in "\n\t" or unicodedata.category(letter) not in _HIDDEN:
        return letter
    return f"⟨U+{ord(letter):04X}⟩"
