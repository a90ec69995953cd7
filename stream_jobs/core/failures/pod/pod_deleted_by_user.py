"""pod-deleted-by-user: a working pod was deleted, and neither its owner nor the cluster did it."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.disruption import removed_by, stopped_at, stretches
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen, started_at
from stream_jobs.core.quantities import say_time

# Tools that keep pods without an owner, and delete the ones that wait for too long themselves.
TOOL_LABELS = ("dag_id", "airflow-worker", "kubernetes_pod_operator", "spark-role", "dask.org/component")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    asked = stopped_at(known)
    if asked is None or (known.vanished and known.history.asked is None) or not cell.homes.get(known.uid):
        return
    if not _owners_seen(known, cell) or _by_tool(known) or _node_was_ill(known, cell):
        return
    if removed_by(cell, known, asked):
        return
    started = started_at(known)
    doing = f"while it ran (since {say_time(started)})" if started is not None else "before it had started"
    killing = [
        each for each in cell.events(known, "Killing") if each.message.startswith("Stopping container")
    ]
    yield Finding(
        says=f"Pod {known.name} was deleted by somebody or some tool at {say_time(asked)}, {doing}",
        since=asked,
        evidence=(
            seen(
                known,
                asked,
                f"delete asked for at {say_time(asked)} in phase {_phase(known)}, {_owner(known, cell)}",
            ),
            *(seen(known, each.first, f"Killing: {each.message}") for each in killing[:1]),
        ),
    )


def _owners_seen(known: Known, cell: Cell) -> bool:
    """An owner that was not seen may have been the one who did it."""
    chain = [known, *cell.owners(known)]
    return all(
        any(reference.uid in cell.objects for reference in each.view.metadata.ownerReferences)
        for each in chain
        if each.view.metadata.ownerReferences
    )


def _by_tool(known: Known) -> bool:
    """A tool without an object of its own deletes the pods it is done with, or that do not start."""
    if not any(label in known.labels for label in TOOL_LABELS):
        return False
    if known.labels.get("spark-role") == "executor":
        return True  # its driver removes executors that idle, and all of them before its own end
    return started_at(known) is None or "already_checked" in known.labels


def _node_was_ill(known: Known, cell: Cell) -> bool:
    node = cell.node(known)
    asked = stopped_at(known)
    if node is None or asked is None:
        return False
    gone = node.deleted is not None and node.deleted <= asked
    return gone or any(each.meets(asked, asked) for each in stretches(node))


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
