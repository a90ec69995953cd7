"""container-exit-error: the program itself ended with an error."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.ends import CODES, end_finding, ends
from stream_jobs.core.signs.exit_codes import say_exit
from stream_jobs.core.step_words import step_ends, step_finding


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == "Pod":
        for fault in ends(known, cell, "program"):
            yield fault if isinstance(fault, Later) else end_finding(known, fault, "ended")
        return
    for end in step_ends(known, cell):
        if end.reason == "Error" and CODES.get(end.code, "program") == "program":
            yield step_finding(known, end, f"ended with {say_exit(end.code)}")


FAILURE = Failure(
    id="container-exit-error",
    title="Program ended with an error",
    says="The program decided to end, with a number that means failure. Kubernetes knows only this number "
    "and, where the program wrote one, its termination message: the reason stands in its log.",
    sees="kubectl get pods shows Error, and kubectl describe pod an exit code other than 0.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.containerStatuses[*].state.terminated}' "
        "shows reason Error and the exit code",
        "kubectl -n NAMESPACE logs POD -c CONTAINER ends with the error",
    ),
    judges=("Pod", "Workflow.argoproj.io"),
    severity="high",
    role="cause",
    playbook=(
        "Read the last lines of that log, and see what changed since the last run that went well",
        "Repair code, arguments or input data, and run again",
        "Set terminationMessagePolicy: FallbackToLogsOnError, so that the last lines are kept next time",
    ),
    leads_to=(
        "container-crash-loop",
        "init-container-failed",
        "pod-failed",
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "job-failed-indexes",
        "workflow-step-failed",
        "workflow-failed",
        "workflow-retries-exhausted",
        "distributed-worker-lost",
        "training-job-restarting",
        "training-job-failed",
        "ray-head-lost",
    ),
    find=find,
)
