"""distributed-worker-lost: one of the workers of a job went, and the others ended because of it."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, pods_of, seen
from stream_jobs.core.runs.training import is_launcher
from stream_jobs.core.signs.exit_codes import say_exit
from stream_jobs.core.signs.gangs import End, Loss, losses, made_good
from stream_jobs.core.signs.messages import listed, one_line

# Kinds whose pods always work together; the pods of a plain Job may be independent.
TRAINING = (
    "JobSet.jobset.x-k8s.io",
    "TrainJob.trainer.kubeflow.org",
    "PyTorchJob.kubeflow.org",
    "TFJob.kubeflow.org",
    "MPIJob.kubeflow.org",
    "XGBoostJob.kubeflow.org",
    "PaddleJob.kubeflow.org",
    "JAXJob.kubeflow.org",
    "Job.batch.volcano.sh",
)
KINDS = ("Job.batch", *TRAINING)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if any(owner.key in KINDS for owner in cell.owners(known)):
        return  # judged as part of the whole
    pods = pods_of(cell.descendants(known))
    gave_up = is_true(known, "Failed")
    over = gave_up.lastTransitionTime if gave_up is not None else None
    for loss in losses(pods, cell, sworn=known.key in TRAINING, over=over):
        if not is_launcher(loss.first.pod):  # that tells of the program; its workers are stopped with it
            yield _finding(known, loss, made_good(loss, pods))


def _finding(known: Known, loss: Loss, until: datetime | None) -> Finding:
    first, others = loss.first, loss.after
    return Finding(
        says=f"{known.kind} {known.name} lost its worker {first.pod.name} ({_how(first)}); {_rest(loss)}",
        since=first.at,
        until=until,
        occurrence=first.pod.uid,
        evidence=tuple(seen(each.pod, each.at, _told(each)) for each in (first, *others[:3])),
        about=(first.pod.uid,),
        hits=tuple(each.pod.uid for each in others),
    )


def _rest(loss: Loss) -> str:
    """What became of the others."""
    ended, on = [each.pod.name for each in loss.after], [each.name for each in loss.on]
    parts = [f"then {_names(ended)} ended too"] if ended else []
    if on:
        parts.append(f"{_names(on)} ran on without it, and the run had failed all the same")
    return "; ".join(parts)


def _names(names: list[str]) -> str:
    return listed(names) if len(names) <= 3 else f"{len(names)} others"


def _how(end: End) -> str:
    if end.exit is None:
        return "removed"
    return "out of memory" if end.exit.reason == "OOMKilled" else say_exit(end.exit.code)


def _told(end: End) -> str:
    if end.exit is None:
        return f"pod {end.pod.name} was told to go"
    said = f": {one_line(end.exit.message)}" if end.exit.message.strip() else ""
    what = f"{end.exit.reason}, exit code {end.exit.code}"
    return f"container {end.exit.container} of {end.pod.name}: {what}{said}"


FAILURE = Failure(
    id="distributed-worker-lost",
    title="A worker was lost",
    says="The workers of this job compute together. One of them went; the others waited for it and then "
    "ended as well. What they wrote at their end tells of the missing peer, not of a fault of theirs.",
    sees="One worker ended first; the others ran on, without a word, and ended minutes later with exit code "
    "1 or 134 and errors about a lost peer.",
    confirm=(
        "kubectl -n NAMESPACE get pods -l JOB-LABEL --sort-by=.status.startTime and describe each: order "
        "them by when their containers finished",
        "kubectl -n NAMESPACE logs POD of a later one shows NCCL, Gloo or connection errors",
    ),
    judges=KINDS,
    severity="critical",
    role="symptom",
    playbook=(
        "Look at why the first worker went, and leave the later ends aside",
        "Let the job end at once when a worker is lost (podFailurePolicy, or failurePolicy of a JobSet), or "
        "use elastic training",
    ),
    leads_to=(
        "training-job-restarting",
        "training-job-failed",
        "job-running-too-long",
        # The survivors' own ends, and the end of a job whose last allowed failures they are.
        "container-exit-error",
        "container-native-crash",
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "job-failed-indexes",
    ),
    find=find,
)
