"""`wakeline sessions`, `show` and `query`: questions to a store, through the process that holds it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from msgspec import Meta, Struct
from rich.text import Text

from wakeline.cli.frame import complain
from wakeline.cli.options import LIVE, Store
from wakeline.cli.printing import print_document, print_sessions
from wakeline.errors import UserError
from wakeline.moments import moment_of
from wakeline.terminal import screen
from wakeline.terminal.screen import out
from wakeline.terminal.steps import family_tree, session_facts, steps_table
from wakeline.terminal.verdict import verdict_panel

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

Format = Annotated[
    Literal["table", "json"], Meta(description="for people, or one JSON document for programs")
]
Wanted = Annotated[
    str,
    typer.Argument(metavar="SESSION", help="Its id, its name, NAMESPACE/NAME, or how one of them begins."),
]
Sql = Annotated[str, typer.Argument(metavar="SQL", help="One statement that reads; - for standard input.")]


class SessionsSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline sessions`."""

    failed: Annotated[bool, Meta(description="only those that failed or are not well")] = False
    since: Annotated[
        str,
        Meta(
            description="only those that went on after this time, or at most this long ago, as in 2h",
            extra={"metavar": "TIME"},
        ),
    ] = ""
    namespaces: Annotated[
        tuple[str, ...], Meta(description="only those of a namespace", extra={"short": "-n"})
    ] = ()
    limit: Annotated[int, Meta(description="at most so many, the newest; 0: all", ge=0)] = 1000
    format: Format = "table"
    store: Store = LIVE


class ShowSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline show`."""

    format: Format = "table"
    store: Store = LIVE


class QuerySettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline query`."""

    format: Annotated[
        Literal["table", "json", "csv"],
        Meta(description="for people, a JSON array of rows, or CSV with a head"),
    ] = "table"
    store: Store = LIVE


def sessions(settings: SessionsSettings) -> None:
    """List the runs that a store knows, the oldest first, with what went wrong.

    For example:

        wakeline sessions --failed --since 2h
    """
    from wakeline.stored import read_sessions

    conditions = ["1 = 1"]
    parameters: dict[str, object] = {"namespaces": list(settings.namespaces)}
    if settings.failed:
        conditions.append("(phase IN ('Failed', 'Error') OR verdict_title != '')")
    if settings.since:
        parameters["since"] = moment_of(settings.since, datetime.now(UTC), "--since").astimezone(UTC)
        conditions.append("coalesce(ended, now()) >= {since:DateTime64(6, 'UTC')}")
    if settings.namespaces:
        conditions.append("has({namespaces:Array(String)}, namespace)")
    with _reader(settings.store) as client:
        found = read_sessions(client, " AND ".join(conditions), parameters, settings.limit)
    if found and len(found) == settings.limit:
        complain(f"only the newest {settings.limit} are shown: give --since, or a higher --limit")
    if settings.format == "json":
        print_document(found, ())
    else:
        print_sessions(found, out())


def show(settings: ShowSettings, session: Wanted) -> None:
    """Show one run: where it belongs, its steps and attempts, and why it is not well.

    For example:

        wakeline show nightly-train
    """
    from wakeline.find import children_of, find_session, outermost
    from wakeline.stored import read_anomalies

    with _reader(settings.store) as client:
        found = find_session(client, session)
        root = outermost(client, found)
        children = children_of(client, root)
        anomalies = read_anomalies(client, "has(sessions, {id:String})", {"id": found.id})
    if settings.format == "json":
        print_document([found], anomalies)
        return
    console = out()
    screen.show(console, *session_facts(found), Text(""))
    if children:
        screen.show(console, family_tree(root, children, found.id), Text(""))
    if found.steps:
        screen.show(console, steps_table(found, console), Text(""))
    if found.verdict:
        screen.show(console, verdict_panel(found, console, {each.id: each for each in anomalies}))


def query(settings: QuerySettings, sql: Sql) -> None:
    """Ask the store in SQL (ClickHouse's); it only reads.

    For example:

        wakeline query "SELECT name, phase, verdict_title FROM sessions"
    """
    from wakeline.cli.answers import print_answer

    statement = sys.stdin.read() if sql == "-" else sql
    if not statement.strip():
        raise UserError('the query is empty: give one statement that reads, as "SELECT * FROM sessions"')
    with _reader(settings.store) as client:
        print_answer(client, statement, settings.format)


@contextmanager
def _reader(store: str) -> "Iterator[Client]":
    from wakeline.store.owner import open_reader

    with open_reader(Path(store).expanduser()) as client:
        yield client
