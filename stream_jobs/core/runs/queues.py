"""Objects of queues and gangs, which hold runs and are none: Kueue's Workload and queues, PodGroups.

Kueue is read as v1beta1 and as v1beta2: what is looked at has the same names in both. Sources:
kubernetes-sigs/kueue, apis/kueue/v1beta2/workload_types.go and pkg/controller/constants; volcano-sh/apis,
pkg/apis/scheduling/v1beta1/types.go; kubernetes-sigs/scheduler-plugins, apis/scheduling/v1alpha1/types.go.
"""

import re
from collections.abc import Iterator
from datetime import datetime

from schemas.kubernetes import Condition, Part, Pod, PodTemplate, View
from stream_jobs.core.known import Known

KUEUE = "kueue.x-k8s.io"
WORKLOAD = f"Workload.{KUEUE}"  # another kind than the Workload of scheduling.k8s.io
LOCAL_QUEUE, CLUSTER_QUEUE = f"LocalQueue.{KUEUE}", f"ClusterQueue.{KUEUE}"
JOB_UID = f"{KUEUE}/job-uid"  # label of a Workload
QUEUE_NAME = f"{KUEUE}/queue-name"  # label of what is to be queued
POD_WORKLOAD = f"{KUEUE}/workload"  # annotation of a pod; gone while its job is stopped
POD_GROUP = f"{KUEUE}/pod-group-name"  # label of plain pods; their Workload has this name
POD_GROUPS = ("PodGroup.scheduling.volcano.sh", "PodGroup.scheduling.x-k8s.io", "PodGroup.scheduling.k8s.io")
# How a pod names its PodGroup, by the kind of it: an annotation of Volcano's, a label of scheduler-plugins'.
GROUP_NAMES = ("scheduling.k8s.io/group-name", "scheduling.x-k8s.io/pod-group")


# Who took the place of a Workload, in the words of its conditions Evicted and Preempted.
PREEMPTOR = re.compile(r"\(UID: (?P<workload>[^,)]+)(?:, JobUID: (?P<job>[^,)]+))?\)")


class PodSet(Part, frozen=True, omit_defaults=True):
    """spec.podSets[] of a Workload."""

    name: str = ""
    count: int = 0
    template: PodTemplate = PodTemplate()


class QueuedSpec(Part, frozen=True, omit_defaults=True):
    """What a Workload asks of its queue."""

    active: bool = True
    queueName: str = ""
    priority: int | None = None
    podSets: tuple[PodSet, ...] | None = None


class Admission(Part, frozen=True, omit_defaults=True):
    """status.admission: the ClusterQueue that gave the quota."""

    clusterQueue: str = ""


class CheckState(Part, frozen=True, omit_defaults=True):
    """status.admissionChecks[]: Pending, Ready, Retry or Rejected."""

    name: str = ""
    state: str = ""
    message: str = ""
    lastTransitionTime: datetime | None = None


class Eviction(Part, frozen=True, omit_defaults=True):
    """status.schedulingStats.evictions[]: how often, for one reason."""

    reason: str = ""
    count: int = 0


class SchedulingStats(Part, frozen=True, omit_defaults=True):
    """status.schedulingStats."""

    evictions: tuple[Eviction, ...] | None = None


class RequeueState(Part, frozen=True, omit_defaults=True):
    """status.requeueState: how often its pods were not ready in time."""

    count: int = 0


class QueuedStatus(Part, frozen=True, omit_defaults=True):
    """How a Workload stands."""

    conditions: tuple[Condition, ...] | None = None
    admission: Admission | None = None
    admissionChecks: tuple[CheckState, ...] | None = None
    schedulingStats: SchedulingStats | None = None
    requeueState: RequeueState | None = None


class QueuedWorkload(View, frozen=True, omit_defaults=True):
    """kueue.x-k8s.io Workload: what one run asks of its queue, and whether it has it."""

    spec: QueuedSpec = QueuedSpec()
    status: QueuedStatus = QueuedStatus()


class QueueSpec(Part, frozen=True, omit_defaults=True):
    """LocalQueue: the ClusterQueue behind it."""

    clusterQueue: str = ""


class QueueStatus(Part, frozen=True, omit_defaults=True):
    """Whether a queue takes anything: condition Active."""

    conditions: tuple[Condition, ...] | None = None


class Queue(View, frozen=True, omit_defaults=True):
    """kueue.x-k8s.io LocalQueue or ClusterQueue."""

    spec: QueueSpec = QueueSpec()
    status: QueueStatus = QueueStatus()


class PodGroupSpec(Part, frozen=True, omit_defaults=True):
    """How many pods must start together."""

    minMember: int = 0
    queue: str = ""


class PodGroupStatus(Part, frozen=True, omit_defaults=True):
    """Phase (Pending, Inqueue, Running, … of Volcano; Pending, Scheduling, … of the plug-ins)."""

    phase: str = ""
    conditions: tuple[Condition, ...] | None = None


class PodGroup(View, frozen=True, omit_defaults=True):
    """A gang, of whichever scheduler."""

    spec: PodGroupSpec = PodGroupSpec()
    status: PodGroupStatus = PodGroupStatus()


VIEWS: dict[str, type[View]] = {
    WORKLOAD: QueuedWorkload,
    LOCAL_QUEUE: Queue,
    CLUSTER_QUEUE: Queue,
    **dict.fromkeys(POD_GROUPS, PodGroup),
}


def preemptors(view: View) -> Iterator[str]:
    """Yield the uids of the Workloads and jobs to which a Workload lost its place, as its conditions tell."""
    if isinstance(view, QueuedWorkload):
        for condition in view.status.conditions or ():
            for told in PREEMPTOR.finditer(condition.message or ""):
                yield from filter(None, told.group("workload", "job"))


def queue_links(known: Known) -> Iterator[tuple[str, str, str]]:
    """Yield (kind in full, namespace, name) of the queues and gangs that hold the object."""
    view = known.view
    if isinstance(view, Pod):
        yield from _of_pod(known, view)
    elif isinstance(view, QueuedWorkload):
        yield LOCAL_QUEUE, known.namespace, view.spec.queueName
        if view.status.admission is not None:
            yield CLUSTER_QUEUE, "", view.status.admission.clusterQueue
    elif isinstance(view, Queue) and view.spec.clusterQueue:
        yield CLUSTER_QUEUE, "", view.spec.clusterQueue


def _of_pod(known: Known, pod: Pod) -> Iterator[tuple[str, str, str]]:
    workload = known.annotations.get(POD_WORKLOAD) or known.labels.get(POD_GROUP)
    if workload:
        yield WORKLOAD, known.namespace, workload
    native = pod.spec.schedulingGroup.podGroupName if pod.spec.schedulingGroup is not None else ""
    names = (known.annotations.get(GROUP_NAMES[0], ""), known.labels.get(GROUP_NAMES[1], ""), native)
    yield from ((key, known.namespace, name) for key, name in zip(POD_GROUPS, names, strict=True) if name)
