"""Steps of runs whose parts are pods in roles (driver, head, worker group): one step a role.

A pod is one attempt of its place in the role. Attempts are counted by the pods' uids: many engines make the
same name again. Where no label tells the place, a pod that was made after another had ended takes its place.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec

from schemas.contracts import ENDED, Attempt, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import attempt_of, ended_at, first_start, pod_phase

# How a role stands by the newest pod of each of its places: the first of these that is there.
GOING: tuple[Phase, ...] = ("Running", "Pending", "Failed", "Error", "Cancelled", "Succeeded")
OVER: tuple[Phase, ...] = ("Failed", "Error", "Cancelled", "Succeeded", "Running", "Pending")

QUEUE = "kueue.x-k8s.io/queue-name"

Place = Callable[[Known], str]


def owner_uid(known: Known, kind: str, group: str) -> str:
    """The uid of the first owner of that kind that the object names, seen or not; "" where it names none."""
    for owner in known.view.metadata.ownerReferences or ():
        if owner.kind == kind and owner.group == group:
            return owner.uid
    return ""


def owner_name(known: Known, kind: str, group: str) -> str:
    """Its name."""
    owners = known.view.metadata.ownerReferences or ()
    return next((each.name for each in owners if each.kind == kind and each.group == group), "")


def attempts_of(pods: Iterable[Known], cell: Cell, place: Place | None = None) -> tuple[Attempt, ...]:
    """The pods as attempts, by number: counted within their places."""
    numbered = [(number, pod) for number, _, pod in _numbered(pods, place)]
    numbered.sort(key=lambda each: each[0])  # stable: oldest first within one number
    return tuple(attempt_of(number, pod, cell) for number, pod in numbered)


def _numbered(pods: Iterable[Known], place: Place | None) -> list[tuple[int, str, Known]]:
    """Each pod with its number and its place, oldest first."""
    counts: dict[str, int] = {}
    holders: dict[str, Known] = {}
    found = []
    for pod in sorted(pods, key=lambda each: (each.created or each.first_seen, each.uid)):
        where = place(pod) if place is not None else ""
        where = where or _free_place(pod, holders)
        counts[where] = counts.get(where, 0) + 1
        holders[where] = pod
        found.append((counts[where], where, pod))
    return found


def _free_place(pod: Known, holders: dict[str, Known]) -> str:
    """The place that was left first by the time the pod was made; a new one where none was left."""
    born = pod.created or pod.first_seen
    left = [
        (end, where) for where, held in holders.items() if (end := _end(held)) is not None and end <= born
    ]
    return min(left)[1] if left else pod.uid


def _end(known: Known) -> datetime | None:
    ended = ended_at(known)
    return ended or known.history.asked  # its successor may be made while it still goes down


class Role(msgspec.Struct, frozen=True):
    """One role of a run; `kind` is the engine's word for it, `after` names the roles it waits for."""

    name: str
    kind: str
    pods: list[Known]
    after: tuple[str, ...] = ()
    place: Place | None = None


def role_phase(role: Role, outcome: Phase) -> Phase:
    """How a role stands, by its newest pods; once the run is over, what became of it.

    When a run is over its engine removes what still runs: that tells of the run, not of the pod.
    """
    newest = {where: pod_phase(pod) for _, where, pod in _numbered(role.pods, role.place)}
    phases = set(newest.values())
    if outcome not in ENDED:
        return next((each for each in GOING if each in phases), "Pending")
    if outcome == "Succeeded":
        return outcome
    if not phases:
        return "Skipped"
    # A pod that is still there after its run's end is on its way out, as the removed ones are.
    settled: set[Phase] = {each if each in ENDED else "Cancelled" for each in phases}
    return next(each for each in OVER if each in settled)


def role_step(role: Role, cell: Cell, outcome: Phase) -> Step:
    """Return the step of a role; `outcome` is the run's phase."""
    attempts = attempts_of(role.pods, cell, role.place)
    phase = role_phase(role, outcome)
    ends = [each.ended for each in attempts if each.ended is not None]
    bad = next((each.message or each.reason for each in reversed(attempts) if each.phase == "Failed"), "")
    return Step(
        name=role.name,
        kind=role.kind,
        phase=phase,
        message=bad if phase == "Failed" else "",
        started=first_start(role.pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        after=role.after,
        attempts=attempts,
    )


def fold(phases: Iterable[Phase]) -> Phase:
    """How a run stands that is known by its parts alone."""
    told = set(phases)
    return next((each for each in GOING if each in told), "Pending")


def held(known: Known) -> str:
    """What a run waits for that its spec suspends."""
    queue = known.labels.get(QUEUE, "")
    until = f"when Kueue lets it out of queue {queue}" if queue else "when somebody resumes it"
    return f"it is suspended, and goes on {until}"
