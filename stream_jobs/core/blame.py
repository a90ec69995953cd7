"""Keep who caused whom up to date: look anew where findings changed or objects moved, and nowhere else."""

from collections.abc import Iterable, Iterator

from stream_jobs.core.causes import cause_of, root_of
from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import EVERYWHERE, Finding
from stream_jobs.core.known import Known
from stream_jobs.core.links import WORKLOADS
from stream_jobs.core.references import addresses, target

NAMED = ("Service", *WORKLOADS)  # what pods name in their texts, without pointing at it


def blame(cell: Cell, judged: Iterable[str], stirred: set[str]) -> set[str]:
    """Find causes anew; return the anomalies that it concerns.

    `judged`: uids of this judgement; `stirred`: those at which findings came, changed or went.
    """
    near = _near(cell, stirred) | set(judged)
    concerned: set[str] = set()
    for mark, findings in cell.marks.items():
        if EVERYWHERE not in stirred and not _is_near(cell, mark, findings, near):
            continue
        cause = cause_of(cell, mark)
        if cause != cell.causes.get(mark):
            concerned.update(root_of(cell, mark))  # whoever was blamed before hits other sessions now
            set_cause(cell, mark, cause)
            concerned.update(root_of(cell, mark))
    return concerned


def spots(cell: Cell, uid: str, finding: Finding) -> Iterator[str]:
    """Where a finding lies: at the judged object, at what it hits, at its subject."""
    yield uid
    yield from finding.hits
    subject = finding.subject and cell.by_ref(finding.subject)
    if subject:
        yield subject.uid


def set_cause(cell: Cell, mark: str, cause: str | None) -> None:
    """Say who caused the anomaly; None where it is its own root."""
    before = cell.causes.pop(mark, None)
    if before is not None:
        cell.effects[before].discard(mark)
    if cause is not None:
        cell.causes[mark] = cause
        cell.effects.setdefault(cause, set()).add(mark)


def _is_near(cell: Cell, mark: str, findings: dict[str, Finding], near: set[str]) -> bool:
    """Whether the places at which `cause_of` looks for the anomaly's cause are among those."""
    if cell.causes.get(mark, mark) not in cell.marks or not near.isdisjoint(findings):
        return True
    return any(
        not near.isdisjoint(each.about) or (each.subject is not None and each.subject.uid in near)
        for each in findings.values()
    )


def _near(cell: Cell, stirred: set[str]) -> set[str]:
    """Everybody for whom one of these, or what moved, may hold the cause: `_places`, backwards."""
    moved = [cell.objects[uid] for uid in cell.moved if uid in cell.objects]
    families = {each.uid for known in moved for each in (*cell.owners(known), *cell.descendants(known))}
    found: set[str] = set()
    for uid in sorted(stirred | families | {each.uid for each in moved}):
        if uid in cell.objects:
            found.update(_relatives(cell, cell.objects[uid]))
    return found


def _relatives(cell: Cell, known: Known) -> Iterator[str]:
    """Uids and targets: the object, its family, whoever points at it, and the runs that it is part of."""
    yield from addresses(known)
    for address in addresses(known):
        yield from cell.users.get(address, ())
    yield from (each.uid for each in cell.owners(known))
    yield from (each.uid for each in cell.descendants(known))
    for home in cell.homes.get(known.uid, ()):
        yield from cell.members.get(home, ())
    if known.key in NAMED:
        yield from cell.users.get(target("Namespace", "", known.namespace), ())
