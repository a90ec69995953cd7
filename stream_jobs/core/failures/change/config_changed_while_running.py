"""config-changed-while-running: settings that a run reads were edited while it was at work."""

from collections.abc import Iterator
from datetime import datetime

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, pods_of, seen, started_at
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.changes import Write, keys_read, mounts, writes
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.messages import listed

DATA = ("data", "binaryData", "stringData")
# What programs write themselves all the time, or the cluster gives to every namespace.
CLUSTERS_OWN = frozenset(
    {"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert", "trusted-ca-bundle"}
)
LOCK = "control-plane.alpha.kubernetes.io/leader"
SHOWN = 3


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.name in CLUSTERS_OWN or LOCK in known.annotations:
        return
    for write in writes(known):
        if not write.first.path.startswith(DATA):
            continue
        hit = [each for each in pods_of(cell.used_by(known)) if _concerns(each, cell, known, write)]
        if hit:
            yield _finding(known, write, hit)


def _concerns(pod: Known, cell: Cell, known: Known, write: Write) -> bool:
    """Whether the pod is part of a run, was at work then, and reads what was changed."""
    if not cell.homes.get(pod.uid):
        return False
    began, ended = started_at(pod), ended_at(pod)
    if began is None or began >= write.at or (ended is not None and ended <= write.at):
        return False
    keys = keys_read(pod_view(pod).spec, known.kind, known.name)
    changed = {each.path.partition(".")[2] for each in write.edits}
    return not keys or "" in changed or bool(keys & changed)


def _finding(known: Known, write: Write, hit: list[Known]) -> Finding:
    names = [each.name for each in hit]
    shown = names if len(names) <= SHOWN else [*names[:SHOWN], f"{len(names) - SHOWN} more"]
    mounted = any(mounts(pod_view(each).spec, known.kind, known.name) for each in hit)
    effect = (
        "the new values reach its files about a minute later, variables keep the old ones"
        if mounted
        else "it keeps the old values until it is started again"
    )
    return Finding(
        says=f"{known.kind} {known.name} was changed at {say_time(write.at)} ({write.what()}, by "
        f"{write.writer}) while pod {listed(shown)} ran with it: {effect}",
        since=write.at,
        until=_over(hit),
        occurrence=str(write.first.resource_version),
        evidence=(
            seen(known, write.at, f"{write.what()}, by {write.writer}"),
            *(
                told_by(each, started_at(each), f"pod {each.name} ran since {say_time(started_at(each))}")
                for each in hit[:SHOWN]
            ),
        ),
        hits=tuple(each.uid for each in hit),
    )


def _over(pods: list[Known]) -> datetime | None:
    ends = [ended_at(each) for each in pods]
    told = [each for each in ends if each is not None]
    return max(told) if len(told) == len(ends) else None


FAILURE = Failure(
    id="config-changed-while-running",
    title="Settings changed during the run",
    says="Somebody edited settings that the run reads while it was at work. A program that was started "
    "before has the old values, a part that is started later gets the new ones: the run may be of two minds.",
    sees="Nothing by itself: the run goes on, and its parts may disagree.",
    confirm=(
        "kubectl -n NAMESPACE get configmap NAME --show-managed-fields -o yaml shows who wrote it last, and "
        "when",
        "kubectl -n NAMESPACE get pods -o custom-columns=NAME:.metadata.name,START:.status.startTime shows "
        "which pods are older than that",
    ),
    judges=("ConfigMap", "Secret"),
    severity="low",
    role="cause",
    lasting=True,  # also of a run that succeeded one wants to know that its settings changed
    playbook=(
        "Compare the old value with the new one, and decide which the run should have",
        "Start the run again where its parts must agree",
        "Give each run its own, immutable settings with a version in the name",
    ),
    # Not change-before-failure, as in the catalogue: one edit may be both, and then that one tells more.
    leads_to=(),
    find=find,
)
