"""A pod that somebody started by hand: no owner, no engine's labels."""

from schemas.contracts import ENDED, Phase, Step
from schemas.kubernetes import Pod
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import BARE, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import attempt_of, ended_at, pod_phase, pod_view, requests_of, started_at, wait_of

MIRROR = "kubernetes.io/config.mirror"  # a static pod of a node, not a run
SYSTEM = "kube-system"


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim pods without any owner, outside kube-system."""
    if not isinstance(known.view, Pod) or known.view.metadata.ownerReferences:
        return None
    if MIRROR in known.annotations or known.namespace == SYSTEM:
        return None
    return Claim(key=known.uid, namespace=known.namespace)


def describe(members: list[Known], cell: Cell) -> Description:
    """One pod, one step a container."""
    pod = members[0]
    attempt = attempt_of(1, pod, cell)
    phase, wait = _stand(pod)
    names = [each.name for each in pod_view(pod).spec.containers or ()]
    return Description(
        kind="Pod",
        name=pod.name,
        uid=pod.uid,
        run=pod.uid,
        definition=pod.view.metadata.generateName.rstrip("-") or pod.name,
        trigger="manual",
        phase=phase,
        message=attempt.message,
        wait=wait,
        created=pod.created,
        started=started_at(pod),
        ended=ended_at(pod) if phase in ENDED else None,
        deleted=pod.deleted,
        steps=tuple(
            Step(
                name=name,
                kind="container",
                phase=phase,
                attempts=(attempt,),
                started=attempt.started,
                ended=attempt.ended if phase in ENDED else None,
            )
            for name in names
        ),
        requests=requests_of([pod]),
    )


def _stand(pod: Known) -> tuple[Phase, str]:
    """Return phase, and what the pod waits for. One that was told to go is over only when it is gone."""
    phase = pod_phase(pod)
    if phase == "Cancelled" and pod.exists:
        holders = ", ".join(pod.view.metadata.finalizers or ())
        return "Running", f"it was told to go, and is held back by {holders}" if holders else ""
    return phase, wait_of([pod]) if phase == "Pending" else ""


ENGINE = Engine(name="pod", title="pod on its own", layer=BARE, claim=claim, describe=describe)
