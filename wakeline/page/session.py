"""Everything that the page of one session shows, asked of the store and joined."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Evidence, Step, Verdict
from wakeline.page import queries
from wakeline.page.changes import Changes, changes_of
from wakeline.page.drawing import Drawn, drawn
from wakeline.page.filters import milliseconds
from wakeline.page.query import Query, Row
from wakeline.page.timeline import Timeline

MOST_ANCESTORS = 6
_AROUND = timedelta(minutes=15)  # events of nodes are shown so long before and after a run


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """An anomaly and what shows it."""

    row: Row
    evidence: tuple[Evidence, ...]


class SessionPage(msgspec.Struct, frozen=True, kw_only=True):
    """What the template of a session gets. Rows are those of the queries of the same name."""

    row: Row
    steps: tuple[Step, ...]
    verdict: Verdict | None
    findings: tuple[Finding, ...]
    changes: Changes
    events: list[Row]
    gaps: list[Row]
    ancestors: list[Row]  # outermost first
    children: list[Row]
    grandchildren: dict[str, list[Row]]  # by the child's id
    other_runs: list[Row]
    as_of: datetime | None  # how far the data of the cluster goes
    timeline: Timeline | None


async def load(query: Query, session: str) -> SessionPage | None:
    """Return the page of a session; None where there is no such session."""
    rows = await query(queries.SESSION, id=session)
    if not rows:
        return None
    row = rows[0]
    steps = msgspec.json.decode(row["steps"] or "[]", type=tuple[Step, ...])
    anomalies, edits, complete, other_runs = await asyncio.gather(
        query(queries.ANOMALIES, id=session),
        query(queries.EDITS, id=session),
        query(queries.COMPLETE_OF, cluster=row["cluster"]),
        query(queries.OTHER_RUNS, **{name: row[name] for name in _SAME}),
    )
    as_of = complete[0]["until"] if complete and complete[0]["rows"] else None
    children, grandchildren = await _children(query, row)
    verdict = msgspec.json.decode(row["verdict"], type=Verdict) if row["verdict"] else None
    told = Drawn(row=row, steps=steps, anomalies=anomalies, edits=edits, children=children, as_of=as_of)
    events, nodes, gaps = await _around(query, told)
    return SessionPage(
        row=row,
        steps=steps,
        verdict=verdict,
        findings=tuple(map(_finding, anomalies)),
        changes=changes_of(edits, verdict),
        events=events,
        gaps=gaps,
        ancestors=await _ancestors(query, row),
        children=children,
        grandchildren=grandchildren,
        other_runs=other_runs,
        as_of=as_of,
        timeline=drawn(told, events, nodes, gaps),
    )


_SAME = ("cluster", "namespace", "engine", "definition", "id")


def _finding(row: Row) -> Finding:
    return Finding(row=row, evidence=msgspec.json.decode(row["evidence"] or "[]", type=tuple[Evidence, ...]))


async def _ancestors(query: Query, row: Row) -> list[Row]:
    found: list[Row] = []
    above = row["parent"]
    seen = {row["id"]}
    while above and above not in seen and len(found) < MOST_ANCESTORS:
        seen.add(above)
        rows = await query(queries.PARENT, id=above)
        found = rows + found
        above = rows[0]["parent"] if rows else ""
    return found


async def _children(query: Query, row: Row) -> tuple[list[Row], dict[str, list[Row]]]:
    children = await query(queries.CHILDREN, cluster=row["cluster"], ids=[row["id"]])
    grandchildren: dict[str, list[Row]] = {}
    if children:
        ids = [each["id"] for each in children]
        for each in await query(queries.CHILDREN, cluster=row["cluster"], ids=ids):
            grandchildren.setdefault(each["parent"], []).append(each)
    return children, grandchildren


async def _around(query: Query, told: Drawn) -> tuple[list[Row], list[Row], list[Row]]:
    """Return events, versions of nodes and gaps of the time of a session."""
    if told.scale is None:
        return [], [], []
    cluster, nodes = told.row["cluster"], list(told.row["nodes"])
    since_ms = milliseconds(told.scale.since - _AROUND)
    until_ms = milliseconds(told.scale.until + _AROUND)
    events, versions, gaps = await asyncio.gather(
        query(
            queries.EVENTS,
            cluster=cluster,
            uids=told.uids,
            nodes=nodes,
            since_ms=since_ms,
            until_ms=until_ms,
        ),
        query(queries.NODES, cluster=cluster, nodes=nodes, until_ms=until_ms),
        query(queries.GAPS, cluster=cluster, since_ms=since_ms, until_ms=until_ms),
    )
    return _in_order(events), versions[::-1], gaps


def _in_order(events: Sequence[Row]) -> list[Row]:
    return sorted(events, key=lambda each: (each["last_seen"], each["uid"]))
