"""The page of the store's tables and views, read from the migrations."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

from wakeline.reference.markdown import page, table

MIGRATIONS = Path(__file__).parents[2] / "schemas" / "clickhouse"

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


def tables() -> str:
    """Return the page of the store: views with their columns, then the tables behind them."""
    found = list(relations())
    views = [_relation(each) for each in found if each.view]
    behind = table(("table", "what it is"), [(f"`{t.name}`", t.about) for t in found if not t.view])
    return page(
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
            columns_of = body.partition("\n)")[0]
            columns = tuple((n, _STORAGE.sub("", t), _unquote(c)) for n, t, c in _COLUMN.findall(columns_of))
            about = _ABOUT.findall(body)
            yield Relation(
                view=kind == "VIEW", name=name, about=_unquote(about[-1]) if about else "", columns=columns
            )


def _relation(relation: Relation) -> str:
    parts = [f"## `{relation.name}`", relation.about]
    if relation.columns:
        rows = [(f"`{name}`", f"`{type_}`", comment) for name, type_, comment in relation.columns]
        parts.append(table(("column", "type", "what it is"), rows))
    return "\n\n".join(parts)


def _unquote(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
