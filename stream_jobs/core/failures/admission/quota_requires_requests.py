"""quota-requires-requests: requests or limits are not stated, or beyond the bounds of the namespace."""

import re
from collections.abc import Iterator

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import quantity
from stream_jobs.core.signs.creations import Refused, span, told
from stream_jobs.core.signs.messages import one_line

# https://github.com/kubernetes/kubernetes, pkg/quota/v1/evaluator/core and plugin/pkg/admission/limitranger
QUOTA = re.compile(r"failed quota: (?P<quota>[^\s:,]+): must specify (?P<what>.+?)\.?$", re.DOTALL)
BOUND = re.compile(
    r"(?:maximum|minimum) [\w./-]+ usage per (?:Container|Pod|PersistentVolumeClaim) is (?P<bound>[^\s,\]]+)"
    r"|[\w./-]+ max limit to request ratio per (?:Container|Pod) is (?P<ratio>[^\s,\]]+)"
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    by_quota: dict[str, list[tuple[Refused, re.Match[str]]]] = {}
    for each, match in told(known, cell, QUOTA):
        by_quota.setdefault(match["quota"], []).append((each, match))
    for quota, found in by_quota.items():
        says = f"quota {quota} wants every container to state {one_line(_spaced(found[-1][1]['what']), 200)}"
        ref = Ref(kind="ResourceQuota", namespace=known.namespace, name=quota)
        yield _finding(known, [each for each, _ in found], says, ref)
    bounds = told(known, cell, BOUND)
    if bounds:
        newest, match = bounds[-1]
        says = one_line(newest.inner[match.start() :].rstrip("]"), 240)
        limits = _limit_range(known, cell, match["bound"] or match["ratio"])
        yield _finding(known, [each for each, _ in bounds], says, limits)


def _finding(known: Known, found: list[Refused], says: str, ref: Ref | None) -> Finding:
    since, until = span(found)
    plural = "resourcequotas" if ref is not None and ref.kind == "ResourceQuota" else "limitranges"
    now = "keeps" if until is None else "kept"
    return Finding(
        says=f"Namespace {known.namespace} {now} {known.kind} {known.name} from creating pods: {says}",
        since=since,
        until=until,
        occurrence=known.uid,
        subject=ref,
        hits=(known.uid,),
        evidence=tuple(each.evidence for each in found)[-2:],
        playbook=(f"kubectl -n {known.namespace} describe {plural}",),
    )


def _spaced(text: str) -> str:
    return re.sub(r",(?=\S)", ", ", text)


def _limit_range(known: Known, cell: Cell, bound: str) -> Ref | None:
    """The LimitRange that sets the bound, as the message names none; the only one, where there is one."""
    every = [each for each in cell.every("LimitRange") if each.namespace == known.namespace]
    every.sort(key=lambda each: not each.exists)  # one that was deleted since did it all the same
    amount = quantity(bound)
    found = [each for each in every if amount in _bounds(each)] or (every if len(every) == 1 else [])
    return Ref(kind="LimitRange", namespace=known.namespace, name=found[0].name) if found else None


def _bounds(known: Known) -> set[float]:
    return {
        quantity(text.strip('"'))
        for path, text in known.fields.items()
        if re.search(r"\.(?:max|min|maxLimitRequestRatio)\.", path)
    }


FAILURE = Failure(
    id="quota-requires-requests",
    title="Requests missing or out of bounds",
    says="In this namespace every container has to say how much CPU and memory it wants, within set bounds. "
    "These pods leave it out, or ask for more or less than is allowed, so none is created.",
    sees="The Job, ReplicaSet or workflow stays without pods; kubectl describe shows FailedCreate with "
    "'must specify', or with 'maximum memory usage per Container is'.",
    confirm=(
        "kubectl -n NAMESPACE get events --field-selector reason=FailedCreate names the field, or the bound",
        "kubectl -n NAMESPACE describe limitranges,resourcequotas lists what is asked for",
    ),
    judges=("*",),  # whatever was refused something
    severity="high",
    role="cause",
    playbook=(
        "State requests and limits for each container that the message names, also for sidecars that a "
        "webhook adds",
        "Keep them within the bounds of the LimitRange, or have it changed",
        "A LimitRange with defaults fills in what is left out",
    ),
    leads_to=(
        "controller-cannot-create-pods",
        "workflow-step-stuck-pending",
        "workflow-step-failed",
        "workflow-failed",
        "job-running-too-long",
    ),
    find=find,
)
