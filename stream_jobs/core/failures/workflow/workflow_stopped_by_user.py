"""workflow-stopped-by-user: somebody told a run to stop."""

import re
from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.statements import run_kinds
from stream_jobs.core.runs.workflows import Workflow
from stream_jobs.core.signs.messages import one_line

# Fields by which people stop runs, and the values that mean it.
ASKED = {
    "spec.shutdown": re.compile("^(Stop|Terminate)$"),  # Argo
    "spec.status": re.compile(
        "^(Cancelled|CancelledRunFinally|StoppedRunFinally|TaskRunCancelled)$"
    ),  # Tekton
    "spec.activeDeadlineSeconds": re.compile("^0$"),  # Kubeflow Pipelines' terminate
}
SAID = re.compile(r"^(?:Stopped with strategy '(?:Stop|Terminate)'|workflow shutdown with strategy)")
REASONS = frozenset(
    {
        "Cancelled",
        "CancelledRunningFinally",
        "TaskRunCancelled",
        "StoppedRunningFinally",
        "Aborted",
        "STOPPED",
    }
)
STATES = ("Succeeded", "Failed")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    asked = _asked(known)
    said = _said(known)
    if not asked and not said:
        return
    since, manager = _when(known, asked)
    by = f" by {manager}" if manager else ""
    at = f" at {say_time(since)}" if since is not None else ""
    pods = [each for each in cell.descendants(known) if each.key == "Pod"]
    yield Finding(
        says=f"{known.kind} {known.name} was told to stop{at}{by}",
        since=since,
        evidence=(seen(known, since, one_line("; ".join(filter(None, (asked, said))))),),
        hits=tuple(sorted(each.uid for each in pods)),
    )


def _asked(known: Known) -> str:
    """The field that tells it to stop, and its value; "" where none does."""
    for path, values in ASKED.items():
        value = known.fields.get(path, "").strip('"')
        if values.search(value) and (
            path != "spec.activeDeadlineSeconds" or isinstance(known.view, Workflow)
        ):
            return f"{path}: {value}"
    return ""


def _said(known: Known) -> str:
    """What the engine says of it."""
    if isinstance(known.view, Workflow):
        message = (known.view.status.message if known.view.status else None) or ""
        return message if SAID.search(message) else ""
    for kind in STATES:
        found = condition(known, kind)
        if found is not None and found.reason in REASONS:
            return f"{found.reason}: {found.message or ''}".rstrip(": ")
    return "jobStatus: STOPPED" if _status(known, "jobStatus") == "STOPPED" else ""  # a RayJob's


def _status(known: Known, field: str) -> object:
    """A field of the status, whatever kind it is; None where it has none."""
    return getattr(getattr(known.view, "status", None), field, None)


def _when(known: Known, asked: str) -> tuple[datetime | None, str]:
    """When it was asked, and by whom; when it was over, where that was not seen."""
    path = asked.partition(":")[0]
    write = next((each for each in reversed(known.edits) if path and each.path == path), None)
    if write is not None:
        return write.before, write.manager
    ends = [turn.at for turn in known.history.turns if turn.type in STATES and turn.reason in REASONS]
    over = (_status(known, "finishedAt"), _status(known, "endTime"))
    return min((*ends, *(each for each in over if isinstance(each, datetime))), default=known.created), ""


FAILURE = Failure(
    id="workflow-stopped-by-user",
    title="Stopped on purpose",
    says="Somebody stopped the run, with the engine's own command or button. What its pods say of their end "
    "is a consequence.",
    sees="The run is Failed or Cancelled, and its pods ended with exit code 143 or 137 at the same moment.",
    confirm=(
        "kubectl -n NAMESPACE get workflow NAME -o jsonpath='{.spec.shutdown} {.status.message}' (Argo)",
        "kubectl -n NAMESPACE get pipelinerun NAME -o jsonpath='{.spec.status}' (Tekton)",
    ),
    judges=run_kinds(),
    severity="info",  # nothing to repair, but it explains the end
    on_purpose=True,
    role="cause",
    lasting=True,
    playbook=("No repair is needed; ask the one who stopped it, if it was not meant",),
    leads_to=(
        "workflow-failed",
        "workflow-step-failed",
        "container-killed-by-signal",
        # a pod that ended by the signal
        "pod-failed",
        "training-job-failed",
    ),
    find=find,
)
