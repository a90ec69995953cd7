"""What goes onto which lane of a session's timeline."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from schemas.contracts import Step
from wakeline.page.lanes import node_lane, part_lane, run_lane, step_lanes
from wakeline.page.query import Row
from wakeline.page.text import session_address
from wakeline.page.timeline import Group, Lane, Mark, Scale, Timeline, focus_ms, scale_of, ticks

_LONGEST_TIP = 280


class Drawn(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a session before its surroundings are asked for."""

    row: Row
    steps: Sequence[Step]
    anomalies: Sequence[Row]
    edits: Sequence[Row]
    children: Sequence[Row]
    as_of: datetime | None

    @property
    def scale(self) -> Scale | None:
        """The edges of the timeline."""
        return scale_of(self.row, self.steps, self.others, self.as_of)

    @property
    def others(self) -> list[datetime]:
        """Times of what happened beside the run itself."""
        others = [each["since"] for each in self.anomalies if each["since"]]
        others += [each["before"] for each in self.edits]
        for child in self.children:
            others += [at for name in ("created", "started", "ended") if (at := child[name])]
        return others

    @property
    def uids(self) -> list[str]:
        """The objects whose events belong to the session."""
        pods = {each.pod_uid for step in self.steps for each in step.attempts}
        return sorted((pods | {self.row["uid"]}) - {""})


def drawn(told: Drawn, events: Sequence[Row], nodes: Sequence[Row], gaps: Sequence[Row]) -> Timeline | None:
    """Return the timeline; None where the session states no time at all."""
    scale = told.scale
    if scale is None:
        return None
    marks = _marks_of(scale, events)
    lanes, note = step_lanes(scale, told.steps, marks)
    parts = [part_lane(scale, each, session_address(each["id"])) for each in told.children]
    groups = (
        Group(title="The run", says="", lanes=tuple(_run(scale, told, marks))),
        Group(title="Its parts", says="sessions that this one started", lanes=tuple(parts)),
        Group(
            title="Steps and their pods",
            says="a pod is one running copy of your program",
            lanes=lanes,
            note=note,
        ),
        Group(
            title="Nodes", says="the machines the pods ran on", lanes=tuple(_nodes(scale, told, nodes, marks))
        ),
    )
    blind = (
        scale.bar(each["since"], each["until"], "blind", ("", f"not watched: {each['reason']}", ""))
        for each in gaps
    )
    return Timeline(
        since=scale.since,
        until=scale.until,
        groups=tuple(each for each in groups if each.lanes),
        ticks=ticks(scale),
        blind=tuple(blind),
        focus_ms=focus_ms(scale, told.row, told.steps, told.others),
    )


def _run(scale: Scale, told: Drawn, marks: dict[str, list[Mark]]) -> Iterator[Lane]:
    yield run_lane(scale, told.row, marks.get(told.row["uid"], ()) if told.row["uid"] else ())
    findings = [
        scale.mark(each["since"], "root" if each["root"] else "finding", _cut(each["title"]))
        for each in sorted(told.anomalies, key=lambda each: bool(each["root"]))  # the root on top
        if each["since"]
    ]
    if findings:
        yield Lane(label="What went wrong", small=_count(len(findings), "finding"), marks=tuple(findings))
    changes = [
        scale.mark(
            each["before"],
            "change",
            _cut(f"{each['kind']} {each['name']}: {each['path']} changed by {each['manager'] or 'unknown'}"),
        )
        for each in told.edits
    ]
    if changes:
        yield Lane(label="Changes", small=_count(len(changes), "change"), marks=tuple(changes))


def _nodes(
    scale: Scale, told: Drawn, versions: Sequence[Row], marks: dict[str, list[Mark]]
) -> Iterator[Lane]:
    history: dict[str, list[Row]] = defaultdict(list)
    for each in versions:
        history[each["name"]].append(each)
    for name in told.row["nodes"]:
        yield node_lane(scale, name, history[name], marks.get(_node_key(name), ()))


def _marks_of(scale: Scale, events: Sequence[Row]) -> dict[str, list[Mark]]:
    """Return the marks by the uid they are about; those of nodes by name, as some writers give no uid."""
    found: dict[str, list[Mark]] = defaultdict(list)
    for each in events:
        sign = "warning" if each["type"] == "Warning" else "event"
        times = f" ({each['count']} times)" if each["count"] > 1 else ""
        mark = scale.mark(each["last_seen"], sign, _cut(f"{each['reason']}{times}: {each['message']}"))
        about_node = each["involved_kind"] == "Node"
        found[_node_key(each["involved_name"]) if about_node else each["involved_uid"]].append(mark)
    return found


def _node_key(name: str) -> str:
    return f"node/{name}"


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TIP else f"{text[:_LONGEST_TIP]}…"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
