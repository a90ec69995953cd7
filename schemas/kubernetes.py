"""Typed partial views of Kubernetes objects: only what Wakeline judges by, under the API's own field names.

msgspec passes over every other field without building it, so a view costs a fraction of a parsed dict. An
engine's own kinds have their views in the engine's file. Field meanings: the Kubernetes API reference, v1.34.
"""

from datetime import datetime
from typing import Any

import msgspec


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """A piece of an object. Absent and null fields have the default."""


class OwnerReference(Part, frozen=True, omit_defaults=True):
    """metadata.ownerReferences[]."""

    kind: str
    name: str
    uid: str
    apiVersion: str = "v1"
    controller: bool | None = None

    @property
    def group(self) -> str:
        """The API group; "" for core kinds."""
        return self.apiVersion.rpartition("/")[0]


class Metadata(Part, frozen=True, omit_defaults=True):
    """metadata, without managedFields (a Change carries them compacted)."""

    name: str = ""
    namespace: str = ""
    uid: str = ""
    generateName: str = ""
    generation: int = 0
    creationTimestamp: datetime | None = None
    deletionTimestamp: datetime | None = None  # request time plus grace: it lies in the future
    deletionGracePeriodSeconds: int | None = None
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    ownerReferences: tuple[OwnerReference, ...] | None = None
    finalizers: tuple[str, ...] | None = None


class Condition(Part, frozen=True, omit_defaults=True):
    """status.conditions[]; `status` is "True", "False" or "Unknown": the type decides which is bad."""

    type: str = ""
    status: str = ""
    reason: str | None = None
    message: str | None = None
    lastTransitionTime: datetime | None = None


class View(Part, frozen=True, omit_defaults=True):
    """What every object has."""

    metadata: Metadata = Metadata()


class ConditionsStatus(Part, frozen=True, omit_defaults=True):
    """A status of which only the conditions are read."""

    conditions: tuple[Condition, ...] | None = None


class Plain(View, frozen=True, omit_defaults=True):
    """Any kind without a view of its own: metadata and conditions."""

    status: ConditionsStatus | None = None


# --- Pod ------------------------------------------------------------------------------------------------


class KeyReference(Part, frozen=True, omit_defaults=True):
    """A reference to a ConfigMap or Secret, with or without a key."""

    name: str = ""
    key: str = ""
    optional: bool | None = None


class ValueFrom(Part, frozen=True, omit_defaults=True):
    """env[].valueFrom."""

    configMapKeyRef: KeyReference | None = None
    secretKeyRef: KeyReference | None = None


class EnvironmentVariable(Part, frozen=True, omit_defaults=True):
    """env[]; secrets among the literals were redacted by the collector."""

    name: str = ""
    value: str | None = None
    valueFrom: ValueFrom | None = None


class EnvironmentSource(Part, frozen=True, omit_defaults=True):
    """envFrom[]."""

    configMapRef: KeyReference | None = None
    secretRef: KeyReference | None = None


class Resources(Part, frozen=True, omit_defaults=True):
    """Quantities as text ("64Mi", "500m"); a number is allowed by the API and kept as it is."""

    requests: dict[str, str | int | float] | None = None
    limits: dict[str, str | int | float] | None = None


class VolumeMount(Part, frozen=True, omit_defaults=True):
    """volumeMounts[]."""

    name: str = ""
    readOnly: bool | None = None


class Container(Part, frozen=True, omit_defaults=True):
    """spec.containers[] and spec.initContainers[]; a sidecar is an init container that restarts Always."""

    name: str
    image: str = ""
    command: tuple[str, ...] | None = None
    args: tuple[str, ...] | None = None
    env: tuple[EnvironmentVariable, ...] | None = None
    envFrom: tuple[EnvironmentSource, ...] | None = None
    volumeMounts: tuple[VolumeMount, ...] | None = None
    resources: Resources | None = None
    restartPolicy: str | None = None
    terminationMessagePolicy: str | None = None


class ClaimSource(Part, frozen=True, omit_defaults=True):
    """volumes[].persistentVolumeClaim."""

    claimName: str = ""
    readOnly: bool | None = None


class ConfigMapSource(Part, frozen=True, omit_defaults=True):
    """volumes[].configMap, and in projected sources."""

    name: str | None = None
    optional: bool | None = None


class SecretSource(Part, frozen=True, omit_defaults=True):
    """volumes[].secret names it secretName, projected sources name."""

    secretName: str | None = None
    name: str | None = None
    optional: bool | None = None


class ProjectedSource(Part, frozen=True, omit_defaults=True):
    """volumes[].projected.sources[]."""

    configMap: ConfigMapSource | None = None
    secret: SecretSource | None = None


class Projected(Part, frozen=True, omit_defaults=True):
    """volumes[].projected."""

    sources: tuple[ProjectedSource, ...] | None = None


class Volume(Part, frozen=True, omit_defaults=True):
    """spec.volumes[]."""

    name: str = ""
    persistentVolumeClaim: ClaimSource | None = None
    configMap: ConfigMapSource | None = None
    secret: SecretSource | None = None
    projected: Projected | None = None


class Toleration(Part, frozen=True, omit_defaults=True):
    """spec.tolerations[]."""

    key: str | None = None
    operator: str | None = None
    value: str | None = None
    effect: str | None = None
    tolerationSeconds: int | None = None


class Requirement(Part, frozen=True, omit_defaults=True):
    """nodeSelectorTerms[].matchExpressions[] and matchFields[]: In, NotIn, Exists, DoesNotExist, Gt, Lt."""

    key: str = ""
    operator: str = ""
    values: tuple[str, ...] | None = None


class NodeSelectorTerm(Part, frozen=True, omit_defaults=True):
    """One of several terms, any of which suffices; within it all requirements must hold."""

    matchExpressions: tuple[Requirement, ...] | None = None
    matchFields: tuple[Requirement, ...] | None = None


class RequiredNodes(Part, frozen=True, omit_defaults=True):
    """nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution."""

    nodeSelectorTerms: tuple[NodeSelectorTerm, ...] | None = None


class NodeAffinity(Part, frozen=True, omit_defaults=True):
    """affinity.nodeAffinity; preferences keep no pod from a node."""

    requiredDuringSchedulingIgnoredDuringExecution: RequiredNodes | None = None


class Affinity(Part, frozen=True, omit_defaults=True):
    """spec.affinity, as far as it is about nodes."""

    nodeAffinity: NodeAffinity | None = None


class SchedulingGate(Part, frozen=True, omit_defaults=True):
    """spec.schedulingGates[]."""

    name: str = ""


class PodSpec(Part, frozen=True, omit_defaults=True):
    """What a pod asks for."""

    containers: tuple[Container, ...] | None = None
    initContainers: tuple[Container, ...] | None = None
    volumes: tuple[Volume, ...] | None = None
    nodeName: str | None = None
    nodeSelector: dict[str, str] | None = None
    affinity: Affinity | None = None
    tolerations: tuple[Toleration, ...] | None = None
    restartPolicy: str | None = None
    serviceAccountName: str | None = None
    schedulerName: str | None = None
    schedulingGates: tuple[SchedulingGate, ...] | None = None
    priority: int | None = None
    priorityClassName: str | None = None
    activeDeadlineSeconds: int | None = None
    terminationGracePeriodSeconds: int | None = None


class Waiting(Part, frozen=True, omit_defaults=True):
    """state.waiting."""

    reason: str | None = None
    message: str | None = None


class Running(Part, frozen=True, omit_defaults=True):
    """state.running."""

    startedAt: datetime | None = None


class Terminated(Part, frozen=True, omit_defaults=True):
    """state.terminated; startedAt is 1970 for StartError, null for ContainerStatusUnknown."""

    exitCode: int = 0
    signal: int | None = None
    reason: str | None = None
    message: str | None = None
    startedAt: datetime | None = None
    finishedAt: datetime | None = None
    containerID: str | None = None


class ContainerState(Part, frozen=True, omit_defaults=True):
    """At most one of the three is set."""

    waiting: Waiting | None = None
    running: Running | None = None
    terminated: Terminated | None = None


class ContainerStatus(Part, frozen=True, omit_defaults=True):
    """status.containerStatuses[] and its sisters."""

    name: str
    state: ContainerState | None = None
    lastState: ContainerState | None = None
    ready: bool = False
    started: bool | None = None
    restartCount: int = 0
    image: str = ""
    imageID: str = ""
    containerID: str | None = None


class PodStatus(Part, frozen=True, omit_defaults=True):
    """What became of a pod."""

    phase: str | None = None
    reason: str | None = None
    message: str | None = None
    startTime: datetime | None = None
    conditions: tuple[Condition, ...] | None = None
    containerStatuses: tuple[ContainerStatus, ...] | None = None
    initContainerStatuses: tuple[ContainerStatus, ...] | None = None
    ephemeralContainerStatuses: tuple[ContainerStatus, ...] | None = None


class Pod(View, frozen=True, omit_defaults=True):
    """v1 Pod."""

    spec: PodSpec = PodSpec()
    status: PodStatus = PodStatus()


# --- Event ----------------------------------------------------------------------------------------------


class ObjectReference(Part, frozen=True, omit_defaults=True):
    """involvedObject and related; for Nodes the kubelet writes the node's name as uid."""

    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    apiVersion: str = ""
    fieldPath: str = ""

    @property
    def group(self) -> str:
        """The API group; "" for core kinds."""
        return self.apiVersion.rpartition("/")[0]


class EventSource(Part, frozen=True, omit_defaults=True):
    """source, empty for senders that use events.k8s.io."""

    component: str | None = None
    host: str | None = None


class EventSeries(Part, frozen=True, omit_defaults=True):
    """series, of senders that use events.k8s.io."""

    count: int = 0
    lastObservedTime: datetime | None = None


class Event(View, frozen=True, omit_defaults=True):
    """v1 Event. Its type tells little: some Normal events tell of failures."""

    involvedObject: ObjectReference = ObjectReference()
    related: ObjectReference | None = None
    reason: str | None = None
    message: str | None = None
    type: str | None = None
    source: EventSource | None = None
    reportingComponent: str | None = None
    count: int | None = None
    firstTimestamp: datetime | None = None
    lastTimestamp: datetime | None = None
    eventTime: datetime | None = None
    series: EventSeries | None = None


# --- Node, volumes, quota -------------------------------------------------------------------------------


class Taint(Part, frozen=True, omit_defaults=True):
    """spec.taints[]."""

    key: str = ""
    value: str | None = None
    effect: str | None = None
    timeAdded: datetime | None = None


class NodeSpec(Part, frozen=True, omit_defaults=True):
    """Node.spec."""

    taints: tuple[Taint, ...] | None = None
    unschedulable: bool | None = None


class NodeStatus(Part, frozen=True, omit_defaults=True):
    """Node.status."""

    allocatable: dict[str, str] | None = None
    conditions: tuple[Condition, ...] | None = None


class Node(View, frozen=True, omit_defaults=True):
    """v1 Node."""

    spec: NodeSpec = NodeSpec()
    status: NodeStatus = NodeStatus()


class ClaimSpec(Part, frozen=True, omit_defaults=True):
    """PersistentVolumeClaim.spec."""

    storageClassName: str | None = None
    volumeName: str | None = None
    accessModes: tuple[str, ...] | None = None


class ClaimStatus(Part, frozen=True, omit_defaults=True):
    """PersistentVolumeClaim.status."""

    phase: str | None = None


class PersistentVolumeClaim(View, frozen=True, omit_defaults=True):
    """v1 PersistentVolumeClaim."""

    spec: ClaimSpec = ClaimSpec()
    status: ClaimStatus = ClaimStatus()


class QuotaStatus(Part, frozen=True, omit_defaults=True):
    """ResourceQuota.status: quantities as text."""

    hard: dict[str, str] | None = None
    used: dict[str, str] | None = None


class ResourceQuota(View, frozen=True, omit_defaults=True):
    """v1 ResourceQuota."""

    status: QuotaStatus = QuotaStatus()


class ServiceSpec(Part, frozen=True, omit_defaults=True):
    """Service.spec."""

    selector: dict[str, str] | None = None


class Service(View, frozen=True, omit_defaults=True):
    """v1 Service."""

    spec: ServiceSpec = ServiceSpec()


# --- Workloads ------------------------------------------------------------------------------------------


class PodTemplate(Part, frozen=True, omit_defaults=True):
    """spec.template."""

    metadata: Metadata = Metadata()
    spec: PodSpec = PodSpec()


class WorkloadSpec(Part, frozen=True, omit_defaults=True):
    """Deployment, StatefulSet, ReplicaSet, DaemonSet."""

    replicas: int | None = None
    template: PodTemplate | None = None


class WorkloadStatus(Part, frozen=True, omit_defaults=True):
    """Their status."""

    replicas: int = 0
    readyReplicas: int = 0
    conditions: tuple[Condition, ...] | None = None


class Workload(View, frozen=True, omit_defaults=True):
    """apps/v1 Deployment, StatefulSet, ReplicaSet and DaemonSet."""

    spec: WorkloadSpec = WorkloadSpec()
    status: WorkloadStatus = WorkloadStatus()


class JobSpec(Part, frozen=True, omit_defaults=True):
    """batch/v1 Job.spec."""

    parallelism: int | None = None
    completions: int | None = None
    completionMode: str | None = None
    backoffLimit: int | None = None
    activeDeadlineSeconds: int | None = None
    podReplacementPolicy: str | None = None
    suspend: bool | None = None
    podFailurePolicy: dict[str, Any] | None = None
    template: PodTemplate | None = None


class JobStatus(Part, frozen=True, omit_defaults=True):
    """batch/v1 Job.status."""

    active: int = 0
    ready: int | None = None
    succeeded: int = 0
    failed: int = 0
    terminating: int | None = None
    startTime: datetime | None = None
    completionTime: datetime | None = None
    conditions: tuple[Condition, ...] | None = None


class Job(View, frozen=True, omit_defaults=True):
    """batch/v1 Job."""

    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class CronJobSpec(Part, frozen=True, omit_defaults=True):
    """batch/v1 CronJob.spec."""

    schedule: str = ""
    suspend: bool | None = None
    concurrencyPolicy: str | None = None


class CronJob(View, frozen=True, omit_defaults=True):
    """batch/v1 CronJob."""

    spec: CronJobSpec = CronJobSpec()


VIEWS: dict[str, type[View]] = {
    "Pod": Pod,
    "Event": Event,
    "Node": Node,
    "PersistentVolumeClaim": PersistentVolumeClaim,
    "ResourceQuota": ResourceQuota,
    "Service": Service,
    "Deployment.apps": Workload,
    "StatefulSet.apps": Workload,
    "ReplicaSet.apps": Workload,
    "DaemonSet.apps": Workload,
    "Job.batch": Job,
    "CronJob.batch": CronJob,
}


def kind_key(group: str, kind: str) -> str:
    """Return the kind as kubectl spells it in full: "Pod", "Job.batch", "Workflow.argoproj.io"."""
    return f"{kind}.{group}" if group else kind
