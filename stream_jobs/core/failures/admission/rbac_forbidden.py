"""rbac-forbidden: the identity that a run has may not do what the run needs."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from schemas.contracts import Evidence, Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import failed_exits
from stream_jobs.core.runs.workflows import Workflow, nodes_of
from stream_jobs.core.signs.messages import one_line

# A program may print the message with its quotes escaped.
MESSAGE = re.compile(
    r'is forbidden: User \\*"system:serviceaccount:(?P<namespace>[^":\\]+):(?P<name>[^"\\]+)\\*" '
    r'cannot (?P<verb>\w+) resource \\*"(?P<resource>[^"\\]+)\\*"'
    r'(?: in API group \\*"(?P<group>[^"\\]*)\\*")?(?: in the namespace \\*"(?P<where>[^"\\]+)\\*")?'
)


class Told(msgspec.Struct, frozen=True):
    """One text that says so."""

    match: re.Match[str]
    at: datetime | None
    evidence: Evidence


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    by_right: dict[str, list[Told]] = {}
    for each in _told(known, cell):
        match = each.match
        key = f"{match['namespace']}/{match['name']}/{match['verb']}/{match['resource']}"
        by_right.setdefault(key, []).append(each)
    for found in by_right.values():
        yield _finding(known, found)


def _finding(known: Known, found: list[Told]) -> Finding:
    match = found[0].match
    account = Ref(kind="ServiceAccount", namespace=match["namespace"], name=match["name"])
    where = match["where"] or known.namespace
    group = f" ({match['group']})" if match["group"] else ""
    verb, resource = match["verb"], match["resource"]
    full = f"{resource}.{match['group']}" if match["group"] else resource
    identity = f"system:serviceaccount:{account.namespace}:{account.name}"
    return Finding(
        says=f"ServiceAccount {account.name} of namespace {account.namespace} may not {verb} {resource}"
        f"{group} in namespace {where}",
        since=min((each.at for each in found if each.at is not None), default=None),
        occurrence=f"{verb}/{resource}",
        subject=account,
        hits=(known.uid,),
        evidence=tuple(each.evidence for each in found)[:2],
        playbook=(f"kubectl -n {where} auth can-i {verb} {full} --as={identity}",),
    )


def _told(known: Known, cell: Cell) -> Iterator[Told]:
    for at, who, text, versioned in _texts(known, cell):
        match = MESSAGE.search(text) if "forbidden" in text else None
        if match is not None:
            version = known.resource_version if versioned else 0
            says = f"{who}: {one_line(text)}"
            yield Told(match, at, Evidence(at=at, ref=known.ref, says=says, resource_version=version))


def _texts(known: Known, cell: Cell) -> Iterator[tuple[datetime | None, str, str, bool]]:
    """What the object's events, conditions, steps, and containers that ended badly say.

    As (time, who says it, text, whether the object's newest version shows it).
    """
    for event in cell.events(known):
        yield event.first, event.reason, event.message, False
    for turn in known.history.turns:
        yield turn.at, f"{turn.type} is {turn.status}", turn.message, False
    if isinstance(known.view, Workflow):
        for node in nodes_of(known.view).values():
            who = f"{node.shown} is {node.phase}"
            yield node.startedAt or known.first_seen, who, node.message or "", True
    if known.key == "Pod":
        for ended in failed_exits(known):
            yield ended.ended or ended.seen, f"container {ended.container}", ended.message, True


FAILURE = Failure(
    id="rbac-forbidden",
    title="Not allowed to do that",
    says="The run works under a ServiceAccount, and that one lacks a right which the run or its engine "
    "needs: to create pods, to read a Secret, to report results.",
    sees="A message of the workflow, of its controller or of the container ends in 'is forbidden: User "
    '"system:serviceaccount:…" cannot … resource …\'.',
    confirm=(
        "kubectl -n NAMESPACE auth can-i VERB RESOURCE --as=system:serviceaccount:NAMESPACE:ACCOUNT "
        "prints no",
        "kubectl -n NAMESPACE get rolebindings -o wide lists which accounts have which role",
    ),
    judges=("*",),
    severity="high",
    role="cause",
    playbook=(
        "Grant exactly this verb on exactly this resource to the ServiceAccount, by a Role and a RoleBinding",
        "Or run the step under the ServiceAccount that has the right: serviceAccountName",
        "Argo: if the main container went well and only 'wait' failed, its executor lacks the right to "
        "create workflowtaskresults",
    ),
    leads_to=(
        "controller-cannot-create-pods",
        "workflow-artifact-failed",
        "workflow-step-failed",
        "workflow-failed",
        "container-exit-error",  # the program ends with the refusal as its last words
        "pod-failed",
    ),
    find=find,
)
