"""change-before-failure: what went well before a change fails since."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.kubernetes import Service
from stream_jobs.core.causes import selects
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.good_runs import Difference, differences, good_before
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, ended_at, failed_exits, pod_view, pods_of, seen
from stream_jobs.core.quantities import quantity, say_time
from stream_jobs.core.signs.changes import Write, emptied, keys_read, writes
from stream_jobs.core.signs.data import Program, program_of
from stream_jobs.core.signs.disruption import disrupted, stopped_at, told_by
from stream_jobs.core.thresholds import Patience

LOOK_BACK = Patience(
    id="change-before-failure.look-back",
    default=timedelta(minutes=60),
    says="A failure counts as one after a change when it came within so long",
)
NO_SUCH_PROGRAM = (126, 127, 128)  # not executable, not found, not started
BAD_IMAGE = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull"})
DATA = ("data", "binaryData", "stringData")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if known.key in ("StatefulSet.apps", "Deployment.apps"):
        yield from _emptied(known, cell)
    elif known.key == "Pod":
        yield from _compared(known, cell)
    else:
        yield from _contrasted(known, cell)


# --- a Service's workload went to 0 replicas ------------------------------------------------------------


def _emptied(known: Known, cell: Cell) -> Iterator[Finding]:
    service = cell.by_name("Service", known.namespace, known.name)
    if service is None or not isinstance(service.view, Service):
        return
    if not selects(service.view.spec.selector, known):
        return
    for write, again in emptied(known):
        failed = _failing(cell, pods_of(cell.used_by(known)), write.at, again)
        if failed:
            says = (
                f"{known.kind} {known.name}, which Service {service.name} stands for, was scaled to 0 at "
                f"{say_time(write.at)}; {_first(failed)}, which needs it, failed after that"
            )
            yield _finding(known, write, failed, says, again)


# --- runs went well before, and fail since --------------------------------------------------------------


def _contrasted(known: Known, cell: Cell) -> Iterator[Finding]:
    every = known.key == "CronJob.batch"
    told = [each for each in writes(known) if every or each.first.path.startswith(DATA)]
    for write, following in zip(told, [*told[1:], None], strict=False):
        until = following.at if following is not None else None
        programs: dict[Program, list[Known]] = defaultdict(list)
        for each in _users(known, cell):
            if _reads(each, known, write):
                programs[program_of(pod_view(each).spec)].append(each)
        failed = [
            each
            for twins in programs.values()
            if _went_well(twins, write.at) and not _goes_well(twins, write.at, until)
            for each in _failing(cell, twins, write.at, until)
            if _begun(each) >= write.at
        ]
        if failed:
            failed.sort(key=lambda each: (_failed_at(each) or write.at, each.uid))
            says = (
                f"{known.kind} {known.name} was changed at {say_time(write.at)} ({write.what()}, by "
                f"{write.writer}): the same work went well before, and {_first(failed)} failed after it"
            )
            yield _finding(known, write, failed, says, until)


def _users(known: Known, cell: Cell) -> list[Known]:
    if known.key == "CronJob.batch":
        return pods_of(cell.descendants(known))
    return pods_of(cell.used_by(known))


def _reads(pod: Known, known: Known, write: Write) -> bool:
    """Whether the pod reads what was changed, as far as it names single keys."""
    if known.key == "CronJob.batch":
        return True
    keys = keys_read(pod_view(pod).spec, known.kind, known.name)
    changed = {each.path.partition(".")[2] for each in write.edits}
    return not keys or "" in changed or bool(keys & changed)


def _went_well(twins: list[Known], at: datetime) -> bool:
    """Whether the program's last run before the change succeeded."""
    before = [(end, each.uid, each) for each in twins if (end := ended_at(each)) is not None and end <= at]
    return bool(before) and pod_view(max(before, key=lambda each: each[:2])[-1]).status.phase == "Succeeded"


def _goes_well(twins: list[Known], at: datetime, until: datetime | None) -> bool:
    """Whether a run since the change succeeded: then it is not the change."""
    return any(
        pod_view(each).status.phase == "Succeeded"
        and _begun(each) >= at
        and (until is None or (ended_at(each) or at) <= until)
        for each in twins
    )


def _begun(pod: Known) -> datetime:
    return pod.created or pod.first_seen


# --- a run is otherwise than the last good one, in the very field that its failure names ----------------


def _compared(known: Known, cell: Cell) -> Iterator[Finding]:
    home = cell.homes.get(known.uid, ())
    told = cell.described.get(home[0]) if home else None
    if told is None or told.phase == "Succeeded":
        return
    blamed = tuple(_blamed(known))
    if not blamed:
        return
    for each in differences(cell, home[0], told):
        named = any(each.field.startswith(field) and each.part.endswith(part) for part, field in blamed)
        if named and _is_for_the_worse(each):
            good = good_before(cell, home[0], told)[-1]
            yield Finding(
                says=f"The last good run, {good.name}, was otherwise just there: {each.says()}",
                since=known.created,
                occurrence=each.field,
                evidence=(seen(known, known.created, f"{each.says()}, since {good.name} went well"),),
                playbook=(
                    f"Set {each.field} back to {each.good or 'what it was'}, or see why it was changed",
                ),
                confidence=0.9,
            )


def _is_for_the_worse(each: Difference) -> bool:
    """Whether a limit was lowered, a request raised; of other fields one cannot say."""
    if each.field == "limits.memory":
        return bool(each.bad) and (not each.good or quantity(each.bad) < quantity(each.good))
    return not each.field.startswith("requests.") or quantity(each.bad) > quantity(each.good)


def _blamed(pod: Known) -> Iterator[tuple[str, str]]:
    """Yield (end of the part's name, beginning of the field's) of what the pod's own failure names."""
    for exit_ in failed_exits(pod):
        if exit_.reason == "OOMKilled":
            yield f"/{exit_.container}", "limits.memory"
        elif exit_.code in NO_SUCH_PROGRAM:
            yield f"/{exit_.container}", "command"
            yield f"/{exit_.container}", "image"
    for wait in pod.history.waits:
        if wait.reason in BAD_IMAGE:
            yield f"/{wait.container}", "image"
    scheduled = condition(pod, "PodScheduled")
    if scheduled is not None and scheduled.reason == "Unschedulable":
        yield from (("", field) for field in ("requests", "node selector"))


# --- both -----------------------------------------------------------------------------------------------


def _failing(cell: Cell, users: list[Known], at: datetime, until: datetime | None) -> list[Known]:
    """The users whose program failed by itself after the change, soon enough, first ones first."""
    found = []
    for each in users:
        when = _failed_at(each)
        if when is not None and at <= when <= at + LOOK_BACK.of(cell) and (until is None or when <= until):
            found.append((when, each.uid, each))
    return [each for *_, each in sorted(found, key=lambda one: one[:2])]


def _failed_at(pod: Known) -> datetime | None:
    if pod_view(pod).status.reason or disrupted(pod) is not None or stopped_at(pod) is not None:
        return None  # something outside ended it
    ends = [each.ended or each.seen for each in failed_exits(pod) if each.reason != "OOMKilled"]
    return min((each for each in ends if each is not None), default=None)


def _first(failed: list[Known]) -> str:
    """The first run that failed, as its pod names it: the owner itself may come later."""
    owners = failed[0].view.metadata.ownerReferences or ()
    return f"{owners[0].kind} {owners[0].name}" if owners else f"pod {failed[0].name}"


def _finding(known: Known, write: Write, failed: list[Known], says: str, until: datetime | None) -> Finding:
    return Finding(
        says=says,
        since=write.at,
        until=until,
        occurrence=str(write.first.resource_version),
        evidence=(
            seen(known, write.at, f"{write.what()}, by {write.writer}"),
            *(
                told_by(each, _failed_at(each), f"failed at {say_time(_failed_at(each))}")
                for each in failed[:3]
            ),
        ),
        hits=tuple(each.uid for each in failed),
        confidence=0.8,  # one came after the other: no more is known
    )


FAILURE = Failure(
    id="change-before-failure",
    title="Fails since a change",
    says="Something that the run uses was changed shortly before it failed, and what was the same otherwise "
    "went well before. That is no proof, but the first thing to look at.",
    sees="What went well until then fails since, with the same program and arguments.",
    confirm=(
        "kubectl -n NAMESPACE get KIND NAME --show-managed-fields -o yaml shows who changed what, and when",
        "kubectl rollout history shows earlier versions of a Deployment; a ConfigMap keeps none",
    ),
    judges=("Pod", "ConfigMap", "Secret", "CronJob.batch", "StatefulSet.apps", "Deployment.apps"),
    severity="medium",
    role="cause",
    playbook=(
        "Compare the old value with the new one, and try the old one",
        "Make settings immutable and versioned, so that each run names the one it uses",
    ),
    leads_to=(
        "container-exit-error",
        "container-native-crash",
        "container-oom-killed",
        "container-command-not-found",
        "image-not-found",
        "image-name-invalid",
        "image-pull-unauthorized",
        "insufficient-gpu",
        "insufficient-cpu-memory",
        "request-exceeds-largest-node",
        "node-selector-mismatch",
        "service-no-endpoints",
    ),
    thresholds=(LOOK_BACK,),
    find=find,
)
