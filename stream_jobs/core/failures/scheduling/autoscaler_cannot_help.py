"""autoscaler-cannot-help: the cluster could grow, but no machine that it may add would take the pod."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.signs.autoscaling import BACKOFF, helped_at, no_help, told
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.nodes import shown

POOL = "NodePool.karpenter.sh"
LIMIT = re.compile(r"max node group size reached|max cluster \w+|max limit reached|exceed limits")
CLAUSES = re.compile(r"(?:didn't trigger scale-up|Failed to schedule pod)[^:,]*[:,]\s*(.*)$", re.DOTALL)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key == POOL:
        yield from _pool(known, cell)
        return
    events = [each for each in no_help(known, cell) if not BACKOFF.search(each.message)]
    if not events:
        return
    newest = events[-1]
    since = min(each.first for each in events)
    clauses = CLAUSES.search(newest.message)
    why = one_line(clauses[1] if clauses else newest.message, 300).strip(" .")
    limit = LIMIT.search(newest.message) is not None
    says = "the limit for machines is reached" if limit else "no machine that may be added would fit"
    yield Finding(
        says=f"The cluster is not made larger for pod {known.name}: {says}" + (f" ({why})" if why else ""),
        since=since,
        until=helped_at(known, cell, newest.last),
        evidence=told(known, events),
    )


def _pool(known: Known, cell: Cell) -> Iterator[Finding]:
    events = cell.events(known, "NoCompatibleInstanceTypes")
    if events:
        yield Finding(
            says=f"NodePool {known.name} can order no machine: no type of machine fits its requirements",
            since=events[0].first,
            until=known.deleted,
            evidence=shown(known, events),
        )


FAILURE = Failure(
    id="autoscaler-cannot-help",
    title="Autoscaler cannot help",
    says="An autoscaler adds machines when pods find no room. For this pod it adds none: no machine of the "
    "kinds that it may add would take the pod, or the limit that administrators set is reached.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows NotTriggerScaleUp, or "
    "FailedScheduling of Karpenter.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows: pod didn't trigger scale-up, and for each group of "
        "machines why",
        "kubectl get nodepools -o wide shows limits and use, where Karpenter adds the machines",
    ),
    judges=("Pod", POOL),
    severity="medium",
    role="cause",
    playbook=(
        "Each reason stands for one group of machines: correct the pod's selector, its tolerations or its "
        "size for the group that is meant for it",
        "max node group size reached: wait, or have the limit raised",
        "Where no reason is given, the autoscaler knows no groups of machines: ask an administrator",
    ),
    leads_to=("pod-unschedulable", "gang-partial-deadlock"),
    find=find,
)
