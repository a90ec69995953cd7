"""deployment-rollout-stuck: a new version of a workload does not get going."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.kubernetes import Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.messages import one_line, shell_word
from stream_jobs.core.signs.serving import is_ready, pods_under, wanted
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="deployment-rollout-stuck.patience",
    default=timedelta(minutes=15),
    says="A StatefulSet or DaemonSet, which has no deadline of its own, is given so long for its next pod",
)
REASON = "ProgressDeadlineExceeded"
REVISION = "controller-revision-hash"


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    view = known.view
    if not isinstance(view, Workload):
        return
    if known.key == "Deployment.apps":
        yield from _stated(known, cell)
    elif known.exists and _behind(known, view):
        yield from _silent(known, cell)


def _stated(known: Known, cell: Cell) -> Iterator[Finding]:
    turns = [each for each in known.history.turns if each.type == "Progressing"]
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        if (turn.status, turn.reason) == ("False", REASON):
            until = following.at if following is not None else known.deleted
            yield _finding(
                known, cell, turn.at, until, f"{REASON}: {one_line(turn.message)}", str(turn.number)
            )


def _behind(known: Known, view: Workload) -> bool:
    """Whether not all copies are of the newest version."""
    status = view.status
    if known.key == "DaemonSet.apps":
        return status.updatedNumberScheduled < status.desiredNumberScheduled
    return (
        bool(status.updateRevision) and status.updateRevision != status.currentRevision and wanted(view) > 0
    )


def _silent(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    pods = [each for each in pods_under(known, cell) if each.exists]
    edits = [each.before for each in known.edits if each.path.startswith("spec.template")]
    made = [each.created for each in pods if each.created is not None]
    last = max((*edits, *made), default=None)
    if last is None:
        return
    late = last + PATIENCE.of(cell)
    if cell.time is None or cell.time <= late:
        yield Later(late + timedelta(seconds=1))
        return
    if any(not is_ready(each) for each in pods) or known.key == "DaemonSet.apps":
        yield _finding(known, cell, last, None, f"no new pod since {say_time(last)}", "silence")


def _finding(known: Known, cell: Cell, since: datetime, until: datetime | None, *told: str) -> Finding:
    says, occurrence = told
    newest = [each for each in pods_under(known, cell) if each.exists and not is_ready(each)]
    newest.sort(key=lambda each: (each.created or each.first_seen, each.uid))
    why = f"; pod {newest[-1].name} is not ready" if newest and until is None else ""
    end = f" until {say_time(until)}" if until is not None else ""
    return Finding(
        says=f"The new version of {known.kind} {known.name} does not get going since "
        f"{say_time(since)}{end}{why}",
        since=since,
        until=until,
        occurrence=occurrence,
        evidence=(seen(known, since, says),),
        about=tuple(each.uid for each in newest[-3:]),
        playbook=(
            f"kubectl -n {shell_word(known.namespace)} rollout undo "
            f"{known.kind.lower()}/{shell_word(known.name)} "
            "goes back to the version before",
        ),
    )


FAILURE = Failure(
    id="deployment-rollout-stuck",
    title="New version does not start",
    says="A new version of a service was rolled out, and its pods do not get ready. The old ones go on "
    "serving, so users may not notice.",
    sees="kubectl rollout status waits, or ends with: exceeded its progress deadline.",
    confirm=(
        "kubectl -n NAMESPACE describe deployment NAME shows Progressing False, ProgressDeadlineExceeded",
        "kubectl -n NAMESPACE get replicaset -l SELECTOR shows the newest with fewer READY than DESIRED",
    ),
    judges=("Deployment.apps", "StatefulSet.apps", "DaemonSet.apps"),
    severity="high",
    role="symptom",
    playbook=("Look at a pod of the newest ReplicaSet: image, settings, probe or quota is the cause",),
    thresholds=(PATIENCE,),
    find=find,
)
