"""Who made a pod go, and how its node fared: deletes, evictions, stretches in which a node was not ready."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known, Sighting, Turn, deletion_requested
from stream_jobs.core.pods import ended_at, pod_view, pods_of, started_at
from stream_jobs.core.runs.workflows import NODE_ID, Workflow, nodes_of

SLACK = timedelta(seconds=5)  # an owner's end and its pods' delete are told in either order
PROMPT = timedelta(
    seconds=2
)  # an owner tells of its delete at once; later ones only clear up after another's
TAINT_MANAGER = "DeletionByTaintManager"
POD_COLLECTOR = "DeletionByPodGC"
TARGETS = ("DisruptionTarget", "TerminationTarget")  # the second is Kueue's
# Events about a pod that say what removed it.
REMOVALS = frozenset({"Preempted", "Evicted", "Evict", "Descheduled", "ScaleDown", "TaintManagerEviction"})
# Conditions with which an owner is over or holds, so that it removes its pods itself.
OVER = frozenset(
    {
        "Complete",
        "Completed",
        "Succeeded",
        "Failed",
        "FailureTarget",
        "SuccessCriteriaMet",
        "Suspended",
        "Finished",
    }
)
HOLDS = ("spec.suspend", "spec.runPolicy.suspend", "spec.shutdown", "spec.parallelism", "spec.replicas")
GIVEN_UP = re.compile(r"(?i)deadline|timed out|shutdown|stopped with strategy|terminated")
FINISHED = frozenset(
    {
        "Succeeded",
        "Failed",
        "Error",
        "Completed",
        "Terminated",
        "Aborted",
        # Volcano removes the pods of a Job in these, before it is over or starts anew.
        "Completing",
        "Terminating",
        "Aborting",
        "Restarting",
    }
)


class Stretch(msgspec.Struct, frozen=True):
    """A time in which a node's Ready condition was "False" or "Unknown". `until` is None while it is."""

    status: str
    reason: str
    message: str
    since: datetime
    until: datetime | None
    number: int  # of the turn that began it

    def meets(self, since: datetime, until: datetime | None) -> bool:
        """Whether it overlaps with a time, touching included."""
        return (until is None or self.since <= until) and (self.until is None or self.until >= since)


def stretches(node: Known) -> list[Stretch]:
    """The node's bad stretches, oldest first."""
    turns = [turn for turn in node.history.turns if turn.type == "Ready"]
    found: list[Stretch] = []
    for turn, following in zip(turns, [*turns[1:], None], strict=False):
        until = following.at if following is not None else node.deleted
        if turn.status == "True":
            continue
        last = found[-1] if found else None
        if last is not None and last.status == turn.status and last.until == turn.at:
            found[-1] = msgspec.structs.replace(last, until=until)
        else:
            found.append(Stretch(turn.status, turn.reason, turn.message, turn.at, until, turn.number))
    return found


def away(cell: Cell, known: Known, since: datetime, until: datetime | None) -> Stretch | None:
    """The first stretch of a time in which the control plane had no contact with the pod's node."""
    node = cell.node(known)
    found = stretches(node) if node is not None else []
    return next((each for each in found if each.status == "Unknown" and each.meets(since, until)), None)


def disrupted(known: Known, *reasons: str) -> Turn | None:
    """The condition DisruptionTarget that the pod got; with `reasons`, only for one of those."""
    return next(
        (
            turn
            for turn in known.history.turns
            if turn.type == "DisruptionTarget"
            and turn.status == "True"
            and (not reasons or turn.reason in reasons)
        ),
        None,
    )


def stopped_at(known: Known) -> datetime | None:
    """When the pod was told to go while it had not ended; None where it ended by itself."""
    asked = deletion_requested(known)
    if asked is None:
        return None
    over = pod_view(known).status.phase in ("Succeeded", "Failed")
    ended = ended_at(known) if over else None
    return asked if ended is None or asked <= ended else None


def removed_by(cell: Cell, known: Known, asked: datetime) -> str:
    """What removed the pod in words, where its owner or the cluster did it; "" where nothing tells of one."""
    told_so = [turn for turn in known.history.turns if turn.type in TARGETS and turn.status == "True"]
    if told_so:
        return told_so[0].reason or told_so[0].type
    told = [each for each in cell.events(known, *REMOVALS) if "Cancelling" not in each.message]
    if told:
        return told[0].reason
    namespace = cell.by_name("Namespace", "", known.namespace)
    if namespace is not None and _gone(namespace, asked):
        return "the namespace was deleted"
    return next((why for owner in cell.owners(known) if (why := owner_did(cell, owner, known, asked))), "")


def owner_did(cell: Cell, owner: Known, known: Known, asked: datetime) -> str:
    """Why the owner itself removed the pod; "" where nothing says so."""
    name = f"{owner.kind} {owner.name}"
    if _gone(owner, asked):
        return f"{name} was deleted"
    if any(_tells_delete(each, known.name) and each.first <= asked + PROMPT for each in cell.events(owner)):
        return f"{name} deleted it"
    if _over(owner, asked) or _told(owner, asked) or _gave_up_step(owner, known):
        return f"{name} was over, suspended or made smaller"
    return ""


def _tells_delete(event: Sighting, name: str) -> bool:
    """Whether an owner's event says that it deleted the pod; LeaderWorkerSet does in the message alone."""
    return name in event.message and (
        "Delete" in event.reason or f"deleted leader pod {name} " in event.message
    )


def _over(owner: Known, asked: datetime) -> bool:
    """Whether the owner was over or held when the pod was told to go."""
    held = any(
        turn.type in OVER
        and turn.status == "True"
        and turn.at <= asked + SLACK
        and not _lifted(owner, turn, asked)
        for turn in owner.history.turns
    )
    phases = [phase for phase, at in owner.history.phases if at <= asked + SLACK]
    return held or (bool(phases) and phases[-1] in FINISHED)


def _told(owner: Known, asked: datetime) -> bool:
    """Whether somebody told the owner to stop, hold or shrink just then."""
    if isinstance(owner.view, Workflow) and owner.view.spec.shutdown:
        return True
    return any(
        edit.path in HOLDS
        and (edit.after is None or edit.after <= asked + SLACK)
        and (edit.before is None or edit.before >= asked - SLACK)
        for edit in owner.edits
    )


def _gave_up_step(owner: Known, known: Known) -> bool:
    """Whether a Workflow gave the step up: Argo deletes pods that still wait when their time is over."""
    if not isinstance(owner.view, Workflow):
        return False
    ids = (known.annotations.get(NODE_ID) or known.name,)
    nodes = [each for each in nodes_of(owner.view).values() if each.id in ids]
    return any(GIVEN_UP.search(each.message or "") for each in nodes)


def _gone(known: Known, asked: datetime) -> bool:
    """Whether the object was deleted, or its delete asked for, when the pod was told to go."""
    times = [each for each in (known.history.asked, known.deleted) if each is not None]
    return bool(times) and min(times) <= asked + SLACK


def _lifted(owner: Known, turn: Turn, asked: datetime) -> bool:
    """Whether the condition was taken back well before the pod was told to go."""
    later = [each for each in owner.history.turns if each.type == turn.type and each.number > turn.number]
    return any(each.status != "True" and each.at < asked - SLACK for each in later)


def ran_on(cell: Cell, node: Known) -> Iterator[Known]:
    """The pods that were bound to a node."""
    yield from (each for each in pods_of(cell.used_by(node)) if pod_view(each).spec.nodeName == node.name)


def told_by(known: Known, at: datetime | None, says: str) -> Evidence:
    """Return a piece of evidence about another object than the judged one: of no version.

    The judged object is not judged again for each new version of the other.
    """
    return Evidence(at=at, ref=known.ref, says=says)


def was_working(known: Known, at: datetime) -> bool:
    """Whether one of the pod's main containers ran at a time, as far as the pod was seen."""
    started = started_at(known)
    ends = [each.ended or each.seen for each in known.history.exits if each.role == "main"]
    return started is not None and started <= at and not any(end is not None and end <= at for end in ends)
