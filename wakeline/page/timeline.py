"""The timeline of a session: lanes with bars and marks, and the scale that places them. No markup."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from schemas.contracts import Step
from wakeline.page.query import Row

_LEAST = timedelta(seconds=1)
_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_MOST_TICKS = 7
_EDGE = 3.0  # per cent


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time on a lane. `left` and `width` are per cent, milliseconds count from the left edge."""

    left: float
    width: float
    since_ms: int
    until_ms: int
    look: str
    text: str
    says: str
    address: str = ""


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A moment on a lane. `sign` is "warning", "event", "change", "finding" or "root"."""

    left: float
    at_ms: int
    sign: str
    says: str


class Lane(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the timeline."""

    label: str
    small: str = ""
    sign: str = ""  # a Meaning's sign: how it stands
    look: str = ""
    address: str = ""
    indent: bool = False
    bars: tuple[Bar, ...] = ()
    marks: tuple[Mark, ...] = ()


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Lanes under one heading; `note` says what is left out."""

    title: str
    says: str
    lanes: tuple[Lane, ...]
    note: str = ""


class Tick(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the scale, and its time in UTC."""

    left: float
    at: datetime


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """What is drawn, from `since` to `until`."""

    since: datetime
    until: datetime
    groups: tuple[Group, ...]
    ticks: tuple[Tick, ...]
    blind: tuple[Bar, ...]
    focus_ms: int  # where the last happening is; beyond it an open run merely goes on

    @property
    def span_ms(self) -> int:
        """The whole width in milliseconds."""
        return round((self.until - self.since) / timedelta(milliseconds=1))


class Scale(msgspec.Struct, frozen=True):
    """Places times between two edges."""

    since: datetime
    until: datetime

    def left(self, at: datetime) -> float:
        """Return the place in per cent; what lies outside is at the edge."""
        return round(min(max((at - self.since) / (self.until - self.since), 0.0), 1.0) * 100, 3)

    def ms(self, at: datetime) -> int:
        """Return the milliseconds from the left edge."""
        return round((at - self.since) / timedelta(milliseconds=1))

    def bar(self, since: datetime, until: datetime | None, look: str, words: tuple[str, str, str]) -> Bar:
        """Return a bar; one without an end goes to the right edge. `words` are text, tip and address."""
        end = max(until or self.until, since)
        left = self.left(since)
        return Bar(
            left=left,
            width=round(self.left(end) - left, 3),
            since_ms=self.ms(since),
            until_ms=self.ms(end),
            look=look,
            text=words[0],
            says=words[1],
            address=words[2],
        )

    def mark(self, at: datetime, sign: str, says: str) -> Mark:
        """Return a mark; one beyond an edge stands at it and says so."""
        beyond = "earlier, " if at < self.since else "later, " if at > self.until else ""
        return Mark(left=self.left(at), at_ms=self.ms(at), sign=sign, says=f"{beyond}{says}")


def scale_of(
    row: Row, steps: Sequence[Step], others: Iterable[datetime], as_of: datetime | None
) -> Scale | None:
    """Return the edges: the run with a margin, and what lies not further from it than it is long.

    `others` are times of findings and changes; `as_of` is how far the data goes, where a run is still open.
    None where no time is known at all.
    """
    own = sorted(_times(row, steps))
    if not own:
        return None
    since, until = own[0], own[-1]
    if row["ended"] is None and row["deleted"] is None and as_of is not None:
        until = max(until, as_of)
    reach = max(until - since, timedelta(seconds=20))
    near = [at for at in others if since - reach <= at <= until + reach]
    since, until = min([since, *near]), max([until, *near])
    margin = max((until - since) / 40, _LEAST)
    return Scale(since - margin, until + margin)


def focus_ms(scale: Scale, row: Row, steps: Sequence[Step], others: Iterable[datetime]) -> int:
    """Return how much of the scale is worth a first look, in milliseconds from its left edge."""
    last = max(at for at in (*_times(row, steps), *others) if at <= scale.until)
    since = scale.ms(last)
    return min(round(since * 1.15), scale.ms(scale.until))


def ticks(scale: Scale) -> tuple[Tick, ...]:
    """Return the lines of the scale at round times of UTC."""
    seconds = (scale.until - scale.since) / timedelta(seconds=1)
    every = next((each for each in _TICKS if seconds / each <= _MOST_TICKS), None)
    every = every or int(seconds / _MOST_TICKS / 86400 + 1) * 86400
    first = int(scale.since.timestamp() // every + 1) * every
    places = (datetime.fromtimestamp(at, UTC) for at in range(first, int(scale.until.timestamp()) + 1, every))
    return tuple(
        Tick(left=scale.left(at), at=at)
        for at in places
        if _EDGE < scale.left(at) < 100 - _EDGE  # else its label would be cut
    )


def _times(row: Row, steps: Sequence[Step]) -> Iterator[datetime]:
    named = ("created", "queued", "admitted", "started", "ended", "deleted")
    found = [row[name] for name in named]
    for step in steps:
        found += [step.started, step.ended]
        for each in step.attempts:
            found += [each.created, each.started, each.ended]
            found += [at for span in each.spans for at in (span.since, span.until)]
    yield from (at for at in found if at is not None)
