"""Lanes of the timeline: the run, its parts, steps and their tries, nodes."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import zip_longest
from zlib import crc32

import msgspec

from schemas.contracts import Attempt, Step
from wakeline.page.query import Row
from wakeline.page.timeline import Bar, Lane, Mark, Scale
from wakeline.page.words import PHASES, SPANS, length

MOST_TRIES = 60  # lanes of pods; beyond, those that went well are counted and left out


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


def step_lanes(
    scale: Scale, steps: Sequence[Step], marks: dict[str, list[Mark]]
) -> tuple[tuple[Lane, ...], str]:
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
    ends = [each["at"] for each in history[1:]]
    bars: list[tuple[datetime, datetime | None, str, str]] = []
    for version, end in zip_longest(history, ends):
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
    bars: tuple[Bar, ...] = ()
    if step.started:
        says = f"{step.name}: {meaning.word} {length(step.started, step.ended)}".rstrip()
        look = f"{meaning.look} thin" if tries else meaning.look
        bars = (scale.bar(step.started, step.ended, look, ("" if tries else meaning.word, says, "")),)
    count = f"{len(step.attempts)} tries" if step.attempts else step.kind
    yield Lane(label=step.name, small=count, sign=meaning.sign, look=meaning.look, bars=bars)
    for each in tries:
        yield _try(scale, step, each, marks, indent=True)


def _try(
    scale: Scale, step: Step, each: Attempt, marks: dict[str, list[Mark]], *, indent: bool = False
) -> Lane:
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
        tip = f"{each.pod or 'pod'}: {says}, {took}" + (
            f", then {each.reason}" if text == each.reason else ""
        )
        yield scale.bar(span.since, span.until, look, (text, tip, address))


def _worth_showing(tries: Sequence[Attempt]) -> list[Attempt]:
    """Return those that did not go well, and as many others as there is room for, in their order."""
    ranked = sorted(range(len(tries)), key=lambda place: (tries[place].phase == "Succeeded", place))
    return [tries[place] for place in sorted(ranked[:MOST_TRIES])]
