"""The lives of a pod's containers: bad ends in a row are one fault, which is over when a life goes well."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.kubernetes import Container
from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import Later
from stream_jobs.core.known import Exit, Known, Sighting, deletion_requested
from stream_jobs.core.pods import container, exits, pod_view, statuses
from stream_jobs.core.signs.messages import logs_command

WELL = timedelta(minutes=10)  # the kubelet forgets earlier crashes of a container that ran so long
GRACE = timedelta(seconds=30)
SLACK = timedelta(seconds=10)  # reports are late, and times are cut to seconds
OOM_KILLED = "OOMKilled"
SHELLS = frozenset({"sh", "bash", "ash", "dash", "zsh"})


class Fault(msgspec.Struct, frozen=True):
    """Bad ends of one container with no good life between them; `until` is when a life went well after."""

    container: str
    role: str
    exits: tuple[Exit, ...]  # oldest first, never empty
    until: datetime | None = None

    @property
    def first(self) -> Exit:
        """The end that began it."""
        return self.exits[0]

    @property
    def last(self) -> Exit:
        """The newest end."""
        return self.exits[-1]

    @property
    def since(self) -> datetime | None:
        """When it began."""
        return self.first.ended or self.first.seen


def faults(
    known: Known, cell: Cell, wanted: Callable[[Exit], bool], by: Callable[[Exit], object] = lambda _: None
) -> Iterator[Fault | Later]:
    """Yield the pod's wanted exits as faults: those that agree in `by`, and stand in a row."""
    if not any(_is_bad(each) for each in known.history.exits):
        return
    for name in dict.fromkeys(each.container for each in known.history.exits):
        lives = [each for each in exits(known) if each.container == name]
        running = _running_since(known, name)
        for stretch, cured in _stretches(lives):
            bad = [each for each in stretch if wanted(each)]
            until = cured
            if bad and cured is None and running is not None:
                until = _well_since(known, cell, running)
                if until is None and known.exists:
                    yield Later(running + WELL)
            for group in dict.fromkeys(by(each) for each in bad):
                found = tuple(each for each in bad if by(each) == group)
                yield Fault(name, found[0].role, found, until)


def _stretches(lives: list[Exit]) -> Iterator[tuple[list[Exit], datetime | None]]:
    """Cut the lives where one went well; yield (lives, when the next one went well)."""
    stretch: list[Exit] = []
    for life in lives:
        good = _went_well(life)
        if good is not None and stretch:
            yield stretch, good
            stretch = []
        if _is_bad(life):
            stretch.append(life)
    if stretch:
        yield stretch, None


def _went_well(life: Exit) -> datetime | None:
    """When the life proved good: it ended with 0, or lasted; None where it did not."""
    if not _is_bad(life):
        return life.ended or life.seen
    if life.started is not None and life.ended is not None and life.ended - life.started >= WELL:
        return life.started
    return None


def _is_bad(life: Exit) -> bool:
    """A killed child process may leave a program that goes on, and ends with 0."""
    return life.code != 0 or life.reason == OOM_KILLED


def _running_since(known: Known, name: str) -> datetime | None:
    for _, status in statuses(known):
        if status.name == name and status.state is not None and status.state.running is not None:
            return status.state.running.startedAt
    return None


def _well_since(known: Known, cell: Cell, running: datetime) -> datetime | None:
    """The start of the present life where it has lasted, as far as cell time and the pod's own end tell."""
    now = cell.time
    if known.deleted is not None:
        now = min(now, known.deleted) if now is not None else known.deleted
    return running if now is not None and now >= running + WELL else None


def crowded(lives: tuple[Exit, ...], count: int, within: timedelta) -> bool:
    """Whether so many of the lives ended within the time."""
    ends = [each.ended for each in lives if each.ended is not None]
    return any(later - earlier <= within for earlier, later in zip(ends, ends[count - 1 :], strict=False))


def stopped(known: Known, cell: Cell, ended: Exit) -> bool:
    """Whether something outside the program ended it: a delete, an eviction, a probe, a deadline."""
    return removed(known, ended) or bool(killings(known, cell, ended))


def removed(known: Known, ended: Exit) -> bool:
    """Whether the container ended because its pod had to go.

    An end in the same second as the delete counts as the program's own.
    """
    when = ended.ended or ended.seen
    if when is None:
        return False
    asked = deletion_requested(known)
    if asked is not None and asked < when:
        return True
    disrupted = any(
        turn.type == "DisruptionTarget" and turn.status == "True" and turn.at <= when
        for turn in known.history.turns
    )
    return disrupted or _of_failed_pod(known, ended)


def _of_failed_pod(known: Known, ended: Exit) -> bool:
    """Whether the kubelet failed the whole pod (Evicted, DeadlineExceeded) and this was the last life."""
    if not pod_view(known).status.reason:
        return False
    return all(each.restart <= ended.restart for each in exits(known) if each.container == ended.container)


def killings(known: Known, cell: Cell, ended: Exit) -> list[Sighting]:
    """The kubelet's events that it was ending the container, just before the container ended."""
    when = ended.ended or ended.seen
    seconds = pod_view(known).spec.terminationGracePeriodSeconds
    late = (timedelta(seconds=seconds) if seconds is not None else GRACE) + SLACK
    return [
        event
        for event in cell.events(known, "Killing")
        if (event.container in ("", ended.container) or f" {ended.container}" in event.message)
        and when is not None
        and event.first <= when <= event.last + late
    ]


def program_of(spec: Container | None) -> str:
    """The file name of a container's command, where the pod names one and it is no shell; else ""."""
    given = [*(spec.command or ()), *(spec.args or ())] if spec is not None else []
    name = given[0].rpartition("/")[2] if given else ""
    return "" if name in SHELLS else name


def program(known: Known, name: str) -> str:
    """The program of the pod's container of that name; see `program_of`."""
    return program_of(container(known, name))


def logs_of(known: Known, fault: Fault) -> str:
    """The step that shows what the program wrote before its last bad end."""
    if not known.exists:
        return f"The pod is gone: look for the log of {known.name}, container {fault.container}, elsewhere"
    current = next((status for _, status in statuses(known) if status.name == fault.container), None)
    state = current.state if current is not None else None
    here = state is not None and state.terminated is not None
    return logs_command(known.namespace, known.name, fault.container, previous=not here)
