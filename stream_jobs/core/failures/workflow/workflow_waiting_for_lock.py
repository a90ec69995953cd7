"""workflow-waiting-for-lock: a run waits for a lock or a place that other runs hold."""

import re
from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.runs.workflows import LockWait, Workflow, WorkflowStatus, nodes_of, workflow_view
from stream_jobs.core.signs.messages import listed, one_line

LOCK = re.compile(r"Waiting for (\S+) lock.*?Lock status: (\d+)/(\d+)", re.DOTALL)
CROWDED = re.compile(r"too many workflows are already running")
KEY = "Workflow.argoproj.io"
SHOWN = 3


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    view = workflow_view(known.view)
    status = view.status or WorkflowStatus()
    if not known.exists or status.finishedAt is not None:
        return
    told = _told(known, view, status)
    if told is None:
        return
    message, since = told
    lock = LOCK.search(message)
    holders = _holders(status)
    held = f", held by {listed(holders[:SHOWN])}" if holders else ""
    what = f"lock {one_line(lock[1], 120)}{held}" if lock else "its turn: too many Workflows run already"
    yield Finding(
        says=f"Workflow {known.name} waits since {say_time(since)} for {what}",
        since=since,
        occurrence=one_line(lock[1], 200) if lock else "parallelism",
        evidence=(seen(known, since, one_line(message)),),
        about=tuple(_target(known, each) for each in holders[:SHOWN]),
    )


def _told(known: Known, view: Workflow, status: WorkflowStatus) -> tuple[str, datetime] | None:
    """The message that tells of it, and since when; a node's where the run itself goes on."""
    message = status.message or ""
    if status.phase in (None, "", "Pending") and (LOCK.search(message) or CROWDED.search(message)):
        return message, known.created or known.first_seen
    waiting = [
        (each.startedAt or known.first_seen, each.message or "")
        for each in nodes_of(view).values()
        if each.phase == "Pending" and LOCK.search(each.message or "")
    ]
    since, text = min(waiting, default=(known.first_seen, ""))
    return (text, since) if text else None


def _holders(status: WorkflowStatus) -> list[str]:
    sync = status.synchronization
    locks = [each for each in (sync.semaphore, sync.mutex) if each is not None] if sync is not None else []
    waits: list[LockWait] = [each for lock in locks for each in lock.waiting or ()]
    names = [name for each in waits for name in (*(each.holders or ()), each.holder) if name]
    return [one_line(each, 120) for each in dict.fromkeys(names)]


def _target(known: Known, holder: str) -> str:
    """The Workflow of a holder: "namespace/name", "namespace/name/node", or an older "name"."""
    parts = holder.split("/")
    namespace, name = (parts[0], parts[1]) if len(parts) > 1 else (known.namespace, parts[0])
    return target(KEY, namespace, name)


FAILURE = Failure(
    id="workflow-waiting-for-lock",
    title="Waits for a lock",
    says="The run shares a lock (a semaphore or mutex) or a number of places with other runs, and waits "
    "until one of them is over.",
    sees="The run or a step is Pending, its message says Waiting for ... lock, and there is no pod.",
    confirm=(
        "kubectl -n NAMESPACE get workflow NAME -o jsonpath='{.status.synchronization}' names lock and "
        "holders",
        "argo list --running shows whether the holder is still at work",
    ),
    judges=(KEY,),
    severity="medium",
    role="cause",
    playbook=(
        "See whether the holder still works; one that hangs keeps all others waiting: stop it",
        "Raise the limit in the lock's ConfigMap, or the controller's parallelism, where more may run at a "
        "time",
    ),
    leads_to=("workflow-no-progress", "workflow-step-stuck-pending"),
    find=find,
)
