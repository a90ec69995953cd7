"""Edits near a run, told apart by whether they came before it went wrong; those of one write in one entry."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import msgspec

from schemas.contracts import Verdict
from wakeline.page.query import Row


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One write to one object: who, when, and the fields it changed."""

    at: datetime
    kind: str
    name: str
    manager: str
    fields: tuple[Row, ...]


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The writes, the latest first. `wrong_since` is when the root cause began; None where all is well."""

    wrong_since: datetime | None
    before: tuple[Write, ...]
    later: tuple[Write, ...]


def changes_of(edits: Sequence[Row], verdict: Verdict | None) -> Changes:
    """Return the writes of edits; where nothing went wrong, all of them are `before`."""
    writes = [_write(list(each)) for _, each in groupby(sorted(edits, key=_order, reverse=True), key=_order)]
    wrong_since = _wrong_since(verdict)
    return Changes(
        wrong_since=wrong_since,
        before=tuple(each for each in writes if wrong_since is None or each.at <= wrong_since),
        later=tuple(each for each in writes if wrong_since is not None and each.at > wrong_since),
    )


def _wrong_since(verdict: Verdict | None) -> datetime | None:
    if verdict is None:
        return None
    times = [each.since for each in verdict.path] + [each.at for each in verdict.evidence]
    return next((each for each in times if each is not None), None)


def _order(edit: Row) -> tuple[datetime, str, str, str]:
    return edit["before"], edit["kind"], edit["name"], edit["manager"]


def _write(edits: Sequence[Row]) -> Write:
    at, kind, name, manager = _order(edits[0])
    fields = tuple(sorted(edits, key=lambda each: each["path"]))
    return Write(at=at, kind=kind, name=name, manager=manager, fields=fields)
