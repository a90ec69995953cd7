"""Seldon: version 1's SeldonDeployment, version 2's Servers, Models and Pipelines. Each is a run that stays.

The number of its rollouts, as its Deployments count them, is the attempt. In version 2 a model has no pods:
it is loaded into a Server, which others share. Sources: SeldonIO/seldon-core, v1.18 operator and v2 operator.
"""

from collections.abc import Iterator

from schemas.contracts import Phase
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PARENT, Claim, Description, Engine, FailedPart
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pods_of
from stream_jobs.core.runs.roles import Role
from stream_jobs.core.runs.rollouts import Rollout, describe_rollout, ever_ready, ready_stand

DEPLOYMENT = "SeldonDeployment.machinelearning.seldon.io"
SERVER, MODEL, PIPELINE = (f"{kind}.mlops.seldon.io" for kind in ("Server", "Model", "Pipeline"))
KEYS = (DEPLOYMENT, SERVER, MODEL, PIPELINE)
NAMED = {"seldon-deployment-id": DEPLOYMENT, "seldon-server-name": SERVER}  # labels of pods
APP = "seldon-app"
REVISION = "deployment.kubernetes.io/revision"
STATES: dict[str, Phase] = {"Available": "Running", "Failed": "Failed"}


class SeldonSpec(Part, frozen=True, omit_defaults=True):
    """What is wanted; a Model may name its Server."""

    server: str | None = None


class SeldonStatus(Part, frozen=True, omit_defaults=True):
    """How it stands: version 1 has a state and a description, version 2 conditions."""

    state: str = ""
    description: str = ""
    conditions: tuple[Condition, ...] | None = None


class Seldon(View, frozen=True, omit_defaults=True):
    """SeldonDeployment, and the kinds of mlops.seldon.io."""

    spec: SeldonSpec = SeldonSpec()
    status: SeldonStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Seldon's own kinds; pods by the owner, else by the label that names one."""
    if known.key in KEYS:
        return Claim(key=known.uid, namespace=known.namespace)
    label = next((each for each in NAMED if known.labels.get(each)), "")
    if known.key != "Pod" or not label or any(each.key in KEYS for each in cell.owners(known)):
        return None  # an owner that was seen claims for both
    owner = cell.by_name(NAMED[label], known.namespace, known.labels[label])
    return Claim(key=owner.uid if owner is not None else known.labels[label], namespace=known.namespace)


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell its story; where the object was not seen, what its pods tell."""
    head = next((each for each in members if each.key in KEYS), None)
    pods = pods_of(members)
    label = next((name for name in NAMED for each in members if name in each.labels), "")
    named = next((each.labels[label] for each in members if label in each.labels), "")
    kind = NAMED.get(label, DEPLOYMENT).partition(".")[0]
    roles: dict[str, list[Known]] = {}
    for pod in pods:
        roles.setdefault(pod.labels.get(APP) or pod.labels.get(label, "server"), []).append(pod)
    told = (each.annotations.get(REVISION, "") for each in members if each.key == "ReplicaSet.apps")
    return describe_rollout(
        Rollout(
            kind=head.kind if head is not None else kind,
            name=head.name if head is not None else named or members[0].name,
            uid=head.uid if head is not None else "",
            head=head,
            members=members,
            roles=[Role(name, "deployment", mine) for name, mine in roles.items()],
            stand=seldon_stand(head, pods) if head is not None else None,
            attempt=max((int(each) for each in told if each.isdigit()), default=1),
        ),
        cell,
    )


def seldon_stand(head: Known, pods: list[Known]) -> tuple[Phase, str]:
    """Return the phase in our words, and Seldon's own message."""
    view = head.view
    status = (view.status if isinstance(view, Seldon) else None) or SeldonStatus()
    if head.key != DEPLOYMENT or not head.exists:
        return ready_stand(head)
    if status.state in STATES:
        return STATES[status.state], "" if status.state == "Available" else status.description
    return ("Running" if ever_ready(pods) else "Pending"), status.description


def failed(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield a SeldonDeployment that failed."""
    phase, message = seldon_stand(known, [])
    if phase == "Failed":
        yield FailedPart(says=f"{known.kind} {known.name} failed", message=message, since=known.seen)


def links(known: Known) -> Iterator[tuple[str, str, str]]:
    """A pod points at what its label names, a Model at the Server that it is loaded into."""
    if isinstance(known.view, Seldon) and known.key == MODEL and known.view.spec.server:
        yield SERVER, known.namespace, known.view.spec.server
    elif known.key == "Pod":
        for label, key in NAMED.items():
            if known.labels.get(label):
                yield key, known.namespace, known.labels[label]


ENGINE = Engine(
    name="seldon",
    title="Seldon deployment",
    layer=PARENT,
    views=dict.fromkeys(KEYS, Seldon),
    absorbs=("generic",),
    nests=False,
    starters=(
        "SeldonRuntime.mlops.seldon.io",
        "SeldonConfig.mlops.seldon.io",
        "ServerConfig.mlops.seldon.io",
    ),
    controllers=("seldon-controller-manager", "seldon-v2-controller-manager"),
    failed=failed,
    links=links,
    claim=claim,
    describe=describe,
)
