"""hpa-cannot-read-metrics: an autoscaler cannot measure what it scales by."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.kubernetes import Condition, HorizontalPodAutoscaler
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.messages import one_line

ANNOTATION = "autoscaling.alpha.kubernetes.io/conditions"  # where autoscaling/v1 keeps them
CONDITIONS = ("ScalingActive", "AbleToScale")
FAILED = ("FailedGet", "FailedCompute", "FailedUpdate", "InvalidMetricSourceType", "InvalidSelector")
PREFIX = "the HPA was unable to compute the replica count: "


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if not isinstance(known.view, HorizontalPodAutoscaler):
        return
    turns = [each for each in known.history.turns if each.type in CONDITIONS]
    for turn in turns:
        later = [each.at for each in turns if each.type == turn.type and each.number > turn.number]
        told = Condition(turn.type, turn.status, turn.reason, turn.message, turn.at)
        if _is_bad(told):
            yield _finding(known, told, str(turn.number), min(later, default=known.deleted))
    for told in () if turns else _annotated(known):
        if _is_bad(told):
            yield _finding(known, told, "", known.deleted)


def _is_bad(told: Condition) -> bool:
    """Also AbleToScale False, where not even the number of copies can be read; being disabled is no fault."""
    return told.type in CONDITIONS and told.status == "False" and (told.reason or "").startswith(FAILED)


def _annotated(known: Known) -> tuple[Condition, ...]:
    try:
        return msgspec.json.decode(known.annotations.get(ANNOTATION, "[]"), type=tuple[Condition, ...])
    except msgspec.MsgspecError:  # anybody may write an annotation
        return ()


def _finding(known: Known, told: Condition, occurrence: str, until: datetime | None) -> Finding:
    view = known.view
    scaled = view.spec.scaleTargetRef if isinstance(view, HorizontalPodAutoscaler) else None
    target = f" of {scaled.kind} {scaled.name}" if scaled is not None else ""
    message = one_line(told.message or "").removeprefix(PREFIX)
    return Finding(
        says=f"Autoscaler {known.name}{target} cannot "
        f"{'measure' if told.type == CONDITIONS[0] else 'scale'}: "
        f"{one_line(message, 240)}",
        since=told.lastTransitionTime or known.created,
        until=until,
        occurrence=f"{told.type}/{occurrence}",
        evidence=(seen(known, told.lastTransitionTime, f"{told.type} False, {told.reason}: {message}"),),
    )


FAILURE = Failure(
    id="hpa-cannot-read-metrics",
    title="Autoscaler cannot measure",
    says="The autoscaler cannot read the figures it scales by, so it leaves the number of copies as it is, "
    "whatever the load.",
    sees="kubectl get hpa shows <unknown> among the TARGETS.",
    confirm=(
        "kubectl -n NAMESPACE describe hpa NAME shows ScalingActive False and why",
        "kubectl top pods -n NAMESPACE: an error means that metrics-server is away; a request that is "
        "missing is named in the message",
    ),
    judges=("HorizontalPodAutoscaler.autoscaling",),
    severity="medium",
    role="cause",
    playbook=(
        "Where a request is missing: state it for every container of the target, sidecars too",
        "Where the metrics API is not found: install or repair metrics-server (or the adapter of the metric)",
        "Where the target is not found: correct scaleTargetRef",
    ),
    find=find,
)
