"""What Kueue says of a Workload: stretches without quota and why, evictions, and the queues it names."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Turn
from stream_jobs.core.pods import condition
from stream_jobs.core.runs.queues import (
    CLUSTER_QUEUE,
    KUEUE,
    LOCAL_QUEUE,
    QUEUE_NAME,
    WORKLOAD,
    Queue,
    QueuedWorkload,
)
from stream_jobs.core.signs.messages import one_line

Why = Literal["never", "queue", "topology", "quota", ""]
# What Kueue suspends and resumes, and tells so by events.
JOBS = (
    "Job.batch",
    "JobSet.jobset.x-k8s.io",
    "TrainJob.trainer.kubeflow.org",
    "PyTorchJob.kubeflow.org",
    "TFJob.kubeflow.org",
    "MPIJob.kubeflow.org",
    "XGBoostJob.kubeflow.org",
    "PaddleJob.kubeflow.org",
    "JAXJob.kubeflow.org",
    "RayJob.ray.io",
    "RayCluster.ray.io",
)
RESERVED, ADMITTED, EVICTED = "QuotaReserved", "Admitted", "Evicted"
BEFORE = "Previously: "  # what Kueue writes before an eviction that is over
# Machine-readable reasons of QuotaReserved=False; before Kueue 0.15 it is Pending or Inadmissible throughout.
REASONS: dict[str, Why] = {
    "ExceedsMaxQuota": "never",
    "NoMatchingFlavor": "never",
    "TopologyPlacementFailed": "topology",
    "WaitingForQuota": "quota",
    "WaitingForPreemptedWorkloads": "quota",
}
GENERAL = frozenset({"Pending", "Inadmissible", "Misconfigured"})  # the message tells which
QUEUE = re.compile(
    r"(?P<kind>LocalQueue|ClusterQueue) (?P<name>\S*?) ?"
    r"(?P<state>doesn't exist|is inactive|is stopped|is terminating or missing|is terminating)"
)
TOPOLOGY = re.compile(
    r'topology "(?P<name>[^"]+)" (?:doesn\'t allow to fit any of|allows to fit only (?P<fits>\d+) out of) '
    r"(?P<wanted>\d+)"
)
# "unused" is the word that matters: the quota is there, and in use. Without it there never is so much.
CLAUSE = re.compile(
    r"insufficient (?P<unused>unused )?quota (?:in cohort )?for (?P<resource>\S+) in flavor "
    r"(?P<flavor>[^\s,]+)"
)
UNFIT = re.compile(r"untolerated taint|doesn't match (?:with )?node affinity")
POD_SET = re.compile(r"couldn't assign flavors to pod set (\S+): ")


class Unreserved(msgspec.Struct, frozen=True):
    """A time in which the Workload had no quota, for one reason. `until` is None while it lasts."""

    why: Why
    message: str
    since: datetime
    until: datetime | None


class Evicted(msgspec.Struct, frozen=True):
    """One time that Kueue took the quota back. `until` is when it was given again."""

    reason: str
    message: str
    since: datetime
    until: datetime | None
    number: int  # 1 is the first that was seen


def queued_view(known: Known) -> QueuedWorkload:
    """The object's view as Kueue's Workload; raises TypeError for any other kind."""
    if not isinstance(known.view, QueuedWorkload):
        raise TypeError(f"expected a Workload of {KUEUE}, got {known.key} {known.namespace}/{known.name}")
    return known.view


# --- waiting for quota ----------------------------------------------------------------------------------


def unreserved(known: Known, why: Why) -> Unreserved | None:
    """The last stretch in which the Workload had no quota for that reason; None where there was none.

    Kueue looks at a Workload again and again, and says PendingEvaluation in between: that ends nothing.
    """
    found = [each for each in _stretches(known) if each.why == why]
    return found[-1] if found else None


def _stretches(known: Known) -> Iterator[Unreserved]:
    current: Unreserved | None = None
    status = ""
    for turn, message in _said(known):
        why = why_not(turn.reason, message) if turn.status != "True" else ""
        if turn.status == "True" or (why and current is not None and why != current.why):
            if current is not None:
                yield msgspec.structs.replace(current, until=max(_moment(turn, status), current.since))
            current = None
        if why:
            since = current.since if current is not None else _moment(turn, status)
            current = Unreserved(why, message, since, None)
        status = turn.status
    if current is not None:
        over = finished_at(known)
        yield msgspec.structs.replace(current, until=over and max(over, current.since))


def _said(known: Known) -> Iterator[tuple[Turn, str]]:
    """Each turn of QuotaReserved with its message; an older Kueue changes that without a new reason."""
    turns = [each for each in known.history.turns if each.type == RESERVED]
    now = condition(known, RESERVED)
    for turn in turns:
        newest = turn is turns[-1] and now is not None and now.message
        yield turn, (newest and now is not None and now.message) or turn.message


def _moment(turn: Turn, before: str) -> datetime:
    """A condition's time moves with its status alone: a new reason began when it was seen."""
    return turn.seen if turn.status == before else turn.at


def why_not(reason: str, message: str) -> Why:
    """Return why there is no quota: by the reason, and where that is general, by the message."""
    known = REASONS.get(reason)
    if known == "quota" or (known == "never" and not QUEUE.search(message)):
        return known
    if reason in GENERAL or known is not None:
        found = _told(message)
        return found or known or ""
    return ""


def _told(message: str) -> Why:
    if QUEUE.search(message):
        return "queue"
    said = {_of_pod_set(part) for part in POD_SET.split(message)[::2]}
    order: tuple[Why, ...] = ("never", "topology", "quota")
    return next((each for each in order if each in said), "")


def _of_pod_set(text: str) -> Why:
    """One pod set. A resource that one flavor lacks for now may come; one that none ever has, does not."""
    if TOPOLOGY.search(text):
        return "topology"
    clauses = list(CLAUSE.finditer(text))
    waits = {each["resource"] for each in clauses if each["unused"]}
    if any(each["resource"] not in waits for each in clauses):
        return "never"
    if clauses:
        return "quota"
    return "never" if UNFIT.search(text) else ""


def short(message: str, limit: int = 300) -> str:
    """The message without what is the same in all of them, on one line."""
    return one_line(POD_SET.sub(r"pod set \1: ", message).replace("pod set main: ", ""), limit)


# --- evictions ------------------------------------------------------------------------------------------


def evictions(known: Known) -> list[Evicted]:
    """Each time that the Workload lost its quota, oldest first."""
    reserved = [each for each in known.history.turns if each.type == RESERVED and each.status == "True"]
    found: list[Evicted] = []
    for turn in known.history.turns:
        if turn.type != EVICTED or (turn.status != "True" and not _untold(turn, found)):
            continue
        again = next((each.at for each in reserved if each.at >= turn.at and each.seen > turn.seen), None)
        if turn.status != "True":  # it was over when it was first seen: how long it lasted is not known
            again = turn.at
        reason = turn.reason if turn.status == "True" else _reason_of(known, turn.message)
        message = turn.message.removeprefix(BEFORE)
        until = again or finished_at(known)
        found.append(Evicted(reason, message, turn.at, until and max(until, turn.at), len(found) + 1))
    return found


def _untold(turn: Turn, found: list[Evicted]) -> bool:
    """Whether the turn is the first word of an eviction that was over by then."""
    return not found and turn.message.startswith(BEFORE)


def _reason_of(known: Known, message: str) -> str:
    """Why it was, of an eviction that was over when it was first seen: its message, or Requeued, tells."""
    if message.removeprefix(BEFORE).startswith("Preempted"):
        return "Preempted"
    requeued = condition(known, "Requeued")
    return (requeued.reason or "") if requeued is not None else ""


def evicted_for(known: Known, reasons: tuple[str, ...]) -> list[Evicted]:
    """The evictions of these reasons; a reason stands for all that begin with it."""
    return [each for each in evictions(known) if each.reason.startswith(reasons)]


def told_to_job(known: Known, cell: Cell, words: str) -> Evicted | None:
    """The last eviction whose message begins so, as the job was told: its Workload was not collected."""
    if cell.owned(known, WORKLOAD):
        return None
    stops = [each for each in cell.events(known, "Stopped") if "kueue" in each.component]
    stops = [each for each in stops if each.message.startswith(words)]
    if not stops:
        return None
    starts = [each.last for each in cell.events(known, "Started") if each.last > stops[-1].last]
    last = stops[-1]
    return Evicted(words, last.message, last.last, min(starts, default=None), len(stops))


def finished_at(known: Known) -> datetime | None:
    """When the Workload's job was over."""
    ends = [each.at for each in known.history.turns if each.type == "Finished" and each.status == "True"]
    return min(ends, default=None)


# --- whose it is, and which queues ----------------------------------------------------------------------


def holder(known: Known, cell: Cell) -> Known:
    """The object that is queued: what owns the Workload; the Workload itself where that was not seen."""
    return cell.owner(known) or known


def say_holder(known: Known) -> str:
    """What is queued, in words: "Job train-2"."""
    if known.key != WORKLOAD:
        return f"{known.kind} {known.name}"
    owners = sorted(known.view.metadata.ownerReferences or (), key=lambda each: not each.controller)
    return f"{owners[0].kind} {owners[0].name}" if owners else f"Workload {known.name}"


def cluster_queue(known: Known, cell: Cell) -> str:
    """The name of the ClusterQueue that the Workload is meant for; "" where it is not known."""
    view = queued_view(known)
    if view.status.admission is not None and view.status.admission.clusterQueue:
        return view.status.admission.clusterQueue
    local = cell.by_name(LOCAL_QUEUE, known.namespace, view.spec.queueName)
    return local.view.spec.clusterQueue if local is not None and isinstance(local.view, Queue) else ""


def queue_ref(known: Known, cell: Cell) -> Ref | None:
    """The ClusterQueue as a subject: it is what has too little."""
    name = cluster_queue(known, cell)
    if not name:
        return None
    found = cell.by_name(CLUSTER_QUEUE, "", name)
    return found.ref if found is not None else Ref(kind="ClusterQueue", name=name, group=KUEUE)


def say_queue(known: Known, cell: Cell) -> str:
    """The queue in words: "queue main (ClusterQueue team-a-cq)"."""
    if known.key != WORKLOAD:
        return f"queue {known.labels.get(QUEUE_NAME, '?')}"
    name = cluster_queue(known, cell)
    return f"queue {queued_view(known).spec.queueName or '?'}" + (f" (ClusterQueue {name})" if name else "")
