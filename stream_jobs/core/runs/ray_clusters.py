"""Reading the pods of a Ray cluster: its head and its groups of workers, and how its head was lost."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Exit, Known, deletion_requested
from stream_jobs.core.pods import exits, pods_of, started_at, statuses
from stream_jobs.core.runs.kuberay import LABEL, RayClusterSpec, RayJob, job_phase, suspended_by
from stream_jobs.core.runs.roles import Role, role_step
from stream_jobs.core.signs.disruption import removed_by, stopped_at

NODE_TYPE = LABEL + "node-type"
HEAD_READY = "HeadPodReady"
SLACK = timedelta(seconds=5)  # a cluster's end and its pods' are told in either order


def cluster_steps(spec: RayClusterSpec, pods: list[Known], phase: Phase, cell: Cell) -> tuple[Step, ...]:
    """The head and each group of workers. Helpers (the Job that clears Redis) are no steps."""
    names = dict.fromkeys(each.groupName for each in spec.workerGroupSpecs or ())
    workers = [each for each in pods if each.labels.get(NODE_TYPE) == "worker"]
    names |= dict.fromkeys(each.labels.get(LABEL + "group", "workers") for each in workers)
    heads = [each for each in pods if each.labels.get(NODE_TYPE) == "head"]
    if not heads and not names:
        return ()
    roles = [Role("head", "head", heads, place=lambda _: "head")]
    for name in names:
        mine = [each for each in workers if each.labels.get(LABEL + "group", "workers") == name]
        roles.append(Role(name, "workerGroup", mine, after=("head",), place=_place))
    return tuple(role_step(each, cell, phase) for each in roles)


def _place(pod: Known) -> str:
    labels = pod.labels
    replica = labels.get(LABEL + "worker-group-replica-index") or labels.get(
        LABEL + "worker-group-replica-name", ""
    )
    return f"{replica}/{labels.get(LABEL + 'replica-host-index', '')}" if replica else ""


# --- its head -------------------------------------------------------------------------------------------


class Loss(msgspec.Struct, frozen=True):
    """One head pod that ended while its cluster was wanted: by its own exits, or removed (no exits)."""

    head: Known
    since: datetime
    exits: tuple[Exit, ...]
    until: datetime | None  # when a head was there again


def head_losses(cluster: Known, cell: Cell) -> Iterator[Loss]:
    """Yield each head pod of the cluster that was lost, oldest first."""
    owned = pods_of(cell.owned(cluster))
    heads = [each for each in owned if each.labels.get(NODE_TYPE) == "head"]
    for number, head in enumerate(heads):
        asked = _removed(head, cell)
        ended = [each for each in exits(head, "main") if _counts(each, cluster, cell, asked)]
        at = [each.ended for each in ended if each.ended is not None]
        if asked is not None and _wanted(cluster, asked, cell):
            at.append(asked)
        if at:
            yield Loss(head, min(at), tuple(ended), _again(cluster, heads[number:], max(at)))


def _removed(head: Known, cell: Cell) -> datetime | None:
    """When a head that had started was removed by something else than the operator."""
    asked = stopped_at(head)
    if asked is None or started_at(head) is None:
        return None
    by = removed_by(cell, head, asked)
    return None if by.startswith(("RayCluster ", "RayJob ", "RayService ")) else asked


def _counts(ended: Exit, cluster: Known, cell: Cell, asked: datetime | None) -> bool:
    when = ended.ended
    return when is not None and (asked is None or when < asked) and _wanted(cluster, when, cell)


def _wanted(cluster: Known, at: datetime, cell: Cell) -> bool:
    """Whether the cluster was to go on then: not deleted, not suspended, its job not over."""
    told = deletion_requested(cluster)
    if (told is not None and told <= at + SLACK) or suspended_by(cluster, at + SLACK):
        return False
    job = cell.owner(cluster)
    view = job.view if job is not None else None
    if job is None or not isinstance(view, RayJob):
        return True
    gone, ended = deletion_requested(job), view.status.endTime if view.status is not None else None
    over = ended is not None and ended <= at and job_phase(job)[0] in ("Succeeded", "Cancelled")
    return not over and not (gone is not None and gone <= at + SLACK)


def _again(cluster: Known, heads: list[Known], lost: datetime) -> datetime | None:
    """When a head was ready again, by the cluster's condition; else when one ran again."""
    turns = [turn for turn in cluster.history.turns if turn.type == HEAD_READY]
    ready = [turn.at for turn in turns if turn.status == "True" and turn.at >= lost]
    if not ready and (not turns or turns[-1].status == "True"):
        ready = [at for each in heads if (at := _runs_since(each)) is not None and at >= lost]
    return min(ready, default=None)


def _runs_since(head: Known) -> datetime | None:
    """When the present life of its main container began."""
    states = [status.state for role, status in statuses(head) if role == "main"]
    starts = [state.running.startedAt for state in states if state is not None and state.running is not None]
    return next((each for each in starts if each is not None), None)
