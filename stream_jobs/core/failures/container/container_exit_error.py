"""container-exit-error: the program itself ended with an error."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.exit_codes import (
    BUS_ERROR,
    NATIVE_CRASHES,
    NOT_EXECUTABLE,
    NOT_FOUND,
    START_FAILED,
    STOPPED,
    say_exit,
)
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Exit, Known
from stream_jobs.core.lives import Fault, faults, logs_of, program, stopped
from stream_jobs.core.messages import one_line, times
from stream_jobs.core.pods import pod_view, seen

# Each of these codes has a failure of its own.
OTHERS = frozenset({0, NOT_EXECUTABLE, NOT_FOUND, START_FAILED, BUS_ERROR}) | NATIVE_CRASHES | STOPPED
OWN_REASONS = frozenset({"Error", ""})  # OOMKilled, StartError, ContainerStatusUnknown are others'


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    done = pod_view(known).status.phase == "Succeeded"

    def own(ended: Exit) -> bool:
        if ended.code in OTHERS or ended.reason not in OWN_REASONS or ended.role == "ephemeral":
            return False
        return not (ended.role == "sidecar" and done) and not stopped(known, cell, ended)

    for fault in faults(known, cell, own, by=lambda ended: ended.code):
        yield fault if isinstance(fault, Later) else _finding(known, fault)


def _finding(known: Known, fault: Fault) -> Finding:
    last = fault.last
    what = say_exit(last.code, program(known, fault.container))
    said = f": {one_line(last.message)}" if last.message.strip() else ""
    helper = {"init": "Init container", "sidecar": "Sidecar"}.get(fault.role, "Container")
    return Finding(
        says=f"{helper} {fault.container} of pod {known.name} ended with {what}{times(len(fault.exits))}",
        since=fault.since,
        until=fault.until,
        occurrence=f"{fault.container}/{fault.first.restart}/{last.code}",
        evidence=(seen(known, last.ended, f"container {fault.container}: {last.reason}, {what}{said}"),),
        playbook=(logs_of(known, fault),),
    )


FAILURE = Failure(
    id="container-exit-error",
    title="Program ended with an error",
    says="The program decided to end, with a number that means failure. Kubernetes knows only this number "
    "and, where the program wrote one, its termination message: the reason stands in its log.",
    judges=("Pod",),
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
