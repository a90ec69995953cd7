"""Sessions as a table, one row each."""

from collections.abc import Callable, Iterable, Sequence

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from schemas.contracts import Session
from wakeline.terminal.text import WAITING, phase, plain
from wakeline.terminal.times import NONE, length, moment


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column: what it shows, and how wide the terminal must be for it to be worth its place."""

    title: str
    show: Callable[[Session], Text]
    least: int = 0  # characters of the terminal
    fold: bool = False  # a long text goes on in the next line; others are cut


def _verdict(session: Session) -> Text:
    if session.verdict:
        return plain(session.verdict.title)
    return plain(session.wait, WAITING) if session.wait else Text(NONE, WAITING)


COLUMNS = (
    Column(title="cluster", show=lambda each: plain(each.cluster)),
    Column(title="namespace", show=lambda each: plain(each.namespace)),
    Column(title="engine", show=lambda each: plain(each.engine), least=90),
    Column(title="name", show=lambda each: plain(each.name)),
    Column(title="phase", show=lambda each: phase(each.phase)),
    Column(title="started", show=lambda each: Text(moment(each.started)), least=130),
    Column(title="took", show=lambda each: Text(length(each.started, each.ended)), least=80),
    Column(title="verdict", show=_verdict, fold=True),
)


def session_table(sessions: Sequence[Session], console: Console) -> Table:
    """Return the table, oldest first; columns that say nothing or find no room are left out."""
    table = Table(box=SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, header_style="bold")
    chosen = [each for each in COLUMNS if _wanted(each, sessions, console)]
    for column in chosen:
        table.add_column(
            column.title,
            overflow="fold" if column.fold else "ellipsis",
            no_wrap=not column.fold,
            ratio=None,
        )
    for session in in_order(sessions):
        table.add_row(*(column.show(session) for column in chosen))
    return table


def in_order(sessions: Iterable[Session]) -> list[Session]:
    """Return the sessions by their time, oldest first; those without a time at the end."""
    return sorted(sessions, key=_order)


def _order(session: Session) -> tuple[bool, float, str]:
    at = session.created or session.started
    return at is None, at.timestamp() if at else 0.0, session.id


def _wanted(column: Column, sessions: Sequence[Session], console: Console) -> bool:
    if column.title == "cluster" and len({each.cluster for each in sessions}) < 2:
        return False
    return console.width >= column.least
