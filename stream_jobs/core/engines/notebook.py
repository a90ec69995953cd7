"""Kubeflow's Notebooks, Workspaces (Notebooks v2), TensorBoards: a session is one activation, a pod's life.

Who stops a notebook (or the culler, when it idles) sets an annotation, and its StatefulSet goes to 0; the
next start makes a pod of the same name. Sources: kubeflow/kubeflow, components/notebook-controller,
tensorboard-controller; kubeflow/notebooks, branch notebooks-v2.
"""

from schemas.contracts import Phase
from schemas.kubernetes import Condition, ContainerState, Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PARENT, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_phase, pods_of
from stream_jobs.core.runs.roles import Role, owner_uid
from stream_jobs.core.runs.rollouts import Rollout, describe_rollout, newest

NOTEBOOK, WORKSPACE = "Notebook.kubeflow.org", "Workspace.kubeflow.org"
TENSORBOARD = "Tensorboard.tensorboard.kubeflow.org"
KEYS = (NOTEBOOK, WORKSPACE, TENSORBOARD)
MARK = "notebooks.kubeflow.org/"
NAMED = {NOTEBOOK: "notebook-name", WORKSPACE: MARK + "workspace-name"}  # labels of pods
STOPPED = "kubeflow-resource-stopped"
CREATOR = MARK + "creator"
STATES: dict[str, Phase] = {
    "Running": "Running",
    "Pending": "Pending",
    "Terminating": "Running",
    "Paused": "Suspended",
    "Error": "Failed",
}


class NotebookSpec(Part, frozen=True, omit_defaults=True):
    """What is wanted, as far as it is read: a Workspace may be paused."""

    paused: bool | None = None


class NotebookStatus(Part, frozen=True, omit_defaults=True):
    """How it stands: a Notebook tells of its container, a Workspace has a state and says why."""

    conditions: tuple[Condition, ...] | None = None
    readyReplicas: int = 0
    containerState: ContainerState | None = None
    state: str = ""
    stateMessage: str = ""


class Notebook(View, frozen=True, omit_defaults=True):
    """kubeflow.org Notebook and Workspace, tensorboard.kubeflow.org Tensorboard."""

    spec: NotebookSpec = NotebookSpec()
    status: NotebookStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim each pod as an activation; the object and what else it owns belong to the newest."""
    if known.key in KEYS:
        latest = newest(each for each in cell.descendants(known) if each.key == "Pod")
        return Claim(key=(latest or known).uid, namespace=known.namespace)
    if known.key != "Pod":
        return None
    named = any(label in known.labels for label in NAMED.values()) and owner_uid(known, "StatefulSet", "apps")
    owned = any(each.key in KEYS for each in cell.owners(known))
    return Claim(key=known.uid, namespace=known.namespace) if named or owned else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the activation's story: of the object where it is the newest, else of the pod alone."""
    head = next((each for each in members if each.key in KEYS), None)
    pods = pods_of(members)
    owner = head or (_owner(pods[0], cell) if pods else None)
    kind, name = (owner.kind, owner.name) if owner is not None else _named(members[0])
    step = kind.lower()
    return describe_rollout(
        Rollout(
            kind=kind,
            name=name,
            uid=owner.uid if owner is not None else "",
            run=pods[0].uid if pods else members[0].uid,
            user=_user(owner, members[0], cell),
            head=head,
            members=members,
            roles=[Role(step, "pod", pods, place=lambda _: step)],
            stand=_stand(head, pods) if head is not None else None,
        ),
        cell,
    )


def _owner(pod: Known, cell: Cell) -> Known | None:
    return next((each for each in cell.owners(pod) if each.key in KEYS), None)


def _named(known: Known) -> tuple[str, str]:
    for key, label in NAMED.items():
        if label in known.labels:
            return key.partition(".")[0], known.labels[label]
    return "Notebook", known.name


def _user(owner: Known | None, member: Known, cell: Cell) -> str:
    """Who made it, else whose profile the namespace is."""
    namespace = cell.by_name("Namespace", "", member.namespace)
    profile = namespace.annotations.get("owner", "") if namespace is not None else ""
    return (owner.annotations.get(CREATOR, "") if owner is not None else "") or profile


def _stand(head: Known, pods: list[Known]) -> tuple[Phase, str]:
    view = head.view
    status = (view.status if isinstance(view, Notebook) else None) or NotebookStatus()
    if not head.exists:
        return "Cancelled", ""
    paused = isinstance(view, Notebook) and bool(view.spec.paused)
    if STOPPED in head.annotations or (paused and status.state in ("", "Paused")):
        return "Suspended", "it was stopped, and starts again when somebody opens it"
    if status.state in STATES:
        return STATES[status.state], status.stateMessage if status.state != "Running" else ""
    return _by_container(status, pods)


def _by_container(status: NotebookStatus, pods: list[Known]) -> tuple[Phase, str]:
    """A container that ended is started anew by the kubelet: the notebook goes on."""
    state = status.containerState
    if pods:
        phase = pod_phase(pods[-1])
        waits = state.waiting if state is not None else None
        return phase, (
            waits.message or waits.reason or ""
        ) if waits is not None and phase == "Pending" else ""
    if state is not None and state.terminated is not None:
        return "Failed", state.terminated.message or state.terminated.reason or ""
    running = status.readyReplicas > 0 or (state is not None and state.running is not None)
    return ("Running" if running else "Pending"), ""


ENGINE = Engine(
    name="notebook",
    title="notebook",
    layer=PARENT,
    views={NOTEBOOK: Notebook, WORKSPACE: Notebook, TENSORBOARD: Notebook},
    nests=False,
    starters=("WorkspaceKind.kubeflow.org", "Profile.kubeflow.org"),
    controllers=(
        "notebook-controller-deployment",
        "tensorboard-controller-deployment",
        "workspaces-controller",
    ),
    claim=claim,
    describe=describe,
)
