"""quota-exceeded: a ResourceQuota of the namespace has no room for the new object."""

import re
from collections.abc import Iterator

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import quantity, say_amount
from stream_jobs.core.signs.creations import Refused, refused
from stream_jobs.core.signs.messages import listed

MESSAGE = re.compile(
    r"exceeded quota: (?P<quota>[^\s,]+), requested: (?P<requested>\S+), "
    r"used: (?P<used>\S+), limited: (?P<limited>\S+)"
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    quotas: dict[str, list[tuple[Refused, re.Match[str]]]] = {}
    for each in refused(known, cell):
        if (told := MESSAGE.search(each.inner)) is not None:
            quotas.setdefault(told["quota"], []).append((each, told))
    for quota, found in quotas.items():
        yield _finding(known, quota, found)


def _finding(known: Known, quota: str, found: list[tuple[Refused, re.Match[str]]]) -> Finding:
    newest, told = found[-1]
    until = None if any(each.until is None for each, _ in found) else newest.until
    amounts = {part: _amounts(told[part]) for part in ("requested", "used", "limited")}
    words = [
        f"{say_amount(resource, amount)} more, with "
        f"{say_amount(resource, amounts['used'].get(resource, 0))} of "
        f"{say_amount(resource, amounts['limited'].get(resource, 0))} in use"
        for resource, amount in amounts["requested"].items()
    ]
    return Finding(
        says=f"Quota {quota} of namespace {known.namespace} {'has' if until is None else 'had'} no room for "
        f"{known.kind} {known.name}: it asks for {listed(words)}",
        since=min(each.since for each, _ in found),
        until=until,
        occurrence=known.uid,
        subject=Ref(kind="ResourceQuota", namespace=known.namespace, name=quota),
        hits=(known.uid,),
        evidence=tuple(each.evidence for each, _ in found)[-2:],
        playbook=(f"kubectl -n {known.namespace} describe resourcequota {quota}",),
    )


def _amounts(text: str) -> dict[str, float]:
    """Read "requests.cpu=50m,pods=1"."""
    pairs = (part.partition("=") for part in text.rstrip(".").split(","))
    return {resource: quantity(amount) for resource, _, amount in pairs if resource}


FAILURE = Failure(
    id="quota-exceeded",
    title="Quota used up",
    says="The namespace may hold only so much (pods, CPU, memory, GPUs), and the new pod would go over it. "
    "It is created as soon as something else gives way.",
    sees="New pods do not appear; FailedCreate events, or the message of a workflow's step, "
    "say 'exceeded quota'.",
    confirm=(
        "kubectl -n NAMESPACE describe resourcequota shows what is used of what is allowed",
        "kubectl -n NAMESPACE get pods -o wide shows who uses it",
    ),
    judges=("*",),  # whatever was refused something
    severity="high",
    role="cause",
    playbook=(
        "Look for what holds the quota, and delete what is finished or no longer needed",
        "Lower the requests of the step, or ask for a larger quota",
    ),
    leads_to=(
        "controller-cannot-create-pods",
        "workflow-step-stuck-pending",
        "workflow-failed",  # a claim for the whole run was refused
        "job-running-too-long",
    ),
    find=find,
)
