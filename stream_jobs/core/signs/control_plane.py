"""The programs of the control plane as the API shows them: static pods, their flags, how they changed."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import annotated_time, pod_view
from stream_jobs.core.signs.messages import one_line

SYSTEM = "kube-system"
COMPONENTS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd")
SOURCE, MIRROR = "kubernetes.io/config.source", "kubernetes.io/config.mirror"
SEEN = "kubernetes.io/config.seen"  # when the kubelet read the manifest


class Revision(msgspec.Struct, frozen=True):
    """One change of a component: another pod of the same name, with other words in its command."""

    pod: Known
    at: datetime
    changes: tuple[str, ...]  # "--allow-privileged=true -> --allow-privileged=false"


def component(known: Known) -> str:
    """The component that a static pod of kube-system is: "kube-apiserver"; "" for other pods."""
    if known.key != "Pod" or known.namespace != SYSTEM:
        return ""
    static = known.annotations.get(SOURCE) == "file" or MIRROR in known.annotations
    name = known.labels.get("component") or next(
        (each for each in COMPONENTS if known.name.startswith(each)), ""
    )
    return name if static and name in COMPONENTS else ""


def revision(known: Known, cell: Cell) -> Revision | None:
    """What changed with this pod against the one of that name before; None where nothing did."""
    if not component(known):
        return None
    before = _before(known, cell)
    changes = tuple(_changes(words(before), words(known))) if before is not None else ()
    at = annotated_time(known, SEEN) or known.created or known.first_seen
    return Revision(known, min(at, known.first_seen), changes) if changes else None


def _before(known: Known, cell: Cell) -> Known | None:
    """The pod of the same name that was there before it: mirror pods are owned by their node."""
    owner = cell.owner(known)
    siblings = cell.owned(owner, "Pod") if owner is not None else []
    older = [each for each in siblings if each.name == known.name and each.first_seen < known.first_seen]
    return max(older, key=lambda each: each.first_seen, default=None)


def words(known: Known) -> list[str]:
    """The images and the flags of the component, a word each."""
    found = []
    for each in pod_view(known).spec.containers or ():
        found += [f"image {each.image}", *(each.command or ()), *(each.args or ())]
    return found


def _changes(old: list[str], new: list[str]) -> Iterator[str]:
    """Each flag that came, went or got another value."""
    before, now = _by_flag(old), _by_flag(new)
    for flag in dict.fromkeys((*before, *now)):
        was, then = before.get(flag, ""), now.get(flag, "")
        if was != then:
            yield one_line(f"{was or 'nothing'} -> {then or f'{flag} removed'}", 200)


def _by_flag(told: list[str]) -> dict[str, str]:
    return {
        (each.partition("=")[0] if each.startswith("-") else each.partition(" ")[0]): each for each in told
    }
