"""Reading KubeRay: the views of its kinds, and how a job, a cluster and a service stand.

Facts: ray-project/kuberay, ray-operator/apis/ray/v1, the files rayjob, raycluster and rayservice_types.go.
"""

from datetime import datetime

from schemas.contracts import Phase
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, is_true

GROUP = "ray.io"
JOB_KEY, CLUSTER, SERVICE = f"RayJob.{GROUP}", f"RayCluster.{GROUP}", f"RayService.{GROUP}"
LABEL = f"{GROUP}/"
# status.jobDeploymentStatus, the operator's view of a job; "Complete" leaves the outcome to status.jobStatus.
DEPLOYMENTS: dict[str, Phase] = {
    "Running": "Running",
    "Retrying": "Running",
    "Failed": "Failed",
    "ValidationFailed": "Error",
    "Suspending": "Suspended",
    "Suspended": "Suspended",
}
JOBS: dict[str, Phase] = {"SUCCEEDED": "Succeeded", "FAILED": "Failed", "STOPPED": "Cancelled"}
# status.reason with which not the program is at fault, but how it was started or watched.
ERRORS = frozenset(
    {
        "SubmissionFailed",
        "ValidationFailed",
        "JobDeploymentStatusTransitionGracePeriodExceeded",
        "JobStatusCheckTimeoutExceeded",
    }
)


class WorkerGroup(Part, frozen=True, omit_defaults=True):
    """spec.workerGroupSpecs[]."""

    groupName: str = ""


class RayClusterSpec(Part, frozen=True, omit_defaults=True):
    """The cluster as it is wanted."""

    suspend: bool | None = None
    workerGroupSpecs: tuple[WorkerGroup, ...] | None = None


class RayClusterStatus(Part, frozen=True, omit_defaults=True):
    """How it stands; `state` is ready, suspended, or (before 1.3) failed, and stays ready while it ails."""

    state: str = ""
    reason: str = ""
    conditions: tuple[Condition, ...] | None = None


class RayCluster(View, frozen=True, omit_defaults=True):
    """ray.io/v1 RayCluster."""

    spec: RayClusterSpec = RayClusterSpec()
    status: RayClusterStatus | None = None


class RayJobSpec(Part, frozen=True, omit_defaults=True):
    """What a job is to do."""

    submissionMode: str = ""  # K8sJobMode (default), HTTPMode, InteractiveMode, SidecarMode
    clusterSelector: dict[str, str] | None = None  # it runs on a cluster that others made and share
    suspend: bool | None = None
    rayClusterSpec: RayClusterSpec | None = None


class RayJobInfo(Part, frozen=True, omit_defaults=True):
    """status.rayJobInfo: the times as Ray itself tells them."""

    startTime: datetime | None = None
    endTime: datetime | None = None


class RayJobStatus(Part, frozen=True, omit_defaults=True):
    """What became of it."""

    jobId: str = ""
    rayClusterName: str = ""
    jobStatus: str = ""  # "", PENDING, RUNNING, STOPPED, SUCCEEDED, FAILED: what Ray says
    jobDeploymentStatus: str = ""  # what the operator says
    reason: str = ""
    message: str = ""
    startTime: datetime | None = None
    endTime: datetime | None = None
    succeeded: int | None = None  # tries that ended so
    failed: int | None = None
    rayJobInfo: RayJobInfo | None = None


class RayJob(View, frozen=True, omit_defaults=True):
    """ray.io/v1 RayJob."""

    spec: RayJobSpec = RayJobSpec()
    status: RayJobStatus | None = None


class ServiceStatus(Part, frozen=True, omit_defaults=True):
    """status.activeServiceStatus and pendingServiceStatus."""

    rayClusterName: str = ""


class RayServiceSpec(Part, frozen=True, omit_defaults=True):
    """What is to be served."""

    rayClusterConfig: RayClusterSpec | None = None


class RayServiceStatus(Part, frozen=True, omit_defaults=True):
    """How it stands; while it is changed it has two clusters."""

    conditions: tuple[Condition, ...] | None = None
    activeServiceStatus: ServiceStatus | None = None
    pendingServiceStatus: ServiceStatus | None = None


class RayService(View, frozen=True, omit_defaults=True):
    """ray.io/v1 RayService."""

    spec: RayServiceSpec = RayServiceSpec()
    status: RayServiceStatus | None = None


def job_phase(known: Known) -> tuple[Phase, str]:
    """Return a RayJob's phase in our words, and its own message."""
    view = known.view
    assert isinstance(view, RayJob)
    status = view.status or RayJobStatus()
    phase = _outcome(status)
    said = f"{status.reason}: {status.message}".strip(": \n")
    if phase in ("Succeeded", "Failed", "Error", "Cancelled"):
        return phase, "" if phase == "Succeeded" else said
    if not known.exists:
        return "Cancelled", "deleted before it ended"
    if view.spec.suspend and not status.jobDeploymentStatus:
        return "Suspended", said
    return phase, said


def _outcome(status: RayJobStatus) -> Phase:
    """Both fields count: Complete ends a failed job too, and to the operator a stopped one has Failed."""
    said = status.jobDeploymentStatus
    told = JOBS.get(status.jobStatus)
    if said in ("Complete", "Failed") and told in ("Succeeded", "Cancelled"):
        return "Failed" if said == "Failed" and told == "Succeeded" else told
    if said in ("Complete", "Failed"):
        return "Error" if status.reason in ERRORS else "Failed"
    return DEPLOYMENTS.get(said, "Pending")


def cluster_phase(known: Known) -> tuple[Phase, str]:
    """Return a RayCluster's phase, and its own message. It has no end but its delete."""
    view = known.view
    status = view.status if isinstance(view, RayCluster) else None
    if not known.exists:
        return "Cancelled", ""
    if is_true(known, "RayClusterSuspended") or is_true(known, "RayClusterSuspending"):
        return "Suspended", ""
    failure = is_true(known, "ReplicaFailure")
    said = f"{failure.reason or ''}: {failure.message or ''}".strip(": ") if failure is not None else ""
    state = status.state if status is not None else ""
    if state == "failed":
        return "Failed", said or (status.reason if status is not None else "")
    if state == "suspended":
        return "Suspended", ""
    return ("Running" if state == "ready" or is_true(known, "RayClusterProvisioned") else "Pending"), said


def service_phase(service: Known | None, cluster: Known | None) -> tuple[Phase, str]:
    """A cluster that was replaced is over, and did its work."""
    if cluster is not None and not cluster.exists:
        alive = service is None or service.exists
        return ("Succeeded", "its service has another cluster now") if alive else ("Cancelled", "")
    if service is not None and not service.exists:
        return "Cancelled", ""
    told = condition(service, "Ready") if service is not None else None
    said = f"{told.reason or ''}: {told.message or ''}".strip(": ") if told is not None else ""
    if service is not None and is_true(service, "Ready"):
        return "Running", ""
    phase, message = cluster_phase(cluster) if cluster is not None else ("Pending", "")
    if phase == "Running" and told is not None and told.status == "False":
        return ("Running" if _was_ready(service) else "Pending"), said
    return phase, message or said


def _was_ready(service: Known | None) -> bool:
    turns = service.history.turns if service is not None else []
    return any(turn.type == "Ready" and turn.status == "True" for turn in turns)


def suspended_by(known: Known, at: datetime) -> bool:
    """Whether the cluster was suspended, or about to be, at a time."""
    kinds = ("RayClusterSuspending", "RayClusterSuspended")
    turns = [turn for turn in known.history.turns if turn.type in kinds and turn.at <= at]
    newest = {turn.type: turn.status for turn in turns}
    view = known.view
    wanted = isinstance(view, RayCluster) and bool(view.spec.suspend)
    return wanted or "True" in newest.values()
