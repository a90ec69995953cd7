"""What else an object is judged by: nodes a pod waited for, quotas of a namespace, what its events tell of.

Targets as in `references`. "~" before a name: events of the object tell of it, which has the object judged
again when the other one changes, and is no relation to blame along.
"""

from collections.abc import Iterable, Iterator

from schemas.contracts import Ref
from schemas.kubernetes import PersistentVolumeClaim, kind_key
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.references import target
from stream_jobs.core.workflows import Workflow

REFUSED = ("FailedCreate", "FailedCreatePod")  # the latter of Kubeflow's operators


def leads(known: Known, told: Iterable[Sighting]) -> Iterator[str]:
    """Yield further targets by which the object is judged; `told` are its events."""
    told = tuple(told)
    if isinstance(known.view, Workflow) or any(each.reason in REFUSED for each in told):
        yield target("ResourceQuota", known.namespace, "*")
    if any(turn.type == "PodScheduled" and turn.status == "False" for turn in known.history.turns):
        yield target("Node", "", "*")  # also when it has one now: what kept it waiting is still told
    if isinstance(known.view, PersistentVolumeClaim):
        yield target("PersistentVolume", "", known.view.spec.volumeName or "*")
    for each in told:
        if each.related is not None:
            yield f"~{address(each.related)}"


def address(ref: Ref) -> str:
    """Return the object that a Ref names as a target, by name."""
    return target(kind_key(ref.group, ref.kind), ref.namespace, ref.name)
