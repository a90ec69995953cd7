"""KServe: a session is one rollout of an InferenceService: the ReplicaSet of its predictor.

So it is with Deployments (raw, "Standard") and with Knative, whose Revisions end in a ReplicaSet each; there
the chain of owners is long, and the label is what counts. An LLMInferenceService is one run with the number
of its rollouts as attempt. Source: kserve/kserve, pkg/apis/serving: v1beta1, v1alpha1.
"""

from collections.abc import Iterator

from schemas.contracts import Phase
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PARENT, Claim, Description, Engine, FailedPart
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, pods_of
from stream_jobs.core.references import target
from stream_jobs.core.runs.roles import Role, owner_uid
from stream_jobs.core.runs.rollouts import Rollout, describe_rollout, newest, ready_stand

GROUP = "serving.kserve.io"
SERVICE, LLM = f"InferenceService.{GROUP}", f"LLMInferenceService.{GROUP}"
LABEL = f"{GROUP}/inferenceservice"
COMPONENT = "component"  # predictor, transformer, explainer
LLM_COMPONENTS = ("app.kubernetes.io/component", "kserve.io/component")
STOP = f"{GROUP}/stop"
REVISION = "deployment.kubernetes.io/revision"
REPLICA_SET = "ReplicaSet.apps"
# modelStatus.lastFailureInfo.reason where the description is at fault, not the model.
INVALID = frozenset(
    {
        "NoSupportingRuntime",
        "RuntimeNotRecognized",
        "InvalidPredictorSpec",
        "InvalidWorkerSpecTensorParallelSize",
        "InvalidGPUAllocation",
        "InvalidSpec",
        "RuntimeDisabled",
    }
)


class FailureInfo(Part, frozen=True, omit_defaults=True):
    """status.modelStatus.lastFailureInfo."""

    reason: str = ""
    message: str = ""


class ModelStates(Part, frozen=True, omit_defaults=True):
    """status.modelStatus.states."""

    activeModelState: str = ""
    targetModelState: str = ""


class ModelStatus(Part, frozen=True, omit_defaults=True):
    """status.modelStatus: what the newest rollout does, and what still serves."""

    transitionStatus: str = ""  # UpToDate, InProgress, BlockedByFailedLoad, InvalidSpec
    states: ModelStates | None = None
    lastFailureInfo: FailureInfo | None = None


class ServiceStatus(Part, frozen=True, omit_defaults=True):
    """How it stands."""

    conditions: tuple[Condition, ...] | None = None
    modelStatus: ModelStatus | None = None


class InferenceService(View, frozen=True, omit_defaults=True):
    """serving.kserve.io/v1beta1 InferenceService; of an LLMInferenceService the conditions."""

    status: ServiceStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim the predictor's pods and ReplicaSets as rollouts, and for the newest one all else."""
    if known.key == LLM:
        return Claim(key=known.uid, namespace=known.namespace)
    if known.key == SERVICE:
        return Claim(key=_current(known.namespace, known.name, cell), namespace=known.namespace)
    name = known.labels.get(LABEL, "")
    if not name:
        uid = owner_uid(known, "LLMInferenceService", GROUP)
        return Claim(key=uid, namespace=known.namespace) if uid and uid not in cell.objects else None
    if _component(known) == "predictor" and known.key in ("Pod", REPLICA_SET):
        rollout = known.uid if known.key == REPLICA_SET else owner_uid(known, "ReplicaSet", "apps")
        if rollout:
            return Claim(key=rollout, namespace=known.namespace)
    return Claim(key=_current(known.namespace, name, cell) or name, namespace=known.namespace)


def _component(known: Known) -> str:
    return known.labels.get(COMPONENT, "predictor")


def _current(namespace: str, name: str, cell: Cell) -> str:
    """The newest ReplicaSet of the service's predictor; the service itself where none was seen."""
    service = cell.by_name(SERVICE, namespace, name)
    born = (service.created or service.first_seen) if service is not None else None
    users = (cell.objects[uid] for uid in cell.users.get(target(SERVICE, namespace, name), ()))
    mine = [
        each
        for each in users
        if _component(each) == "predictor" and (born is None or (each.created or each.first_seen) >= born)
    ]
    replica_set = newest(each for each in mine if each.key == REPLICA_SET)
    pod = newest(each for each in mine if each.key == "Pod")
    of_pod = owner_uid(pod, "ReplicaSet", "apps") if pod is not None else ""
    found = replica_set.uid if replica_set is not None else of_pod
    return found or (service.uid if service is not None else "")


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the rollout's story: of the service where it is the newest, else of its pods."""
    head = next((each for each in members if each.key in (SERVICE, LLM)), None)
    pods = pods_of(members)
    labelled = next((each.labels[LABEL] for each in members if LABEL in each.labels), "")
    owner = head or (cell.by_name(SERVICE, members[0].namespace, labelled) if labelled else None)
    replica_set = newest(each for each in members if each.key == REPLICA_SET)
    return describe_rollout(
        Rollout(
            kind=owner.kind if owner is not None else "InferenceService",
            name=owner.name if owner is not None else labelled or members[0].name,
            uid=owner.uid if owner is not None else "",
            run=replica_set.name if replica_set is not None else "",
            head=head,
            members=members,
            roles=_roles(pods),
            stand=service_stand(head) if head is not None else None,
            attempt=_attempt(members),
        ),
        cell,
    )


def _attempt(members: list[Known]) -> int:
    """Which rollout it is, as its Deployment counts them."""
    told = [each.annotations.get(REVISION, "") for each in members if each.key == REPLICA_SET]
    return max((int(each) for each in told if each.isdigit()), default=1)


def _roles(pods: list[Known]) -> list[Role]:
    roles: dict[str, list[Known]] = {"predictor": []} if any(LABEL in each.labels for each in pods) else {}
    for pod in pods:
        told = (pod.labels.get(each, "") for each in LLM_COMPONENTS)
        name = _component(pod) if LABEL in pod.labels else next(filter(None, told), "workload")
        roles.setdefault(name, []).append(pod)
    return [Role(name, "component", mine) for name, mine in roles.items()]


def service_stand(head: Known) -> tuple[Phase, str]:
    """Return the phase of the newest rollout in our words, and KServe's own message."""
    view = head.view
    status = (view.status if isinstance(view, InferenceService) else None) or ServiceStatus()
    if head.exists and (head.annotations.get(STOP) == "true" or is_true(head, "Stopped") is not None):
        return "Suspended", "it was stopped"
    phase, message = ready_stand(head)
    model = status.modelStatus
    if not head.exists or model is None:
        return phase, message
    failure = model.lastFailureInfo
    said = f"{failure.reason}: {failure.message}".strip(": ") if failure is not None else message
    if model.transitionStatus == "InvalidSpec" or _is_invalid(model):
        return "Error", said
    if model.transitionStatus == "BlockedByFailedLoad":
        return "Failed", said
    return phase, message


def _is_invalid(model: ModelStatus) -> bool:
    blocked = model.transitionStatus == "BlockedByFailedLoad"
    return blocked and model.lastFailureInfo is not None and model.lastFailureInfo.reason in INVALID


def failed(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield a service whose newest rollout KServe itself calls failed."""
    phase, message = service_stand(known)
    if phase in ("Failed", "Error"):
        turns = [turn.at for turn in known.history.turns if turn.status == "False"]
        yield FailedPart(
            says=f"{known.kind} {known.name} cannot serve",
            message=message,
            since=max(turns, default=known.seen),
        )


def links(known: Known) -> Iterator[tuple[str, str, str]]:
    """What serves points at the service that its label names."""
    if known.labels.get(LABEL):
        yield SERVICE, known.namespace, known.labels[LABEL]


ENGINE = Engine(
    name="kserve",
    title="inference service",
    layer=PARENT,
    views={SERVICE: InferenceService, LLM: InferenceService},
    absorbs=("generic",),
    nests=False,
    starters=(
        f"ServingRuntime.{GROUP}",
        f"ClusterServingRuntime.{GROUP}",
        f"InferenceGraph.{GROUP}",
        f"TrainedModel.{GROUP}",
    ),
    controllers=("kserve-controller-manager",),
    failed=failed,
    links=links,
    claim=claim,
    describe=describe,
)
