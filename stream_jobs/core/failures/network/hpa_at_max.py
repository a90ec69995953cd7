"""hpa-at-max: an autoscaler wants more copies than it may make."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.kubernetes import HorizontalPodAutoscaler
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="hpa-at-max.patience",
    default=timedelta(minutes=15),
    says="A short peak is what the maximum is for; longer than this it is worth a look",
)
REASON = "TooManyReplicas"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    view = known.view
    if not isinstance(view, HorizontalPodAutoscaler):
        return
    low, high = (1 if view.spec.minReplicas is None else view.spec.minReplicas), view.spec.maxReplicas
    turns = [each for each in known.history.turns if each.type == "ScalingLimited"]
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        if (turn.status, turn.reason) != ("True", REASON) or low == high:
            continue
        until = following.at if following is not None else known.deleted
        now, late = until or cell.time, turn.at + PATIENCE.of(cell)
        if now is None or now <= late:
            if until is None:
                yield Later(late + timedelta(seconds=1))
            continue
        yield Finding(
            says=f"Autoscaler {known.name} wants more than its {high} copies since {say_time(turn.at)}",
            since=turn.at,
            until=until,
            occurrence=str(turn.number),
            evidence=(seen(known, turn.at, f"ScalingLimited {REASON}: {one_line(turn.message)}"),),
        )


FAILURE = Failure(
    id="hpa-at-max",
    title="Autoscaler at its maximum",
    says="By its figures the service needs more copies than the autoscaler may make.",
    sees="kubectl get hpa shows REPLICAS at MAXPODS, with the target's figure exceeded.",
    confirm=("kubectl -n NAMESPACE describe hpa NAME shows ScalingLimited True, TooManyReplicas",),
    judges=("HorizontalPodAutoscaler.autoscaling",),
    severity="low",
    role="symptom",
    playbook=("Raise maxReplicas where there is room, or look at where the load comes from",),
    thresholds=(PATIENCE,),
    find=find,
)
