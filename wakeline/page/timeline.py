"""The timeline of a session: rows of a store in, lanes with bars and marks out. Pure geometry, no markup."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

import msgspec

from schemas.contracts import Attempt, Step
from wakeline.page.query import Row
from wakeline.page.words import PHASES, SPANS, length

MOST_TRIES = 60  # lanes of pods; beyond, those that went well are counted and left out
_LEAST = timedelta(seconds=1)
_TICKS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
_MOST_TICKS = 7


class Bar(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of time on a lane. `left` and `width` are per cent, `since_ms` and `until_ms` from the left edge."""

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
        """Return a mark; one before the left edge stands at it and says so."""
        early = "earlier, " if at < self.since else ""
        return Mark(left=self.left(at), at_ms=self.ms(at), sign=sign, says=f"{early}{says}")


def scale_of(row: Row, steps: Sequence[Step], others: Iterable[datetime], as_of: datetime | None) -> Scale | None:
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


def ticks(scale: Scale) -> tuple[Tick, ...]:
    """Return the lines of the scale at round times of UTC."""
    seconds = (scale.until - scale.since) / timedelta(seconds=1)
    every = next((each for each in _TICKS if seconds / each <= _MOST_TICKS), None)
    every = every or int(seconds / _MOST_TICKS / 86400 + 1) * 86400
    first = int(scale.since.timestamp() // every + 1) * every
    return tuple(
        Tick(left=scale.left(at), at=at)
        for second in range(first, int(scale.until.timestamp()) + 1, every)
        if (at := datetime.fromtimestamp(second, UTC))
    )


def run_lane(scale: Scale, row: Row, marks: Iterable[Mark]) -> Lane:
    """Return the lane of the run as a whole: waiting, then working."""
    meaning = PHASES[row["phase"]]
    created, started = row["created"], row["started"]
    end = row["ended"] or row["deleted"]
    bars = []
    if created and (started is None or started > created):
        bars.append(scale.bar(created, started or end, "waiting", ("waiting", "waiting to start", "")))
    if started:
        took = length(started, end) or "so far"
        bars.append(scale.bar(started, end, meaning.look, (meaning.word, f"{meaning.word}, {took}", "")))
    return Lane(
        label=row["name"],
        small=row["kind"],
        sign=meaning.sign,
        look=meaning.look,
        bars=tuple(bars),
        marks=tuple(marks),
    )


def step_lanes(scale: Scale, steps: Sequence[Step], marks: dict[str, list[Mark]]) -> tuple[tuple[Lane, ...], str]:
    """Return the lanes of steps and their tries, and a note of what is left out. `marks` are by pod uid."""
    tries = [each for step in steps for each in step.attempts]
    chosen = tries if len(tries) <= MOST_TRIES else _worth_showing(tries)
    shown = {id(each) for each in chosen}
    lanes = [lane for step in steps for lane in _step(scale, step, shown, marks)]
    missing = len(tries) - len(chosen)
    return tuple(lanes), f"{missing} more tries are not drawn; the table below has them" if missing else ""


def part_lane(scale: Scale, row: Row, address: str) -> Lane:
    """Return the lane of a session that is part of this one."""
    lane = run_lane(scale, row, ())
    bars = tuple(msgspec.structs.replace(each, address=address) for each in lane.bars)
    return msgspec.structs.replace(lane, address=address, bars=bars)


def node_lane(scale: Scale, name: str, history: Sequence[Row], marks: Iterable[Mark]) -> Lane:
    """Return the lane of a node from its versions, oldest first."""
    ends = [*(each["at"] for each in history[1:]), None]
    bars = []
    for version, end in zip(history, ends, strict=True):
        look, text = _node_state(version)
        if bars and bars[-1][2:] == (look, text):
            bars[-1] = (bars[-1][0], end, look, text)
        else:
            bars.append((version["at"], end, look, text))
    inside = [each for each in bars if each[1] is None or each[1] > scale.since]
    drawn = [
        scale.bar(max(since, scale.since), end, look, (text, f"node {name}: {text}", ""))
        for since, end, look, text in inside
    ]
    return Lane(label=name, small="machine", bars=tuple(drawn), marks=tuple(marks))


def _node_state(version: Row) -> tuple[str, str]:
    if version["gone"]:
        return "waiting", "removed from the cluster"
    if version["ready"] != "True":
        return "unknown", "not answering" if version["ready"] == "Unknown" else "not ready"
    return ("moved", "closed for new pods") if version["closed"] else ("calm", "ready")


def _step(scale: Scale, step: Step, shown: set[int], marks: dict[str, list[Mark]]) -> Iterator[Lane]:
    tries = [each for each in step.attempts if id(each) in shown]
    meaning = PHASES[step.phase]
    if len(step.attempts) == 1 and tries:
        yield _try(scale, step, tries[0], marks)
        return
    if step.attempts and not tries:
        return
    bars = ()
    if step.started:
        says = f"{step.name}: {meaning.word} {length(step.started, step.ended)}".rstrip()
        look = f"{meaning.look} thin" if tries else meaning.look
        bars = (scale.bar(step.started, step.ended, look, ("" if tries else meaning.word, says, "")),)
    count = f"{len(step.attempts)} tries" if step.attempts else step.kind
    yield Lane(label=step.name, small=count, sign=meaning.sign, look=meaning.look, bars=bars)
    for each in tries:
        yield _try(scale, step, each, marks, indent=True)


def _try(scale: Scale, step: Step, each: Attempt, marks: dict[str, list[Mark]], *, indent: bool = False) -> Lane:
    meaning = PHASES[each.phase]
    address = f"#{try_anchor(step, each)}"
    return Lane(
        label=f"try {each.number}" if indent else step.name,
        small=each.pod,
        sign=meaning.sign,
        look=meaning.look,
        address=address,
        indent=indent,
        bars=tuple(_spans(scale, each, address)),
        marks=tuple(marks.get(each.pod_uid, ())),
    )


def try_anchor(step: Step, each: Attempt) -> str:
    """Return the anchor of a try in the page; nothing of the cluster's text is in it."""
    named = repr((step.name, each.pod_uid or each.pod, each.number))
    return f"try-{crc32(named.encode(errors='backslashreplace')):x}"


def _spans(scale: Scale, each: Attempt, address: str) -> Iterator[Bar]:
    meaning = PHASES[each.phase]
    if not each.spans and each.created:
        words = (meaning.word, f"{each.pod}: {meaning.word}", address)
        yield scale.bar(each.created, each.ended, meaning.look, words)
    for span in each.spans:
        look, says = SPANS.get(span.name, ("waiting", span.name))
        text = span.name
        if span.name == "running":
            look, text = meaning.look, each.reason if meaning.look == "bad" and each.reason else "running"
        took = length(span.since, span.until) or "goes on"
        tip = f"{each.pod or 'pod'}: {says}, {took}" + (f", then {each.reason}" if text == each.reason else "")
        yield scale.bar(span.since, span.until, look, (text, tip, address))


def _worth_showing(tries: Sequence[Attempt]) -> list[Attempt]:
    """The ones that did not go well first, then as many of the others as there is room for; in their order."""
    ranked = sorted(range(len(tries)), key=lambda place: (tries[place].phase == "Succeeded", place))
    return [tries[place] for place in sorted(ranked[:MOST_TRIES])]


def _times(row: Row, steps: Sequence[Step]) -> Iterator[datetime]:
    named = ("created", "queued", "admitted", "started", "ended", "deleted")
    found = [row[name] for name in named]
    for step in steps:
        found += [step.started, step.ended]
        for each in step.attempts:
            found += [each.created, each.started, each.ended]
            found += [at for span in each.spans for at in (span.since, span.until)]
    yield from (at for at in found if at is not None)
