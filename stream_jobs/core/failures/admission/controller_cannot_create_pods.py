"""controller-cannot-create-pods: the API refuses the pods that a controller asks for."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.creations import cured_at, refused
from stream_jobs.core.signs.messages import one_line


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = [each for each in refused(known, cell) if each.reason]
    if not found:
        return
    newest, since = found[-1], min(each.since for each in found)
    until = cured_at(known, cell, newest.last)
    now = f"since {say_time(since)}" if until is None else f"from {say_time(since)} to {say_time(until)}"
    yield Finding(
        says=f"{known.kind} {known.name} could create no pod {now}: {one_line(newest.inner, 240)}",
        since=since,
        until=until,
        evidence=tuple(each.evidence for each in reversed(found))[:3],
    )


FAILURE = Failure(
    id="controller-cannot-create-pods",
    title="Pods are refused",
    says="The controller asks for a pod and the API server refuses to create it. There is no pod to look at: "
    "the reason is in the controller's events.",
    sees="The Job, ReplicaSet or workflow stays without pods; kubectl describe of it shows FailedCreate.",
    confirm=(
        "kubectl -n NAMESPACE get events --field-selector reason=FailedCreate shows the server's own words",
        "kubectl -n NAMESPACE get pods shows no pod of it",
    ),
    judges=("*",),  # whatever was refused its pods
    severity="high",
    role="symptom",
    playbook=("Read the text behind 'Error creating:': it names the rule or quota that refuses",),
    leads_to=("workflow-step-stuck-pending", "deployment-replicas-unavailable", "job-running-too-long"),
    find=find,
)
