"""training-job-restarting: a worker failed, and the whole training is started again."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pods_of, seen, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.kuberay import RayJob
from stream_jobs.core.runs.volcano import JOB
from stream_jobs.core.signs.gangs import failed_first
from stream_jobs.core.signs.messages import one_line

BY_CONDITION = (
    "JobSet.jobset.x-k8s.io",
    "PyTorchJob.kubeflow.org",
    "TFJob.kubeflow.org",
    "MPIJob.kubeflow.org",
    "XGBoostJob.kubeflow.org",
    "PaddleJob.kubeflow.org",
    "JAXJob.kubeflow.org",
)
RAY = "RayJob.ray.io"
CONDITIONS = ("RestartingJobSet", "Restarting")
EVENTS = re.compile(r"^(?:Restarting|RestartJob\w*FailurePolicyAction|\w+JobRestarting)$")
SETTLED = frozenset({"Running", "Succeeded", "Failed", "Completed"})


class Restart(msgspec.Struct, frozen=True):
    """One restart of the whole; `until` is when it ran again, or was over."""

    message: str
    since: datetime
    until: datetime | None


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    pods = pods_of(cell.descendants(known))
    for number, restart in enumerate(_restarts(known, cell, pods), 1):
        first = failed_first(pods, restart.since)
        after = f" after pod {first.name} had failed" if first is not None else ""
        said = one_line(restart.message, 200)
        yield Finding(
            says=f"{known.kind} {known.name} {'was' if restart.until else 'is being'} restarted at "
            f"{say_time(restart.since)}{after}" + (f": {said}" if said else ""),
            since=restart.since,
            until=restart.until,
            occurrence=str(number),
            evidence=(seen(known, restart.since, said or "restarted"),),
            about=(first.uid,) if first is not None else (),
        )


def _restarts(known: Known, cell: Cell, pods: list[Known]) -> list[Restart]:
    """Each restart, oldest first: by condition, by phase, else by its events."""
    found = _by_phase(known) if known.key in (JOB, RAY) else _by_turns(known)
    told = [each for each in cell.events(known) if EVENTS.match(each.reason)]
    if found or not told:
        return found
    return [Restart(each.message, each.first, _runs_again(pods, each.first)) for each in told[:1]]


def _by_turns(known: Known) -> list[Restart]:
    """A condition that is True while it restarts; the next turn of it, or of Running, ends that."""
    found = []
    turns = known.history.turns
    for index, turn in enumerate(turns):
        if turn.type in CONDITIONS and turn.status == "True":
            ends = (
                each.at
                for each in turns[index + 1 :]
                if (each.type == turn.type and each.status != "True")
                or (each.type in SETTLED and each.status == "True")
            )
            found.append(Restart(turn.message, turn.at, next(ends, None)))
    return found


def _by_phase(known: Known) -> list[Restart]:
    """Volcano and Ray have a phase for it; Ray's is not in `status.phase`, and the newest alone is known."""
    if isinstance(known.view, RayJob):
        status = known.view.status
        now = status is not None and status.jobDeploymentStatus == "Retrying"
        return [Restart(status.message, known.seen, None)] if status is not None and now else []
    phases = known.history.phases
    found = []
    for (phase, at), following in zip(phases, [*phases[1:], None], strict=False):
        if phase == "Restarting":
            found.append(Restart("", at, following[1] if following is not None else None))
    return found


def _runs_again(pods: list[Known], since: datetime) -> datetime | None:
    starts = [at for each in pods if (at := started_at(each)) is not None and at > since]
    return min(starts, default=None)


FAILURE = Failure(
    id="training-job-restarting",
    title="Training starts again",
    says="A worker failed, and the job starts its workers again. What was not saved as a checkpoint is "
    "lost, and where the same fault strikes again, so is the next try.",
    sees="kubectl get shows the job as Restarting, or new pods in place of all the old ones.",
    confirm=(
        "kubectl -n NAMESPACE get KIND JOB -o yaml: condition Restarting (RestartingJobSet), status.restarts",
        "kubectl -n NAMESPACE get pods --sort-by=.metadata.creationTimestamp shows the new generation",
    ),
    judges=(*BY_CONDITION, JOB, RAY),
    severity="high",
    role="symptom",
    playbook=(
        "Look at the worker that failed first in this try",
        "Make sure that the program goes on from its newest checkpoint",
        "Where it fails at the same point again, it is the code or the data; stop it",
        "With restartPolicy ExitCode, exit codes from 128 on (137 of out of memory too) are retried, those "
        "below are final",
    ),
    leads_to=("training-job-failed",),
    find=find,
)
