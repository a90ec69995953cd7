"""container-oom-killed: the program used more memory than its container's limit."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Exit, Known
from stream_jobs.core.pods import container, exits, seen
from stream_jobs.core.quantities import quantity, say_bytes


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for ended in exits(known):
        if ended.reason == "OOMKilled":  # exit code 137, or 1 where only a child process was killed
            yield Finding(
                says=f"Container {ended.container} of pod {known.name} was stopped for using more memory "
                f"than its limit{_limit(known, ended)}",
                since=ended.ended or ended.seen,
                occurrence=f"{ended.container}/{ended.restart}",
                evidence=(
                    seen(
                        known,
                        ended.ended,
                        f"container {ended.container}: OOMKilled, exit code {ended.code}",
                    ),
                ),
            )


def _limit(known: Known, ended: Exit) -> str:
    found = container(known, ended.container)
    limits = found.resources.limits if found is not None and found.resources is not None else None
    memory = quantity((limits or {}).get("memory"))
    return f" of {say_bytes(memory)}" if memory else ""


FAILURE = Failure(
    id="container-oom-killed",
    title="Out of memory",
    says="The program used more memory than the limit written in its pod spec, so Linux stopped it at once. "
    "Nothing of what it held in memory was saved.",
    judges=("Pod",),
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
        "workflow-step-failed",
        "distributed-worker-lost",
        "training-job-restarting",
        "ray-head-lost",
    ),
    find=find,
)
