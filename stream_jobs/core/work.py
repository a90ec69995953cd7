"""Whether two Jobs do the same work on the same data: what they run, what they name, what they may write."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.kubernetes import Container, Job, PodSpec
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.links import URI, data_of, task_of
from stream_jobs.core.pods import ended_at, started_at
from stream_jobs.core.references import target

OUTPUT = re.compile(r"(?i)out|dest|sink|target|result|write|save|checkpoint")
FLAG = re.compile(r"^--?([A-Za-z][-\w.]*)(?:=(.*))?$", re.DOTALL)


class Overlap(msgspec.Struct, frozen=True):
    """Two pods that ran at the same time, the elder first."""

    elder: Known
    younger: Known
    since: datetime
    until: datetime | None


def tries(cell: Cell, known: Known) -> list[Known]:
    """All pods of the task that the pod is a try of, oldest first; [] where it is none."""
    task = task_of(known) if known.key == "Pod" else ""
    uids = cell.users.get(target("Task", known.namespace, task), ()) if task else ()
    found = [cell.objects[uid] for uid in uids if uid in cell.objects]
    return sorted(found, key=lambda each: (each.created or each.first_seen, each.uid))


def rivals(cell: Cell, job: Known) -> Iterator[Known]:
    """Yield the other Jobs that name the same data or claims and lived at the same time."""
    if not isinstance(job.view, Job) or job.view.spec.template is None:
        return
    spec = job.view.spec.template.spec
    addresses = [target("Data", job.namespace, each) for each in sorted(data_of(spec))]
    addresses += [target("PersistentVolumeClaim", job.namespace, each) for each in sorted(claims_of(spec))]
    uids = {uid for address in addresses for uid in cell.users.get(address, ())} - {job.uid}
    for uid in sorted(uids):
        other = cell.objects.get(uid)
        if other is not None and other.key == "Job.batch" and _met(job, other):
            yield other


def _met(one: Known, other: Known) -> bool:
    """Whether their lives overlap; ended Jobs are told apart by their pods, later."""
    first, second = sorted((one, other), key=lambda each: each.created or each.first_seen)
    end = _over(first)
    return end is None or end >= (second.created or second.first_seen)


def _over(job: Known) -> datetime | None:
    ends = [
        turn.at for turn in job.history.turns if turn.type in ("Complete", "Failed") and turn.status == "True"
    ]
    return min((*ends, *((job.deleted,) if job.deleted else ())), default=None)


def claims_of(spec: PodSpec) -> set[str]:
    """The claims that the pod may write to."""
    found = set()
    for volume in spec.volumes or ():
        source = volume.persistentVolumeClaim
        if source is not None and not source.readOnly and not _only_read(spec, volume.name):
            found.add(source.claimName)
    return found


def _only_read(spec: PodSpec, volume: str) -> bool:
    everyone = (*(spec.initContainers or ()), *(spec.containers or ()))
    mounts = [each for one in everyone for each in one.volumeMounts or () if each.name == volume]
    return bool(mounts) and all(each.readOnly for each in mounts)


def shared_data(one: PodSpec, other: PodSpec) -> str:
    """What both write, in words; "" where nothing says that they do the same work.

    The same program with the same arguments does the same work, where it names data. Else only an address
    that both call their output counts: many different runs read one input, or share a large volume.
    """
    outputs = sorted(_outputs(one) & _outputs(other))
    if outputs:
        return outputs[0]
    if _program(one) != _program(other):
        return ""
    claims = sorted(claims_of(one) & claims_of(other))
    if claims:
        return f"PersistentVolumeClaim {claims[0]}"
    return next(iter(sorted(data_of(one) & data_of(other))), "")


def _program(spec: PodSpec) -> list[tuple[object, ...]]:
    return [
        (each.name, each.image, each.command, each.args, each.env, each.envFrom)
        for each in spec.containers or ()
    ]


def same_program(one: PodSpec, other: PodSpec) -> bool:
    """Whether both run the same commands, whatever their images' versions and their settings."""

    def commands(spec: PodSpec) -> list[tuple[object, ...]]:
        return [(each.name, each.command, each.args) for each in spec.containers or ()]

    return commands(one) == commands(other)


def _outputs(spec: PodSpec) -> set[str]:
    named = [pair for each in spec.containers or () for pair in _named(each)]
    return {uri.rstrip("/.)") for name, value in named if OUTPUT.search(name) for uri in URI.findall(value)}


def _named(container: Container) -> Iterator[tuple[str, str]]:
    yield from ((variable.name, variable.value) for variable in container.env or () if variable.value)
    given = [*(container.command or ()), *(container.args or ())]
    for word, following in zip(given, [*given[1:], ""], strict=False):
        flag = FLAG.match(word)
        if flag is not None:
            yield flag[1], flag[2] or following


def overlaps(ones: list[Known], others: list[Known]) -> Iterator[Overlap]:
    """Yield pairs of pods of the two lists that ran at the same time, earliest first."""
    found = []
    for one in ones:
        for other in others:
            a, b = started_at(one), started_at(other)
            if a is None or b is None or one.uid == other.uid:
                continue
            elder, younger = (one, other) if (a, one.uid) <= (b, other.uid) else (other, one)
            since, until = max(a, b), _earlier(ended_at(one), ended_at(other))
            if until is None or until > since:
                found.append(Overlap(elder, younger, since, until))
    yield from sorted(found, key=lambda each: (each.since, each.elder.uid, each.younger.uid))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one is not None and other is not None else one or other
