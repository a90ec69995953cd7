"""What engines say of their own runs that went wrong: the run and its steps, in the engine's words.

Argo's words are in the Workflow's status and nodes; other engines tell them by `Engine.failed`, or leave them
in a condition.
"""

from collections.abc import Iterator
from functools import cache

from schemas.contracts import Evidence
from schemas.kubernetes import VIEWS
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import FailedPart
from stream_jobs.core.engines import all_engines
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, seen
from stream_jobs.core.runs.workflows import Workflow
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pipelines import FAILED, failed_nodes, failed_since, pod_of

# (type, status) of conditions by which runs say that they failed, whatever their engine.
ENDS = (("Failed", "True"), ("Succeeded", "False"), ("FailureTarget", "True"))


@cache
def run_kinds() -> tuple[str, ...]:
    """The kinds of all engines' own objects; Jobs and pods have failures of their own."""
    return tuple(sorted({key for each in all_engines() for key in each.views} - VIEWS.keys()))


def statements(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield what is said of the run's failure, the run's own part first; messages begin with the reason."""
    if isinstance(known.view, Workflow):
        yield from _of_workflow(known, cell)
        return
    engine = next((each for each in all_engines() if known.key in each.views), None)
    parts = list(engine.failed(known, cell)) if engine is not None and engine.failed is not None else []
    yield from sorted(parts, key=lambda part: bool(part.step))
    if not parts:
        yield from _of_conditions(known)


def _of_workflow(known: Known, cell: Cell) -> Iterator[FailedPart]:
    status = known.view.status if isinstance(known.view, Workflow) else None
    if status is None:
        return
    if status.phase in FAILED:
        says = f"Workflow {known.name} failed"
        yield FailedPart(says=says, message=status.message or "", since=failed_since(known))
    for node in failed_nodes(known):
        pod = pod_of(cell, known, node)
        yield FailedPart(
            step=node.id,
            says=f"Step {node.shown} of Workflow {known.name}",
            message=node.message or "",
            since=node.finishedAt,
            about=(pod.uid,) if pod is not None else (),
        )


def _of_conditions(known: Known) -> Iterator[FailedPart]:
    for kind, status in ENDS:
        found = condition(known, kind)
        if found is not None and found.status == status:
            message = f"{found.reason or ''}: {found.message or ''}".strip(": ")
            yield FailedPart(
                says=f"{known.kind} {known.name} failed", message=message, since=found.lastTransitionTime
            )
            return


def evidence_of(known: Known, part: FailedPart) -> Evidence:
    """The part's words as evidence."""
    return seen(known, part.since, one_line(f"{part.says}: {part.message}").rstrip(": "))
