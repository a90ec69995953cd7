"""workflow-step-pod-deleted: a step's pod went away before it had finished."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.pipelines import failed_nodes, pod_of, pod_was_deleted, stopped


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if stopped(known):
        return
    for node in failed_nodes(known):
        if not pod_was_deleted(node):
            continue
        pod = pod_of(cell, known, node)
        name = f" ({pod.name})" if pod is not None else ""
        gone = pod.history.asked or pod.deleted if pod is not None else None
        yield Finding(
            says=f"The pod{name} of step {node.shown} of Workflow {known.name} was "
            "deleted before it had finished",
            since=gone or node.finishedAt,
            occurrence=node.id,
            evidence=(seen(known, node.finishedAt, f"node {node.id} is {node.phase}: {node.message}"),),
            about=(pod.uid,) if pod is not None else (),
        )


FAILURE = Failure(
    id="workflow-step-pod-deleted",
    title="Step lost its pod",
    says="The pod of a step disappeared before the step had finished. That has a cause elsewhere: an "
    "eviction, a lost node, a person.",
    sees="The step is Error with the message pod deleted, and its pod is not there any more.",
    confirm=(
        "argo -n NAMESPACE get NAME shows pod deleted beside the step",
        "kubectl get events -A --field-selector involvedObject.name=POD tells of an eviction or preemption, "
        "within an hour of it",
    ),
    judges=("Workflow.argoproj.io",),
    severity="high",
    role="symptom",
    playbook=(
        "See what removed the pod: its DisruptionTarget condition, its node, or somebody's delete",
        "Set retryPolicy: Always (or OnError) on steps that may be tried again, so that a run survives this",
    ),
    leads_to=("workflow-failed",),
    find=find,
)
