"""Which anomaly caused which: walk the failures' edges over concrete relations, change before failure.

The ranking is section 5 of the failure catalogue: a cause must be related by a real link, be seen not later
than its effect, and not be cured before it.
"""

from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import SEVERITIES
from schemas.kubernetes import Pod, Service, Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.failures import by_id, causes_of
from stream_jobs.core.finding import EVERYWHERE, Finding, moment, summary
from stream_jobs.core.known import Known
from stream_jobs.core.links import WORKLOADS, words
from stream_jobs.core.twins import twin_of

SKEW = timedelta(seconds=60)  # clocks of nodes and API server may differ, and reports come late
CURE = timedelta(minutes=10)  # an effect may show this long after its cause is over (back-off, taint timers)

Rank = tuple[int, bool, int, int, int, float, str, str]


def cause_of(cell: Cell, mark: str) -> str | None:
    """Return the id of the anomaly that best explains this one; None where it is its own root."""
    findings = cell.marks[mark]
    first = next(iter(findings.values()))
    wanted = causes_of().get(first.failure, frozenset())
    fitting: set[tuple[Rank, str]] = set()
    for uid, finding in findings.items():
        for distance, candidate in _candidates(cell, uid, finding):
            other = _told_here(cell, candidate, uid)
            if candidate == mark or _spares(cell, uid, finding, candidate):
                continue
            early = distance == 0 or _may_be_older(cell, candidate, other)
            if not _explains(other, first, wanted, early=early):
                continue
            fitting.add((_rank(other, first, distance, candidate), candidate))
    if not fitting:
        return twin_of(cell, mark)
    rank, best = min(fitting)
    # No step between them that was over by then, where the cause was not.
    as_new = (each for each in fitting if each[0][1] <= rank[1])
    return min((each for each in as_new if _lies_between(cell, best, each[1])), default=(None, best))[1]


def _lies_between(cell: Cell, cause: str, candidate: str) -> bool:
    """Whether the candidate is what the cause looks like on the same object: the path tells it too."""
    here, there = summary(cell, cause), summary(cell, candidate)
    same = cell.marks[cause].keys() == cell.marks[candidate].keys()
    return (
        same and there.failure in by_id()[here.failure].leads_to and by_id()[there.failure].role == "symptom"
    )


def _spares(cell: Cell, uid: str, finding: Finding, candidate: str) -> bool:
    """Whether the findings themselves say that the candidate is no cause of this one.

    What a finding hits is its effect, and where an owner's finding names whom it hits, it spares the others.
    Of two that may each be the other's cause, the one that says where its cause lies is the effect.
    """
    judged = cell.marks[candidate]
    leads_to = by_id()[finding.failure].leads_to
    if any(uid in each.about and each.failure in leads_to for each in judged.values()):
        return True
    if judged.keys() <= set(finding.hits) and not _about_others(cell, candidate):
        return True
    hits = {hit for each in judged.values() for hit in each.hits}
    known = cell.objects.get(uid)
    if not hits or uid in hits or known is None:
        return False
    owners = [owner.uid for owner in cell.owners(known)]
    return any(owner in judged for owner in owners) or _did(cell, {uid, *owners}, candidate)


def _about_others(cell: Cell, candidate: str) -> bool:
    """Whether the candidate was found at its victims, and is told with a third object as subject."""
    subjects = [each.subject for each in cell.marks[candidate].values()]
    return all(each is not None and each.uid not in ("", *cell.marks[candidate]) for each in subjects)


def _did(cell: Cell, family: set[str], candidate: str) -> bool:
    """Whether the candidate is what one of these did to others, and is told with it as subject."""
    for judged, finding in cell.marks[candidate].items():
        subject = cell.by_ref(finding.subject) if finding.subject is not None else None
        known = cell.objects.get(judged)
        if subject is None or known is None or subject.uid not in family:
            return False
        if subject.uid in (judged, *(each.uid for each in cell.owners(known))):
            return False
    return True


def _told_here(cell: Cell, mark: str, uid: str) -> Finding:
    """What an anomaly that hits many says of this object; else the finding that stands for all of them."""
    return cell.marks[mark].get(uid) or summary(cell, mark)


def root_of(cell: Cell, mark: str) -> tuple[str, ...]:
    """Return the chain of anomalies from the root to this one."""
    chain = [mark]
    while (cause := cell.causes.get(chain[-1])) is not None and cause in cell.marks and cause not in chain:
        chain.append(cause)
    return tuple(reversed(chain))


def _may_be_older(cell: Cell, mark: str, finding: Finding) -> bool:
    """Whether it was so when the object was first seen, long after it was made: since when is not known."""
    judged = [cell.objects[uid] for uid, each in cell.marks[mark].items() if each == finding]
    return any(
        known.first_seen == finding.since and known.created is not None and known.created < known.first_seen
        for known in judged
    )


def _explains(cause: Finding, effect: Finding, wanted: frozenset[str], *, early: bool) -> bool:
    if cause.failure not in wanted:
        return False
    if cause.since is None or effect.since is None:
        return True
    if cause.since > effect.since + SKEW and not early:
        return False
    return cause.until is None or cause.until + CURE >= effect.since


def _rank(finding: Finding, effect: Finding, distance: int, candidate: str) -> Rank:
    """Sort key of causes, best first: on the object itself, not over by then, severe, near, early."""
    failure = by_id()[finding.failure]
    severity = SEVERITIES.index(finding.severity or failure.severity)
    chained = 0 if failure.role == "symptom" else 1
    over = finding.until is not None and effect.since is not None and finding.until < effect.since
    when = moment(finding.since)
    return (min(distance, 1), over, severity, distance, chained, when, finding.says, candidate)


def _candidates(cell: Cell, uid: str, finding: Finding) -> Iterator[tuple[int, str]]:
    """Yield (distance, anomaly id) at every place that is related to the finding."""
    seen: set[str] = set()
    for distance, place in _places(cell, uid, finding):
        if place in seen:
            continue
        seen.add(place)
        for candidate in cell.marks_at.get(place, ()):
            yield distance, candidate


def _places(cell: Cell, uid: str, finding: Finding) -> Iterator[tuple[int, str]]:
    yield 0, uid
    for about in finding.about:
        yield 1, cell.names.get(about, about)
    if finding.subject is not None:
        subject = cell.by_ref(finding.subject)
        if subject is not None:
            yield 1, subject.uid
    known = cell.objects.get(uid)
    if known is None:
        return
    yield from ((2, each.uid) for each in cell.descendants(known))
    yield from ((3, each.uid) for each in cell.owners(known))
    yield from ((3, each.uid) for each in cell.uses(known) if not _serves(known, each))
    home = cell.homes.get(uid)
    if home:
        yield from ((4, member) for member in sorted(cell.members.get(home[0], ())))
    yield from ((5, each.uid) for each in talks_to(cell, known))
    yield 6, EVERYWHERE


def talks_to(cell: Cell, known: Known) -> Iterator[Known]:
    """Yield the workloads behind the Services that a pod's command, arguments or environment name."""
    if not isinstance(known.view, Pod):
        return
    for word in sorted(words(known.view)):
        service = cell.by_name("Service", known.namespace, word)
        if service is None:
            continue
        if _serves(known, service):
            continue
        yield service
        selector = service.view.spec.selector if isinstance(service.view, Service) else None
        for key in WORKLOADS:
            workload = cell.by_name(key, known.namespace, word)
            if workload is not None and selects(selector, workload):
                yield workload


def _serves(known: Known, service: Known) -> bool:
    """Whether the pod stands behind the Service itself: then it does not need it."""
    selector = service.view.spec.selector if isinstance(service.view, Service) else None
    return bool(selector) and all(known.labels.get(key) == value for key, value in (selector or {}).items())


def selects(selector: dict[str, str] | None, workload: Known) -> bool:
    """Whether a Service's selector takes the pods of a workload."""
    view = workload.view
    if not isinstance(view, Workload) or view.spec.template is None or not selector:
        return False
    labels = view.spec.template.metadata.labels or {}
    return all(labels.get(key) == value for key, value in selector.items())
