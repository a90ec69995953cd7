"""KubeRay: a run is a RayJob with the cluster that it made, or a RayCluster that somebody made.

A RayService is told as one run a cluster: while it is changed, the old and the new one are alive. What Ray
does inside (its tasks and actors) Kubernetes does not show. Source: ray-project/kuberay, ray-operator.
"""

from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import ENDED, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import JOB, Claim, Description, Engine, FailedPart
from stream_jobs.core.known import Known
from stream_jobs.core.pods import (
    annotated_time,
    ended_at,
    first_start,
    pods_of,
    wait_of,
    widest,
)
from stream_jobs.core.runs.kuberay import (
    CLUSTER,
    GROUP,
    JOB_KEY,
    LABEL,
    SERVICE,
    RayCluster,
    RayClusterSpec,
    RayJob,
    RayJobStatus,
    RayService,
    RayServiceStatus,
    cluster_phase,
    job_phase,
    service_phase,
)
from stream_jobs.core.runs.ray_clusters import NODE_TYPE, cluster_steps
from stream_jobs.core.runs.roles import Role, fold, held, owner_name, owner_uid, role_step

CRON = LABEL + "cronjob-name"
SCHEDULED = LABEL + "cronjob-scheduled-timestamp"
SUBMITTED = ("", "K8sJobMode")  # modes in which a Job of its own hands the program to the cluster


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim jobs and clusters, and what they own. A cluster is of its job; of a service each is a run."""
    if known.key == JOB_KEY:
        return Claim(key=known.uid, namespace=known.namespace)
    if known.key == SERVICE:
        return Claim(key=_newest_cluster(known, cell), namespace=known.namespace)
    of_job = owner_uid(known, "RayJob", GROUP)
    if known.key == CLUSTER:
        return Claim(key=of_job or known.uid, namespace=known.namespace)
    uid = of_job or owner_uid(known, "RayCluster", GROUP)
    if not uid or uid in cell.objects:
        return None  # the owner claims for both
    return Claim(key=uid, namespace=known.namespace)


def _newest_cluster(service: Known, cell: Cell) -> str:
    """The cluster that a service is about to have, else the one it has."""
    view = service.view
    status = (view.status if isinstance(view, RayService) else None) or RayServiceStatus()
    for told in (status.pendingServiceStatus, status.activeServiceStatus):
        found = cell.by_name(CLUSTER, service.namespace, told.rayClusterName) if told is not None else None
        if found is not None:
            return found.uid
    owned = cell.owned(service, CLUSTER)
    return owned[-1].uid if owned else service.uid


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the run's story by its outermost object; where none was seen, by its pods."""
    job = next((each for each in members if isinstance(each.view, RayJob)), None)
    if job is not None:
        return _of_job(job, members, cell)
    cluster = next((each for each in members if isinstance(each.view, RayCluster)), None)
    service = next((each for each in members if isinstance(each.view, RayService)), None)
    if cluster is not None and not owner_uid(cluster, "RayService", GROUP):
        return _of_cluster(cluster, members, cell)
    if service is not None or cluster is not None:
        return _of_service(service, cluster, members, cell)
    return _of_pods(members, cell)


# --- a job ----------------------------------------------------------------------------------------------


def _of_job(job: Known, members: list[Known], cell: Cell) -> Description:
    view = job.view
    assert isinstance(view, RayJob)
    status = view.status or RayJobStatus()
    phase, message = job_phase(job)
    pods = pods_of(members)
    return Description(
        kind="RayJob",
        name=job.name,
        uid=job.uid,
        run=status.jobId or job.uid,
        definition=_definition(job),
        trigger=_trigger(job),
        phase=phase,
        message=message,
        wait="" if phase in ENDED else _wait(job, phase, pods),
        created=job.created,
        queued=annotated_time(job, SCHEDULED),
        started=_started(status, pods),
        ended=_ended(job, status) if phase in ENDED else None,
        deleted=job.deleted,
        attempt=_attempt(status, phase, members),
        steps=_job_steps(view, members, phase, cell),
        requests=widest(pods),
    )


def _definition(known: Known) -> str:
    cron = known.labels.get(CRON) or owner_name(known, "RayCronJob", GROUP)
    return cron or known.view.metadata.generateName.rstrip("-") or known.name


def _trigger(known: Known) -> str:
    if known.labels.get(CRON) or owner_name(known, "RayCronJob", GROUP):
        return "schedule"
    return "" if known.view.metadata.ownerReferences else "manual"


def _wait(known: Known, phase: Phase, pods: list[Known]) -> str:
    if phase == "Suspended":
        return held(known)
    return wait_of(pods) if phase in ("Pending", "Running") else ""


def _started(status: RayJobStatus, pods: list[Known]) -> datetime | None:
    told = status.rayJobInfo.startTime if status.rayJobInfo is not None else None
    return min(filter(None, (told, first_start(pods))), default=None)


def _ended(job: Known, status: RayJobStatus) -> datetime | None:
    told = status.rayJobInfo.endTime if status.rayJobInfo is not None else None
    return status.endTime or told or job.deleted or job.seen


def _attempt(status: RayJobStatus, phase: Phase, members: list[Known]) -> int:
    """Each try has a cluster of its own; the status blanks its fields and counts the tries that ended."""
    tried = (status.failed or 0) + (status.succeeded or 0)
    clusters = sum(isinstance(each.view, RayCluster) for each in members)
    return max(tried if phase in ENDED else tried + 1, clusters, 1)


def _job_steps(view: RayJob, members: list[Known], phase: Phase, cell: Cell) -> tuple[Step, ...]:
    pods = pods_of(members)
    steps = list(cluster_steps(view.spec.rayClusterSpec or RayClusterSpec(), pods, phase, cell))
    submitters = [each for each in pods if NODE_TYPE not in each.labels]
    if submitters or view.spec.submissionMode in SUBMITTED:
        waits = ("head",) if any(each.name == "head" for each in steps) else ()
        steps.append(role_step(Role("submitter", "Job", submitters, after=waits), cell, phase))
    return tuple(steps)


# --- a cluster ------------------------------------------------------------------------------------------


def _of_cluster(cluster: Known, members: list[Known], cell: Cell) -> Description:
    view = cluster.view
    assert isinstance(view, RayCluster)
    phase, message = cluster_phase(cluster)
    pods = pods_of(members)
    return Description(
        kind="RayCluster",
        name=cluster.name,
        uid=cluster.uid,
        run=cluster.uid,
        definition=_definition(cluster),
        trigger=_trigger(cluster),
        phase=phase,
        message=message,
        wait=_wait(cluster, phase, pods),
        created=cluster.created,
        started=first_start(pods),
        ended=cluster.deleted,
        deleted=cluster.deleted,
        steps=cluster_steps(view.spec, pods, phase, cell),
        requests=widest(pods),
    )


# --- a service ------------------------------------------------------------------------------------------


def _of_service(
    service: Known | None, cluster: Known | None, members: list[Known], cell: Cell
) -> Description:
    """One cluster of a service; the newest one has the service itself with it."""
    head = service or cluster
    assert head is not None
    view = cluster.view if cluster is not None else None
    spec = view.spec if isinstance(view, RayCluster) else RayClusterSpec()
    phase, message = service_phase(service, cluster)
    pods = pods_of(members)
    owner = service.name if service is not None else owner_name(head, "RayService", GROUP)
    return Description(
        kind="RayService",
        name=owner,
        uid=service.uid if service is not None else owner_uid(head, "RayService", GROUP),
        run=cluster.name if cluster is not None else head.uid,
        definition=owner,
        phase=phase,
        message=message,
        wait=_wait(head, phase, pods),
        created=(cluster or head).created,
        started=first_start(pods),
        ended=(cluster or head).deleted if phase in ENDED else None,
        deleted=(cluster or head).deleted,
        steps=cluster_steps(spec, pods, phase, cell),
        requests=widest(pods),
    )


# --- without the object ---------------------------------------------------------------------------------


def _of_pods(members: list[Known], cell: Cell) -> Description:
    pods = pods_of(members)
    steps = cluster_steps(RayClusterSpec(), pods, "Running", cell)
    phase = fold(each.phase for each in steps)
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    first = members[0]
    kind = "RayJob" if owner_uid(first, "RayJob", GROUP) else "RayCluster"
    return Description(
        kind=kind,
        name=first.labels.get(LABEL + "cluster") or owner_name(first, kind, GROUP) or first.name,
        uid=owner_uid(first, kind, GROUP),
        run=owner_uid(first, kind, GROUP),
        phase=phase,
        message=f"the {kind} itself was not seen: this is what its pods tell",
        wait=wait_of(pods),
        created=first.created,
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        steps=steps,
        requests=widest(pods),
    )


def failed(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield a RayJob that failed."""
    view = known.view
    if isinstance(view, RayJob) and (told := job_phase(known))[0] in ("Failed", "Error"):
        since = _ended(known, view.status or RayJobStatus())
        yield FailedPart(says=f"RayJob {known.name} failed", message=told[1], since=since)


def links(known: Known) -> Iterator[tuple[str, str, str]]:
    """A job points at the cluster it runs on, which it does not own where it chose one by labels."""
    view = known.view
    if isinstance(view, RayJob) and view.status is not None and view.status.rayClusterName:
        yield CLUSTER, known.namespace, view.status.rayClusterName


ENGINE = Engine(
    name="kuberay",
    title="Ray run",
    layer=JOB,
    views={JOB_KEY: RayJob, CLUSTER: RayCluster, SERVICE: RayService},
    starters=("RayCronJob.ray.io",),
    absorbs=("job",),
    nests=False,
    controllers=("kuberay-operator",),
    failed=failed,
    links=links,
    claim=claim,
    describe=describe,
)
