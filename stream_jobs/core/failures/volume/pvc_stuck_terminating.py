"""pvc-stuck-terminating: the claim was deleted while pods use it: it stays for them, and takes no new "
"ones."""

import re
from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, deletion_requested
from stream_jobs.core.pods import pod_view, pods_of, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.messages import listed, one_line, shell_word
from stream_jobs.core.signs.refusals import Refusal, refusals
from stream_jobs.core.thresholds import Patience

MESSAGE = re.compile(r'persistentvolumeclaim "([^"]+)" is being deleted')
PROTECTED = "kubernetes.io/pvc-protection"
SHOWN = 3  # pods that are named
PATIENCE = Patience(
    id="pvc-stuck-terminating.patience",
    default=timedelta(seconds=3),
    says="Where claim and pods are deleted together, the pods' deletes may come so much later",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    asked = deletion_requested(known)
    if asked is None or PROTECTED not in (known.view.metadata.finalizers or ()):
        return
    pods = pods_of(cell.used_by(known))
    refused = [found for each in pods for found in _refused(each, cell, known.name)]
    holders = [each for each in pods if each.exists and _holds(each)]
    at = asked + PATIENCE.of(cell)
    if known.deleted is not None:
        if refused:  # some pod could not start for it
            yield _finding(known, pods, refused)
    elif refused or (holders and cell.time is not None and cell.time >= at):
        yield _finding(known, holders, refused)
    elif holders:
        yield Later(at)


def _refused(pod: Known, cell: Cell, claim: str) -> Iterator[tuple[Known, Refusal]]:
    for each in refusals(pod, cell):
        if claim in MESSAGE.findall(each.text):
            yield pod, each


def _holds(pod: Known) -> bool:
    """Whether the pod runs with the claim, and is not about to end."""
    view = pod_view(pod)
    over = view.status.phase in ("Succeeded", "Failed")
    return bool(view.spec.nodeName) and not over and deletion_requested(pod) is None


def _some(names: list[str]) -> str:
    """Return "pod a", "pods a and b", "pods a, b, c and 5 more"."""
    shown = names if len(names) <= SHOWN + 1 else [*names[:SHOWN], f"{len(names) - SHOWN} more"]
    return f"pod{'s' if len(names) > 1 else ''} {listed(shown)}"


def _finding(known: Known, holders: list[Known], refused: list[tuple[Known, Refusal]]) -> Finding:
    asked = deletion_requested(known)
    hold = (
        f" while {_some([each.name for each in holders])} {'use' if len(holders) > 1 else 'uses'} it"
        if holders
        else ""
    )
    stays = "stays until they end, and no new pod gets it" if known.deleted is None else "was gone later"
    return Finding(
        says=f"PersistentVolumeClaim {known.name} was deleted at {say_time(asked)}{hold}: it {stays}",
        since=asked,
        until=known.deleted,
        hits=tuple(dict.fromkeys([*(each.uid for each in holders), *(pod.uid for pod, _ in refused)])),
        evidence=(
            seen(known, asked, f"deletionTimestamp with finalizer {PROTECTED}"),
            *(
                Evidence(at=each.first, ref=pod.ref, says=f"scheduler: {one_line(each.text)}")
                for pod, each in refused[:2]
            ),
        ),
        playbook=(f"kubectl -n {shell_word(known.namespace)} describe pvc {shell_word(known.name)}",),
    )


FAILURE = Failure(
    id="pvc-stuck-terminating",
    title="Disk waits for its users to end",
    says="The claim was deleted while pods still use it. Kubernetes keeps it until the last of them ends, "
    "and then removes it, mostly with its data. New pods cannot use it any more.",
    sees="kubectl get pvc shows Terminating.",
    confirm=(
        "kubectl -n NAMESPACE get pvc CLAIM -o yaml shows a deletionTimestamp and the finalizer "
        "kubernetes.io/pvc-protection",
        "kubectl -n NAMESPACE describe pvc CLAIM lists the pods behind Used By",
    ),
    judges=("PersistentVolumeClaim",),
    severity="medium",
    role="cause",
    playbook=(
        "A delete cannot be taken back: copy the data while the pods still run, if it is needed",
        "Or keep the volume: set its persistentVolumeReclaimPolicy to Retain before the last pod ends",
        "If the data is not needed, stop the pods that use it",
    ),
    leads_to=("pod-unschedulable",),
    thresholds=(PATIENCE,),
    find=find,
)
