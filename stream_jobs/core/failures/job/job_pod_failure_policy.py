"""job-pod-failure-policy: a rule of the Job's podFailurePolicy ended it at a pod's first failure."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.runs.jobs import failed_for
from stream_jobs.core.signs.messages import one_line

REASON = "PodFailurePolicy"
# kubernetes/kubernetes, pkg/controller/job/pod_failure_policy.go
EXIT = re.compile(
    r"Container (?P<container>\S+) for pod (?:\S+/)?(?P<pod>\S+) failed with exit code (?P<code>-?\d+) "
    r"matching \w+ rule at index (?P<index>\d+)"
)
CONDITION = re.compile(
    r"Pod (?:\S+/)?(?P<pod>\S+) has condition (?P<condition>\w+) matching \w+ rule at index (?P<index>\d+)"
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    found = failed_for(known, REASON)
    if found is None:
        return
    message = one_line(found.message or "")
    told = EXIT.search(message) or CONDITION.search(message)
    pod = cell.by_name("Pod", known.namespace, told["pod"]) if told is not None else None
    yield Finding(
        says=f"Job {known.name} was ended without a further try: {_why(told)}",
        since=found.lastTransitionTime,
        evidence=(seen(known, found.lastTransitionTime, f"{REASON}: {message}".rstrip(": ")),),
        about=(pod.uid,) if pod is not None else (),
    )


def _why(told: re.Match[str] | None) -> str:
    if told is None:
        return "a rule of its podFailurePolicy says so"
    parts = told.groupdict()
    how = (
        f"container {parts['container']} of pod {parts['pod']} ended with exit code {parts['code']}"
        if "code" in parts
        else f"pod {parts['pod']} has the condition {parts['condition']}"
    )
    return f"{how}, for which rule {parts['index']} of its podFailurePolicy says FailJob"


FAILURE = Failure(
    id="job-pod-failure-policy",
    title="Job ended by its own rule",
    says="The Job has rules (podFailurePolicy) that tell with which exit codes or conditions of a pod a "
    "further try is of no use. Such a pod failed, so the Job ended at once.",
    sees="kubectl describe job shows Failed with reason PodFailurePolicy, although tries are left.",
    confirm=(
        "kubectl -n NAMESPACE get job JOB -o jsonpath='{.status.conditions}' names container, pod, exit code "
        "and the rule's number",
        "kubectl -n NAMESPACE get job JOB -o jsonpath='{.spec.podFailurePolicy}' shows the rules",
    ),
    judges=("Job.batch",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at why the named container ended with that code: that is the cause",
        "If this code may go away by itself, take it out of the rule, or let the rule say Ignore or Count",
    ),
    leads_to=("workflow-step-failed", "training-job-failed"),
    find=find,
)
