"""Many objects with one failure in one run are one incident: which stands for all, and how many there are."""

from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import moment, summary
from stream_jobs.core.pods import ended_at

Order = tuple[float, str, str]


class Twin(msgspec.Struct, frozen=True):
    """One anomaly among those of one failure in one run. Born and over are those of its pods."""

    order: Order
    mark: str
    step: str
    born: datetime | None
    over: datetime | None

    def was_tried_again(self, other: "Twin") -> bool:
        """Whether all its pods had ended when the first of the other's was made."""
        return self.over is not None and other.born is not None and self.over <= other.born


def twin_of(cell: Cell, mark: str) -> str | None:
    """The anomaly beside which this one happened, and which was first; None where it is that itself.

    A later try of the same step is none: it failed for itself.
    """
    found = [
        twin.mark
        for twins in _of_runs(cell, mark)
        if (me := next(each for each in twins if each.mark == mark))
        and (twin := next(each for each in twins if each is me or not each.was_tried_again(me))) is not me
    ]
    return min(found, default=None)


def alike(cell: Cell, mark: str) -> list[str]:
    """All of one incident, this one first: what failed so beside it, and as other tries of those steps."""
    found = {mark: None}
    for twins in _of_runs(cell, mark):
        me = next(each for each in twins if each.mark == mark)
        beside = [each for each in twins if not (each.was_tried_again(me) or me.was_tried_again(each))]
        steps = {me.step, *(each.step for each in beside)}
        found.update({each.mark: None for each in twins if each.step in steps})
    return list(found)


def _of_runs(cell: Cell, mark: str) -> list[list[Twin]]:
    """The anomalies of the failure, oldest first, in each run that has this one; found once a judgement."""
    failure = summary(cell, mark).failure
    found = []
    for session in sorted({home[0] for uid in cell.marks[mark] if (home := cell.homes.get(uid))}):
        memo = (f"twins/{failure}", session)
        if memo not in cell.memo:
            cell.memo[memo] = _twins(cell, session, failure)
        found.append(cell.memo[memo])
    return found


def _twins(cell: Cell, session: str, failure: str) -> list[Twin]:
    told = cell.described.get(session)
    steps = {each.pod_uid: step.name for step in told.steps for each in step.attempts} if told else {}
    marks = {mark for uid in cell.members.get(session, ()) for mark in cell.marks_at.get(uid, ())}
    found = []
    for mark in marks:
        if (finding := summary(cell, mark)).failure == failure:
            pods = [cell.objects[uid] for uid in sorted(cell.marks[mark])]
            ends = [ended_at(each) if each.key == "Pod" else None for each in pods]
            births = [each.created if each.key == "Pod" else None for each in pods]
            found.append(
                Twin(
                    order=(moment(finding.since), finding.says, mark),
                    mark=mark,
                    step=steps.get(pods[0].uid, ""),
                    born=min(births) if all(births) else None,  # type: ignore[type-var]
                    over=max(ends) if all(ends) else None,  # type: ignore[type-var]
                )
            )
    return sorted(found, key=lambda each: each.order)
