"""Writes docs/reference from the code: `python -m wakeline.reference` (make docs)."""

import importlib
import inspect
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import typer.main

import stream_jobs.core.engines
import stream_jobs.core.failures
from schemas.topics import TOPICS
from stream_jobs.core.engine import Engine
from stream_jobs.core.failure import Failure
from wakeline.cli import app

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "docs" / "reference"
MIGRATIONS = ROOT / "schemas" / "clickhouse"

_NOTE = "<!-- Written by `make docs` from the code. Do not edit. -->"
_CREATE = re.compile(r"^CREATE (TABLE|VIEW) (?:IF NOT EXISTS )?(\w+)(.*?);\n", re.MULTILINE | re.DOTALL)
_COLUMN = re.compile(r"^    (\w+)\s+(.+?)\s+COMMENT '((?:[^'\\]|\\.)*)',?$", re.MULTILINE)
_ABOUT = re.compile(r"^(?:\) ENGINE.*)?COMMENT '((?:[^'\\]|\\.)*)'", re.MULTILINE)
_STORAGE = re.compile(r"\s+(CODEC|DEFAULT|MATERIALIZED)\b.*")


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """One table or view of the store, as a migration makes it."""

    view: bool
    name: str
    about: str
    columns: tuple[tuple[str, str, str], ...]  # name, type, comment


def pages() -> dict[str, str]:
    """Return every page of docs/reference by its file name."""
    return {
        "commands.md": commands(),
        "topics.md": topics(),
        "tables.md": tables(),
        "engines.md": engines(),
        "failures.md": failures(),
    }


def topics() -> str:
    """Return the page of the Kafka topics."""
    rows = [
        (
            f"`{topic.name}`",
            topic.holds,
            topic.key,
            _lines(f"`{k}={v}`" for k, v in sorted(topic.config.items())),
        )
        for topic in TOPICS
    ]
    return _page(
        "Kafka topics",
        "`wakeline topics` makes those that are missing. Nothing is made on first use.",
        _table(("topic", "holds", "key", "settings"), rows),
    )


def tables() -> str:
    """Return the page of the store: views with their columns, then the tables behind them."""
    found = list(relations())
    views = [_relation(each) for each in found if each.view]
    behind = _table(("table", "what it is"), [(f"`{t.name}`", t.about) for t in found if not t.view])
    return _page(
        "Tables and views",
        "`wakeline migrate` makes them, on ClickHouse and on the embedded store alike. Query the views; "
        "[docs/sql.md](../sql.md) has an example of each.",
        *views,
        f"## The tables behind the views\n\n{behind}",
    )


def relations(folder: Path = MIGRATIONS) -> Iterator[Relation]:
    """Yield the tables and views of the migrations, in the order in which they are made."""
    for path in sorted(folder.glob("*.sql")):
        for kind, name, body in _CREATE.findall(path.read_text()):
            listed = body.partition("\n)")[0]
            columns = tuple((n, _STORAGE.sub("", t), _unquote(c)) for n, t, c in _COLUMN.findall(listed))
            about = _ABOUT.findall(body)
            yield Relation(
                view=kind == "VIEW", name=name, about=_unquote(about[-1]) if about else "", columns=columns
            )


def engines() -> str:
    """Return the page of the workflow engines."""
    sections = [
        f"## `{engine.name}`\n\n{_paragraphs(module)}\n\n{_facts(_engine_facts(engine))}".rstrip()
        for module, engine in _plugins(stream_jobs.core.engines, "ENGINE")
    ]
    return _page("Engines", "Whose runs Wakeline recognises as sessions.", *sections)


def failures() -> str:
    """Return the catalogue of failures, by area."""
    areas: dict[str, list[Failure]] = defaultdict(list)
    for module, failure in _plugins(stream_jobs.core.failures, "FAILURE"):
        areas[module.__name__.split(".")[-2]].append(failure)
    count = sum(map(len, areas.values()))
    sections = [
        f"## {area.capitalize()}\n\n" + "\n\n".join(map(_failure, found))
        for area, found in sorted(areas.items())
    ]
    return _page(
        "Failures", f"The {count} things that Wakeline can find, where it looks, and what to do.", *sections
    )


def commands() -> str:
    """Return the page of the command line, with each option and its environment variable."""
    root: Any = typer.main.get_command(app)
    sections = [_command(name, command) for name, command in _walk("wakeline", root)]
    return _page("Commands", "`wakeline COMMAND --help` says the same.", *sections)


def main() -> None:
    """Write the pages into docs/reference, or into the folder named by the first argument."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text)


def _plugins(package: ModuleType, constant: str) -> Iterator[tuple[ModuleType, Any]]:
    for info in sorted(
        pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda each: each.name
    ):
        if not info.ispkg:
            module = importlib.import_module(info.name)
            yield module, getattr(module, constant)


def _engine_facts(engine: Engine) -> Iterator[tuple[str, str]]:
    yield "kinds", _lines(f"`{kind}`" for kind in engine.views)
    yield "inner runs that are its steps", _lines(f"`{name}`" for name in engine.absorbs)
    yield "moved by", _lines(f"`{name}`" for name in engine.controllers)


def _failure(failure: Failure) -> str:
    facts = [
        ("severity", failure.severity),
        ("looks at", _lines(f"`{kind}`" for kind in failure.judges)),
        ("needs", _lines(f"`{kind}`" for kind in failure.needs)),
        ("leads to", _lines(f"`{symptom}`" for symptom in failure.leads_to)),
    ]
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(failure.playbook, 1))
    return f"### `{failure.id}`\n\n**{failure.title}.** {failure.says}\n\n{_facts(facts)}\n\n{steps}"


def _relation(relation: Relation) -> str:
    parts = [f"## `{relation.name}`", relation.about]
    if relation.columns:
        rows = [(f"`{name}`", f"`{type_}`", comment) for name, type_, comment in relation.columns]
        parts.append(_table(("column", "type", "what it is"), rows))
    return "\n\n".join(parts)


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    subcommands = getattr(command, "commands", {})
    if not subcommands:
        yield name, command
    for child in sorted(subcommands):
        yield from _walk(f"{name} {child}", subcommands[child])


def _command(name: str, command: Any) -> str:
    rows = [_parameter(each) for each in command.params if not getattr(each, "hidden", False)]
    options = _table(("option", "environment", "default", "what it is"), rows) if rows else ""
    return f"## `{name}`\n\n{inspect.cleandoc(command.help or '')}\n\n{options}".rstrip()


def _parameter(parameter: Any) -> tuple[str, str, str, str]:
    argument = parameter.param_type_name == "argument"
    names = parameter.name.upper() if argument else ", ".join([*parameter.opts, *parameter.secondary_opts])
    variables = [parameter.envvar] if isinstance(parameter.envvar, str) else parameter.envvar or []
    default = (
        ""
        if parameter.default in (None, False, (), []) or callable(parameter.default)
        else str(parameter.default)
    )
    return (
        f"`{names}`",
        _lines(f"`{each}`" for each in variables),
        f"`{default}`" if default else "",
        getattr(parameter, "help", None) or "",
    )


def _page(title: str, intro: str, *sections: str) -> str:
    return "\n\n".join((f"# {title}", _NOTE, intro, *sections)) + "\n"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines)


def _facts(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(f"- {name}: {value}" for name, value in facts if value)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _lines(words: Iterable[str]) -> str:
    return ", ".join(words)


def _paragraphs(module: ModuleType) -> str:
    return inspect.cleandoc(module.__doc__ or "")


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


if __name__ == "__main__":
    main()
