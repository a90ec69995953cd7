"""container-oom-killed: the program used more memory than its container's limit."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Exit, Known
from stream_jobs.core.pods import container, seen
from stream_jobs.core.quantities import quantity, say_bytes
from stream_jobs.core.signs.exit_codes import say_exit
from stream_jobs.core.signs.lives import OOM_KILLED, Fault, faults, logs_of
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.step_words import step_ends, step_finding


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key != "Pod":
        for end in step_ends(known, cell):
            if end.reason == OOM_KILLED:
                yield step_finding(known, end, "was stopped for using more memory than its limit")
        return
    # The reason alone counts: the exit code is 137, or 1 where only a child process was killed.
    for fault in faults(known, cell, lambda ended: ended.reason == OOM_KILLED):
        yield fault if isinstance(fault, Later) else _finding(known, fault)


def _finding(known: Known, fault: Fault) -> Finding:
    return Finding(
        says=f"Container {fault.container} of pod {known.name} was stopped for using more memory than its "
        f"limit{_limit(known, fault.container)}{times(len(fault.exits))}",
        since=fault.since,
        until=fault.until,
        occurrence=f"{fault.container}/{fault.first.restart}",
        evidence=tuple(
            seen(
                known,
                each.ended,
                f"container {each.container}: OOMKilled, exit code {each.code}{_said(each)}",
            )
            for each in dict.fromkeys((fault.first, fault.last))
        ),
        explanation=_child(fault),
        playbook=() if _said(fault.last) else (logs_of(known, fault),),
    )


def _said(ended: Exit) -> str:
    return f": {one_line(ended.message)}" if ended.message.strip() else ""


def _limit(known: Known, name: str) -> str:
    found = container(known, name)
    limits = found.resources.limits if found is not None and found.resources is not None else None
    memory = quantity((limits or {}).get("memory"))
    return f" of {say_bytes(memory)}" if memory else ""


def _child(fault: Fault) -> str:
    """Say so where not the container's first process was killed."""
    if fault.last.code == 137:
        return ""
    return (
        "Linux killed a process that the program had started, for example a data loader's worker, because "
        "the container used more memory than its limit; the program itself then ended with "
        f"{say_exit(fault.last.code)}."
    )


FAILURE = Failure(
    id="container-oom-killed",
    title="Out of memory",
    says="The program used more memory than the limit written in its pod spec, so Linux stopped it at once. "
    "Nothing of what it held in memory was saved.",
    sees="kubectl get pods shows OOMKilled, mostly with exit code 137.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows Last State: Terminated, Reason: OOMKilled",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.containers[*].resources.limits.memory}' shows "
        "the limit",
    ),
    judges=("Pod", "Workflow.argoproj.io"),
    severity="critical",
    role="cause",
    playbook=(
        "Compare the limit with what the same step used in runs that went well",
        "Raise memory limit and request together, or use less: smaller batches, fewer loader workers",
        "If the container is a helper (wait, istio-proxy, an init container), change the helper's limit",
    ),
    leads_to=(
        "container-crash-loop",
        "pod-failed",
        "init-container-failed",
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
