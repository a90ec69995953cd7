"""Reading PodGroups: since when a gang has its place, and what it waits for.

Volcano's is Pending until its queue has room for all of it, then Inqueue (its pods are made), then Running.
The one of scheduler-plugins goes from Pending through Scheduling to Running; Kubernetes' own has conditions.
"""

from datetime import datetime

from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, is_true
from stream_jobs.core.runs.queues import PodGroup
from stream_jobs.core.signs.messages import one_line

VOLCANO = "PodGroup.scheduling.volcano.sh"
WAITING = ("Pending", "Inqueue", "PreScheduling", "Scheduling", "")
RUNS = ("Running", "Completed", "Scheduled", "Finished", "Failed", "Succeeded")
PLACED = (
    "Scheduled",
    "PodGroupScheduled",
    "PodGroupInitiallyScheduled",
)  # conditions; the last two Kubernetes'


def group_view(known: Known) -> PodGroup:
    """The object's view as a PodGroup; raises TypeError for any other kind."""
    if not isinstance(known.view, PodGroup):
        raise TypeError(f"expected a PodGroup, got {known.key} {known.namespace}/{known.name}")
    return known.view


def placed_at(known: Known) -> datetime | None:
    """When there was a place for the whole gang."""
    times = [turn.at for turn in known.history.turns if turn.type in PLACED and turn.status == "True"]
    times += [at for phase, at in known.history.phases if phase in RUNS]
    return min(times, default=None)


def waits_since(known: Known) -> datetime | None:
    """Since when the gang waits; None where it has its place, or is gone."""
    if not known.exists or any(is_true(known, kind) for kind in PLACED):
        return None
    if group_view(known).status.phase not in WAITING:
        return None
    lost = [turn.at for turn in known.history.turns if turn.type in PLACED and turn.status == "False"]
    return max(lost, default=known.created or known.first_seen)


def refusal(known: Known) -> str:
    """Why the gang has no place, in the scheduler's words as its conditions have them; "" for none."""
    told = condition(known, "Unschedulable")
    if told is not None and told.status == "True":
        return told.message or told.reason or ""
    for kind in PLACED:
        told = condition(known, kind)
        if told is not None and told.status == "False":
            return told.message or told.reason or ""
    return ""


def past_refusal(known: Known) -> str:
    """Why the gang had no place once, as far as its conditions told of it; "" for none."""
    told = [
        turn.message or turn.reason
        for turn in known.history.turns
        if (turn.type, turn.status) == ("Unschedulable", "True")
        or (turn.type in PLACED and turn.status == "False")
    ]
    return told[-1] if told else ""


def group_wait(known: Known) -> str:
    """What the gang waits for in words; "" where it has its place."""
    if waits_since(known) is None:
        return ""
    spec = group_view(known).spec
    size = f"all {spec.minMember} pods" if spec.minMember else "all its pods"
    where = f" in queue {spec.queue}" if spec.queue else ""
    said = refusal(known)
    return f"waits{where} until there is room for {size} at once" + (
        f": {one_line(said, 300)}" if said else ""
    )
