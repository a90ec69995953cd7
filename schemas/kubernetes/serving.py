"""What stands around workloads: Services and who is behind them, autoscalers, budgets, network policies."""

from schemas.kubernetes.events import ObjectReference
from schemas.kubernetes.parts import Condition, LabelSelector, Part, View


class ServiceSpec(Part, frozen=True, omit_defaults=True):
    """Service.spec."""

    type: str = ""
    clusterIP: str = ""  # "None": headless
    selector: dict[str, str] | None = None
    publishNotReadyAddresses: bool | None = None


class Service(View, frozen=True, omit_defaults=True):
    """v1 Service."""

    spec: ServiceSpec = ServiceSpec()


class EndpointConditions(Part, frozen=True, omit_defaults=True):
    """endpoints[].conditions; an absent `ready` means ready."""

    ready: bool | None = None


class Endpoint(Part, frozen=True, omit_defaults=True):
    """endpoints[]."""

    conditions: EndpointConditions | None = None
    targetRef: ObjectReference | None = None


class EndpointSlice(View, frozen=True, omit_defaults=True):
    """discovery.k8s.io/v1 EndpointSlice: a Service may have several."""

    endpoints: tuple[Endpoint, ...] | None = None


class ScalerSpec(Part, frozen=True, omit_defaults=True):
    """HorizontalPodAutoscaler.spec."""

    scaleTargetRef: ObjectReference | None = None
    minReplicas: int | None = None  # absent: 1
    maxReplicas: int = 0


class ScalerStatus(Part, frozen=True, omit_defaults=True):
    """HorizontalPodAutoscaler.status; autoscaling/v1 keeps its conditions in an annotation."""

    currentReplicas: int | None = None
    desiredReplicas: int | None = None
    conditions: tuple[Condition, ...] | None = None


class HorizontalPodAutoscaler(View, frozen=True, omit_defaults=True):
    """autoscaling/v2 HorizontalPodAutoscaler."""

    spec: ScalerSpec = ScalerSpec()
    status: ScalerStatus = ScalerStatus()


class BudgetSpec(Part, frozen=True, omit_defaults=True):
    """PodDisruptionBudget.spec."""

    selector: LabelSelector | None = None
    minAvailable: int | str | None = None
    maxUnavailable: int | str | None = None


class BudgetStatus(Part, frozen=True, omit_defaults=True):
    """PodDisruptionBudget.status."""

    disruptionsAllowed: int = 0
    currentHealthy: int = 0
    desiredHealthy: int = 0
    expectedPods: int = 0
    conditions: tuple[Condition, ...] | None = None


class PodDisruptionBudget(View, frozen=True, omit_defaults=True):
    """policy/v1 PodDisruptionBudget."""

    spec: BudgetSpec = BudgetSpec()
    status: BudgetStatus = BudgetStatus()


class PolicyPort(Part, frozen=True, omit_defaults=True):
    """egress[].ports[]; a port is a number or a name."""

    protocol: str | None = None
    port: int | str | None = None
    endPort: int | None = None


class EgressRule(Part, frozen=True, omit_defaults=True):
    """spec.egress[], as far as it names ports; none named: every port."""

    ports: tuple[PolicyPort, ...] | None = None


class NetworkPolicySpec(Part, frozen=True, omit_defaults=True):
    """NetworkPolicy.spec. An empty podSelector takes every pod of the namespace."""

    podSelector: LabelSelector = LabelSelector()
    policyTypes: tuple[str, ...] | None = None
    egress: tuple[EgressRule, ...] | None = None


class NetworkPolicy(View, frozen=True, omit_defaults=True):
    """networking.k8s.io/v1 NetworkPolicy."""

    spec: NetworkPolicySpec = NetworkPolicySpec()
