"""gang-partial-deadlock: some workers run and hold GPUs, the others find no node, so that nothing moves."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.kubernetes import Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, pods_of, requests_of, seen, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.runs.queues import POD_GROUPS, queue_links
from stream_jobs.core.runs.training import replica_index, replica_type
from stream_jobs.core.signs.data import texts
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.refusals import refusals
from stream_jobs.core.signs.scheduling import bound_at, pending_growth
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="gang-partial-deadlock.patience",
    default=timedelta(seconds=5),
    says="Pods of one job find their nodes one after the other, within seconds",
)
LONG = Patience(
    id="gang-partial-deadlock.long",
    default=timedelta(minutes=10),
    says="After so long it does not solve itself, and is told with its full severity",
)
SWORN = (  # kinds whose pods always work together
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
KINDS = ("Job.batch", *SWORN)
# What says that the pods of a plain Job are one distributed program.
TOGETHER = re.compile(
    r"(?i)\bddp\b|torchrun|torch\.distributed|MASTER_ADDR|WORLD_SIZE|rdzv|rendezvous|nccl|mpirun|horovod"
    r"|deepspeed|\baccelerate\b|distributed"
)


class Hole(msgspec.Struct, frozen=True):
    """A pod that found no node, from `since` to `until`."""

    pod: Known
    since: datetime
    until: datetime | None


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if any(owner.key in KINDS for owner in cell.owners(known)):
        return  # judged as part of the whole
    pods = pods_of(cell.descendants(known))
    if len(pods) < 2 or not _work_together(known, pods) or any(_in_gang(each) for each in pods):
        return
    holes = [hole for each in pods if (hole := _hole(each, pods, cell)) is not None]
    holders = [each for each in pods if started_at(each) is not None]
    if holes and holders:
        yield from _judged(known, cell, holes, holders)


def _judged(known: Known, cell: Cell, holes: list[Hole], holders: list[Known]) -> Iterator[Finding | Later]:
    began = min(at for each in holders if (at := started_at(each)) is not None)
    holes = [each for each in holes if each.until is None or each.until > began]
    if not holes:
        return
    since = max(began, min(each.since for each in holes))
    until = _over(holes, holders)
    now = until or cell.time
    limit, late = since + PATIENCE.of(cell), since + LONG.of(cell)
    if now is None or now < limit:
        if until is None and known.exists:
            yield Later(limit)
        return
    growth = next((later for each in holes if (later := pending_growth(each.pod, cell)) is not None), None)
    held = requests_of(holders).gpus
    gpus = f" and hold {held:g} GPU{'' if held == 1 else 's'}" if held else ""
    waiting = listed([each.pod.name for each in holes[:3]]) + (
        f" and {len(holes) - 3} more" if len(holes) > 3 else ""
    )
    runs = "run" if until is None else "ran"
    find_ = "find no node" if until is None else "found no node"
    yield Finding(
        says=f"Of the workers of {known.kind} {known.name} {len(holders)} {runs}{gpus}, while {waiting} "
        f"{find_}: since {say_time(since)} they {'wait' if until is None else 'waited'} for each other",
        since=since,
        until=until and max(until, since),
        evidence=tuple(seen(each.pod, each.since, f"pod {each.pod.name} has no node") for each in holes[:3]),
        about=tuple(each.pod.uid for each in holes),
        severity="low" if growth is not None and until is None else None if now >= late else "medium",
        confidence=1.0 if known.key in SWORN else 0.7,
    )
    if growth is not None and until is None:
        yield growth
    if until is None and now < late:
        yield Later(late)


def _over(holes: list[Hole], holders: list[Known]) -> datetime | None:
    """When the last pod had its node, or the last of those that ran was gone; None while it lasts."""
    filled = [each.until for each in holes]
    if all(each is not None for each in filled):
        return max(each for each in filled if each is not None)
    ends = [ended_at(each) for each in holders]
    return max(each for each in ends if each is not None) if all(ends) else None


def _hole(known: Known, pods: list[Known], cell: Cell) -> Hole | None:
    """The time in which the pod found no node; None for one that takes the place of a pod that had run."""
    said = refusals(known, cell)
    if not said:
        return None
    place = _place(known)
    if any(_place(each) == place and started_at(each) is not None for each in pods if each is not known):
        return None
    ended = bound_at(known) or known.deleted
    since = min(each.first for each in said)
    return Hole(known, since, max(ended, since) if ended is not None else None)


def _place(known: Known) -> tuple[str, ...]:
    """Which member of the job the pod is; its own name where no label tells."""
    labels = known.labels
    place = (
        labels.get("jobset.sigs.k8s.io/replicatedjob-name", ""),
        labels.get("jobset.sigs.k8s.io/job-index", ""),
        labels.get("batch.kubernetes.io/job-completion-index", ""),
        replica_type(known) + labels.get("volcano.sh/task-spec", ""),
        replica_index(known) + labels.get("volcano.sh/task-index", ""),
    )
    return place if any(place) else (known.name,)


def _in_gang(known: Known) -> bool:
    """Whether a gang scheduler sees to it that all start, or none."""
    return any(key in POD_GROUPS for key, *_ in queue_links(known))


def _work_together(known: Known, pods: list[Known]) -> bool:
    """A plain Job's pods may each work for itself: that they do not must show."""
    if known.key in SWORN:
        return True
    view = known.view
    if not isinstance(view, Job) or view.spec.completionMode != "Indexed":
        return False
    if (view.spec.completions or 1) > (view.spec.parallelism or 1):
        return False
    spec = pod_view(pods[0]).spec
    said = [known.name.replace("-", " "), *(text for each in spec.containers or () for text in texts(each))]
    said += [variable.name for each in spec.containers or () for variable in each.env or ()]
    return any(TOGETHER.search(each) for each in said)


FAILURE = Failure(
    id="gang-partial-deadlock",
    title="Half of the gang holds its GPUs in vain",
    says="The workers of this run compute together. Some have started and hold their machines, the others "
    "find no room: those that run only wait for them, and nobody else can use what they hold.",
    sees="Some pods of the job are Running without progress, the others Pending.",
    confirm=(
        "kubectl -n NAMESPACE get pods -l JOB-LABEL -o wide: some are Running, some Pending",
        "kubectl -n NAMESPACE describe pod POD of a Pending one: FailedScheduling says what is lacking",
    ),
    judges=KINDS,
    severity="high",
    role="cause",
    playbook=(
        "Free what the missing workers need, or stop the run and start it with fewer workers",
        "Look whether two such runs hold what the other one needs: then one of them must be stopped",
        "Use Kueue with waitForPodsReady, or a gang scheduler such as Volcano: all start, or none",
    ),
    leads_to=("job-running-too-long",),
    thresholds=(PATIENCE, LONG),
    find=find,
)
