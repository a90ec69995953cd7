"""control-plane-flags-changed: the cluster's central programs were started with other settings.

A change alone is a remark. It is a cause where a controller is refused just what the flag forbids, which is
judged at that controller's object; the subject is the component's pod.
"""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.leads import BY_FLAG, REFUSED
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.control_plane import COMPONENTS, SYSTEM, Revision, revision
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.messages import listed, one_line

FLAG = "--allow-privileged"
CONFIGS = ("kubeadm-config", "kubelet-config")
SHOWN = 3


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == "Pod":
        found = revision(known, cell)
        if found is not None:
            yield _finding(found)
    elif known.key == "ConfigMap":
        yield from _configs(known)
    elif any(BY_FLAG in each.message for each in cell.events(known, *REFUSED)):
        for pod in cell.every("Pod"):
            found = (
                revision(pod, cell)
                if pod.namespace == SYSTEM and pod.name.startswith(COMPONENTS[0])
                else None
            )
            if found is not None and any(FLAG in each for each in found.changes):
                yield _finding(found)


def _finding(found: Revision) -> Finding:
    shown = listed(list(found.changes[:SHOWN]))
    more = len(found.changes) - SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return Finding(
        says=f"{found.pod.name} was started with other settings at {say_time(found.at)}: {shown}{rest}",
        since=found.at,
        subject=found.pod.ref,
        occurrence="start",
        evidence=(told_by(found.pod, found.at, one_line("; ".join(found.changes))),),
    )


def _configs(known: Known) -> Iterator[Finding]:
    """What kubeadm and the kubelets are set up from; nodes take it over at their next restart."""
    if known.namespace != SYSTEM or not known.name.startswith(CONFIGS):
        return
    for edit in known.edits:
        if edit.path.startswith("data"):
            by = f" by {edit.manager}" if edit.manager else ""
            yield Finding(
                says=f"ConfigMap {known.name} of {SYSTEM} was changed at {say_time(edit.before)}{by}: "
                f"{edit.path}",
                since=edit.before,
                occurrence=f"{edit.resource_version}/{edit.path}",
                evidence=(seen(known, edit.before, f"{edit.path} changed"),),
                severity="low",
            )


FAILURE = Failure(
    id="control-plane-flags-changed",
    title="Control plane settings changed",
    says="One of the cluster's central programs was started with other flags or another version. That can "
    "forbid what was allowed before, for every namespace at once.",
    sees="The same description is refused that was accepted yesterday, in every namespace.",
    confirm=(
        "kubectl -n kube-system get pod kube-apiserver-NODE -o jsonpath='{.spec.containers[0].command}' "
        "shows the "
        "flags as they are now",
        "On the control plane machine, compare /etc/kubernetes/manifests with a backup",
    ),
    judges=("*",),  # whatever is refused, besides the pods of the control plane
    severity="medium",  # by itself it breaks nothing
    role="cause",
    playbook=(
        "Show the difference to whoever runs the cluster, and ask whether it was meant",
        "Set the flag back, or change the work so that it needs no more than is allowed",
    ),
    leads_to=(
        "pod-security-violation",
        "admission-webhook-denied",
        "control-plane-component-unhealthy",
        "controller-cannot-create-pods",  # where the refusal names no rule but this flag
    ),
    find=find,
)
