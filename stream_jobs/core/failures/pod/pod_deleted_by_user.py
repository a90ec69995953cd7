"""pod-deleted-by-user: a working pod was deleted, and neither its owner nor the cluster did it."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.disruption import stopped_at
from stream_jobs.core.signs.removals import removal


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    asked = stopped_at(known)
    if asked is None or (known.vanished and known.history.asked is None) or not cell.homes.get(known.uid):
        return
    found = removal(cell, known)
    if found is None or found.by not in ("a user", "a tool"):
        return
    started = started_at(known)
    doing = f"while it ran (since {say_time(started)})" if started is not None else "before it had started"
    killing = [
        each for each in cell.events(known, "Killing") if each.message.startswith("Stopping container")
    ]
    yield Finding(
        says=f"Pod {known.name} was deleted by {found.says} at {say_time(asked)}, {doing}",
        since=asked,
        evidence=(
            seen(
                known,
                asked,
                f"delete asked for at {say_time(asked)} in phase {_phase(known)}, {_owner(known, cell)}",
            ),
            *(seen(known, each.first, f"Killing: {each.message}") for each in killing[:1]),
        ),
        # nobody started a pod by hand to be kept: who deletes one mostly means to
        severity=None if known.view.metadata.ownerReferences else "medium",
        confidence=found.confidence,
    )


def _phase(known: Known) -> str:
    asked = stopped_at(known)
    phases = [phase for phase, at in known.history.phases if asked is None or at <= asked]
    return phases[-1] if phases else pod_view(known).status.phase or "Pending"


def _owner(known: Known, cell: Cell) -> str:
    owner = cell.owner(known)
    if owner is None:
        return "it has no owner"
    return f"{owner.kind} {owner.name} still wanted it"


FAILURE = Failure(
    id="pod-deleted-by-user",
    title="Deleted by hand",
    says="The pod was deleted while it worked. It was no failure, and none of Kubernetes' own clean-ups: a "
    "person or a tool did it. What it had not saved is lost.",
    sees="The pod is gone, or shows Terminating, with 'Killing: Stopping container' among its events, while "
    "its Job or Workflow still wants it and makes a new one.",
    confirm=(
        "kubectl -n NAMESPACE get events --field-selector involvedObject.name=POD shows Killing, and neither "
        "Preempted, Evicted nor TaintManagerEviction",
        "kubectl -n NAMESPACE get job JOB -o yaml shows that its owner was neither over nor suspended then",
        "The API server's audit log, where there is one, has the delete with its user",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    lasting=True,  # the work was done twice, or half: also where the run went well in the end
    playbook=(
        "Ask who ran kubectl delete or a clean-up job then; the API server's audit log names the user",
        "Start again from the last checkpoint",
    ),
    leads_to=(
        "workflow-step-pod-deleted",
        "pod-failed",
        "distributed-worker-lost",
        "job-backoff-limit-exceeded",  # a Job counts it as a failed try
        "container-killed-by-signal",
        "container-exit-error",
        "ray-head-lost",
        "training-job-restarting",
        "training-job-failed",
    ),
    find=find,
)
