"""A custom resource that no other engine knows, with pods under it: its root is the run.

How it stands is read from what most of them call alike: `status.phase` or `status.state`, conditions by their
polarity, and where neither tells, its pods.
"""

from datetime import datetime
from functools import cache

from schemas.contracts import ENDED, Phase
from schemas.kubernetes import Condition, OwnerReference, Plain, PlainStatus, kind_key
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PARENT, Claim, Description, Engine
from stream_jobs.core.engines import all_engines
from stream_jobs.core.history import conditions
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, first_start, pod_phase, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import Role, fold, role_step

OWN_GROUPS = (".k8s.io", ".openshift.io")  # Kubernetes' and a distribution's own kinds are no runs
NATIVE = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions", "k8s.io"})
SERVICES = frozenset({"ReplicaSet", "StatefulSet", "DaemonSet"})
WORDS: dict[Phase, frozenset[str]] = {
    "Succeeded": frozenset(
        {"succeeded", "success", "successful", "complete", "completed", "finished", "done"}
    ),
    "Failed": frozenset({"failed", "failure"}),
    "Error": frozenset({"error", "errored"}),
    "Cancelled": frozenset({"cancelled", "canceled", "aborted", "killed", "stopped", "terminated"}),
    "Suspended": frozenset({"suspended", "paused"}),
    "Running": frozenset({"running", "active", "ready", "progressing", "started", "available", "healthy"}),
    "Pending": frozenset({"pending", "creating", "waiting", "queued", "initializing", "submitted", "new"}),
}
# Conditions that say so when they are True. Reconciled, Synced and the like tell nothing.
FINAL: tuple[Phase, ...] = ("Failed", "Error", "Succeeded", "Cancelled")


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim the outermost owner where its kind is custom and nobody else's, and it has pods."""
    owners = known.view.metadata.ownerReferences or ()
    if owners:
        top = next((each for each in owners if each.controller), owners[0])
        unseen = cell.owner(known) is None and is_unknown(kind_key(top.group, top.kind))
        pods = known.key == "Pod" or _has_pods(known, cell)
        return Claim(key=top.uid, namespace=known.namespace) if unseen and pods else None
    if is_unknown(known.key) and _has_pods(known, cell):
        return Claim(key=known.uid, namespace=known.namespace)
    return None


@cache
def is_unknown(key: str) -> bool:
    """Whether a kind in full is custom, and of no engine."""
    group = key.partition(".")[2]
    if group in NATIVE or group.endswith(OWN_GROUPS):
        return False
    return not any(key in each.views or key in each.starters for each in all_engines())


def _has_pods(known: Known, cell: Cell) -> bool:
    """Whether pods work for it; those of a Deployment or StatefulSet never end: a service is no run."""
    pods = (each for each in cell.descendants(known) if each.key == "Pod")
    return any(not _serves(each) for each in pods)


def _serves(pod: Known) -> bool:
    return any(each.kind in SERVICES for each in pod.view.metadata.ownerReferences or ())


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the story of the outermost object; one step for all its pods of one owner."""
    head = next((each for each in members if not each.view.metadata.ownerReferences), None)
    pods = pods_of(members)
    owner = _owner_of(members) if head is None else None
    phase, message, ended = stand(head, pods)
    started = first_start(pods)
    roles: dict[str, list[Known]] = {}
    for pod in pods:
        roles.setdefault(_role(pod, cell), []).append(pod)
    named = head or members[0]
    return Description(
        kind=owner.kind if owner else named.kind,
        name=owner.name if owner else named.name,
        uid=owner.uid if owner else named.uid,
        run=owner.uid if owner else named.uid,
        definition=named.view.metadata.generateName.rstrip("-") or (owner.name if owner else named.name),
        phase=phase,
        message=message,
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=named.created,
        started=started,
        ended=ended if phase in ENDED else None,
        deleted=head.deleted if head else None,
        steps=tuple(role_step(Role(name, "pods", mine), cell, phase) for name, mine in roles.items()),
        requests=widest(pods),
    )


def _owner_of(members: list[Known]) -> OwnerReference | None:
    """The owner that was not seen, as those that it owns name it."""
    named = (owner for each in members for owner in each.view.metadata.ownerReferences or ())
    return next((each for each in named if is_unknown(kind_key(each.group, each.kind))), None)


def _role(pod: Known, cell: Cell) -> str:
    """Pods of one owner, such as a StatefulSet, are one step; those of the run itself are one each."""
    owner = cell.owner(pod)
    return owner.name if owner is not None and owner.view.metadata.ownerReferences else pod.name


# --- how it stands --------------------------------------------------------------------------------------


def stand(head: Known | None, pods: list[Known]) -> tuple[Phase, str, datetime | None]:
    """Return phase, the object's own message, and when it ended."""
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    last = max(ends, default=None)
    if head is None:
        phase = fold(pod_phase(each) for each in pods)
        return phase, "the object itself was not seen: this is what its pods tell", last
    view = head.view
    status = (view.status if isinstance(view, Plain) else None) or PlainStatus()
    final = _final(conditions(view))
    if final is not None:
        return final[0], final[1].message or status.message, final[1].lastTransitionTime or last
    told = _word(status.phase or status.state)
    if told is not None and (told in ENDED or head.exists):
        return told, status.message, last or head.seen
    if not head.exists:
        return "Cancelled", "deleted before it ended", head.deleted
    return _going(conditions(view), pods), status.message, None


def _final(told: tuple[Condition, ...]) -> tuple[Phase, Condition] | None:
    true = [each for each in told if each.status == "True"]
    for phase in FINAL:
        for each in true:
            if each.type.lower() in WORDS[phase]:
                return phase, each
    return None


def _going(told: tuple[Condition, ...], pods: list[Known]) -> Phase:
    if any(each.type.lower() in WORDS["Suspended"] and each.status == "True" for each in told):
        return "Suspended"
    return "Running" if first_start(pods) is not None else "Pending"


def _word(text: str) -> Phase | None:
    return next((phase for phase, words in WORDS.items() if text.lower() in words), None)


ENGINE = Engine(name="generic", title="custom resource", layer=PARENT, claim=claim, describe=describe)
