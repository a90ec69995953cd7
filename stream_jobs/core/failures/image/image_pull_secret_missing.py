"""image-pull-secret-missing: the pod names a registry login that its namespace does not have."""

import re
from collections.abc import Iterator
from datetime import datetime

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.references import target
from stream_jobs.core.signs.complaints import complaints
from stream_jobs.core.signs.messages import listed, one_line, shell_word, times
from stream_jobs.core.signs.pulls import ANY, pulls
from stream_jobs.core.signs.volumes import begun_after

NAMES = re.compile(r"image pull secrets \(([^)]*)\)")


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    events = cell.events(known, "FailedToRetrieveImagePullSecret")
    names = _named(events[-1]) if events else _unseen(known, cell)
    failed = complaints(known, cell, ANY)
    if not names or (not events and not failed):
        return
    since = min([each.first for each in events] or [each.since for each in failed])
    ends = [each.until for each in failed]
    started = begun_after(known, since)
    until = max((each for each in ends if each is not None), default=started) if all(ends) else None
    yield Finding(
        says=f"Pod {known.name} logs in to the registry with Secret {listed(names)}, which namespace "
        f"{known.namespace} {'does' if until is None else 'did'} not have",
        since=since,
        until=max(until, since) if until else None,
        about=tuple(target("Secret", known.namespace, each) for each in names),
        # a public or cached image needs no login, and one that does not exist is not had by any
        severity="high" if any(pulls(known, cell, "unauthorized")) else "low",
        evidence=_evidence(known, events, since, names),
        playbook=(f"See which there are: kubectl -n {shell_word(known.namespace)} get secrets",),
    )


def _named(event: Sighting) -> list[str]:
    told = NAMES.search(event.message)
    return [one_line(each, 253) for each in told[1].split(", ") if each] if told else []


def _unseen(known: Known, cell: Cell) -> list[str]:
    """Logins that are not there although no event is left, of a pod that the registry refused."""
    if not cell.complete("Secret", known.namespace) or not any(pulls(known, cell, "unauthorized")):
        return []
    wanted = [each.name for each in pod_view(known).spec.imagePullSecrets or () if each.name]
    held = {each: cell.by_name("Secret", known.namespace, each) for each in wanted}
    return [name for name, secret in held.items() if secret is None or not secret.exists]


def _evidence(
    known: Known, events: list[Sighting], since: datetime, names: list[str]
) -> tuple[Evidence, ...]:
    if not events:
        return (seen(known, since, f"spec.imagePullSecrets names {listed(names)}: no such Secret"),)
    newest = events[-1]
    return (seen(known, since, f"{newest.reason}{times(newest.count)}: {one_line(newest.message)}"),)


FAILURE = Failure(
    id="image-pull-secret-missing",
    title="Registry login missing",
    says="The pod is to log in to the image registry with a Secret that its namespace does not have. It then "
    "asks without a login, and gets only public images.",
    sees="The pod's events show FailedToRetrieveImagePullSecret, often before ErrImagePull.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.imagePullSecrets[*].name}' names the login",
        "kubectl -n NAMESPACE get secret NAME answers NotFound",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Create the Secret in this namespace (kubectl create secret docker-registry), or correct the name",
        "The name may come from the pod's ServiceAccount: look at its imagePullSecrets, too",
    ),
    leads_to=("image-pull-unauthorized", "image-pull-failed"),
    find=find,
)
