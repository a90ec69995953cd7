"""pod-without-controller: a pod that somebody started by hand was lost, or runs for long unattended."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, requests_of, seen, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.disruption import disrupted, stopped_at
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.removals import TOOL_LABELS
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="pod-without-controller.patience",
    default=timedelta(hours=24),
    says="A pod by hand that runs longer than this was hardly meant as a short trial",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    run = cell.run_of(known)
    if run is None or run.engine != "pod" or not _is_work(known):
        return
    lost = _lost(known)
    if lost is not None:
        yield _finding(known, lost, "was lost, and nothing starts it again")
        return
    started, ended = started_at(known), ended_at(known)
    if started is None:
        return
    limit = started + PATIENCE.of(cell)
    now = ended or cell.time
    if now is not None and now > limit:
        yield _finding(known, started, f"runs since {say_time(started)}", until=ended)
    elif ended is None and known.exists:
        yield Later(limit + timedelta(seconds=1))


def _is_work(known: Known) -> bool:
    """A pod that is to end, or that holds a GPU; not one that a tool keeps without owning it."""
    spec = pod_view(known).spec
    tool = any(label in known.labels for label in TOOL_LABELS)
    return not tool and (spec.restartPolicy in ("Never", "OnFailure") or requests_of([known]).gpus > 0)


def _lost(known: Known) -> datetime | None:
    """When it ended before its work was done."""
    turn = disrupted(known)
    if pod_view(known).status.phase == "Failed" and stopped_at(known) is None:
        return turn.at if turn is not None else ended_at(known)
    return stopped_at(known)


def _finding(known: Known, since: datetime, what: str, until: datetime | None = None) -> Finding:
    managers = sorted({each.manager for each in known.managers if each.subresource != "status"})
    by = f" (made with {one_line(managers[0], 60)})" if len(managers) == 1 else ""
    gpus = requests_of([known]).gpus
    with_gpus = f" with {gpus:.4g} GPU{'' if gpus == 1 else 's'}" if gpus else ""
    return Finding(
        says=f"Pod {known.name}{with_gpus} was started by hand{by} and {what}",
        since=since,
        until=until,
        evidence=(seen(known, known.created, "no ownerReferences: no Job or workflow looks after it"),),
    )


FAILURE = Failure(
    id="pod-without-controller",
    title="Started by hand, looked after by nothing",
    says="Somebody started this pod directly. When it is deleted, evicted or fails, nothing starts it again, "
    "and when it is forgotten, nothing ends it.",
    sees="kubectl describe pod shows no 'Controlled By'.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.metadata.ownerReferences}' prints nothing",
        "kubectl -n NAMESPACE get pod POD -o yaml --show-managed-fields names the program that made it",
    ),
    judges=("Pod",),
    severity="low",
    role="cause",
    playbook=(
        "Put the work into a Job: it is started again after a loss, and can be cleaned up by itself",
        "Ask whoever started it whether it is still needed, above all where it holds GPUs",
    ),
    leads_to=("duplicate-data-processors",),
    thresholds=(PATIENCE,),
    find=find,
)
