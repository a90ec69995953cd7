"""What a Pod asks for and what became of it."""

from datetime import datetime

from schemas.kubernetes.parts import Condition, Part, View


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
    mountPath: str = ""
    readOnly: bool | None = None


class Probe(Part, frozen=True, omit_defaults=True):
    """A container's probe; the defaults are those of the API server."""

    initialDelaySeconds: int = 0
    periodSeconds: int = 10
    failureThreshold: int = 3


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
    readinessProbe: Probe | None = None
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


class SchedulingGroup(Part, frozen=True, omit_defaults=True):
    """spec.schedulingGroup: the gang that the pod is part of (Kubernetes 1.36 and later)."""

    podGroupName: str = ""


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
    imagePullSecrets: tuple[KeyReference, ...] | None = None
    schedulerName: str | None = None
    schedulingGates: tuple[SchedulingGate, ...] | None = None
    schedulingGroup: SchedulingGroup | None = None
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


class DeviceHealth(Part, frozen=True, omit_defaults=True):
    """allocatedResourcesStatus[].resources[]: `health` is Healthy, Unhealthy or Unknown (1.31 and later)."""

    resourceID: str = ""
    health: str = ""


class AllocatedStatus(Part, frozen=True, omit_defaults=True):
    """allocatedResourcesStatus[]: one resource of a container, such as nvidia.com/gpu."""

    name: str = ""
    resources: tuple[DeviceHealth, ...] | None = None


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
    allocatedResourcesStatus: tuple[AllocatedStatus, ...] | None = None


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
