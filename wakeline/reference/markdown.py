"""Pieces of Markdown that the reference is made of."""

import inspect
from collections.abc import Iterable
from types import ModuleType

NOTE = "<!-- Written by `make docs` from the code. Do not edit. -->"


def page(title: str, intro: str, *sections: str) -> str:
    """Return a whole page."""
    return "\n\n".join((f"# {title}", NOTE, intro, *sections)) + "\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """Return a table; the cells are Markdown of one line."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def facts(found: Iterable[tuple[str, str]]) -> str:
    """Return a list of "name: value", without those that have no value."""
    return "\n".join(f"- {name}: {value}" for name, value in found if value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def listed(words: Iterable[str]) -> str:
    """Return the words in one line."""
    return ", ".join(words)


def paragraphs(module: ModuleType) -> str:
    """Return what a module says of itself."""
    return inspect.cleandoc(module.__doc__ or "")
