"""What `kubectl get -o json` printed, as inputs: one moment of a cluster."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec
import orjson

from collectors.bodies import UnreadableObjectError
from collectors.documents import Document, DumpError, read_documents
from collectors.names import resource_of
from collectors.observe import Seen, observe
from schemas.contracts import Change, Input, Progress

__all__ = ["DumpError", "read_dump"]


def read_dump(sources: Sequence[str | Path], now: datetime, cluster: str = "dump") -> Iterator[Input]:
    """Yield each object of a dump as a listed Change of the time `now`, and Progress of the kinds that occur.

    A source is a file, a folder or `.tar.gz` of files, or "-" for standard input. Two versions of one object
    come older first. A kind that does not occur in a namespace was not collected there: there is no Progress
    of it. In a folder or archive, files without objects (logs, notes) are passed over. Raises DumpError,
    naming file and place, where a source is no dump.
    """
    changes = [
        _change(document, now, cluster) for source in sources for document in read_documents(str(source))
    ]
    if not changes:
        names = ", ".join(str(source) for source in sources)
        raise DumpError(
            f"{names}: no Kubernetes object in it; expected what `kubectl get pods,events -A -o json` prints"
        )
    yield from _older_first(changes)
    for group, resource, kind, namespace in _collected(changes):
        yield Progress(
            cluster=cluster,
            group=group,
            resource=resource,
            kind=kind,
            namespace=namespace,
            observed_at=now,
            until=now,
        )


def _collected(changes: list[Change]) -> dict[tuple[str, str, str, str], None]:
    """What was collected, as far as the dump shows: kinds, each in the namespaces in which it occurs."""
    return dict.fromkeys((each.group, each.resource, each.kind, each.namespace) for each in changes)


def _change(document: Document, now: datetime, cluster: str) -> Change:
    body = _identified(document)
    resource = resource_of(str(body.get("apiVersion") or "v1"), str(body["kind"]))
    text = _encode(document.where, body)
    seen = Seen(verb="listed", resource=resource, body=text, observed_at=now, cluster=cluster)
    try:
        change = observe(seen)
    except UnreadableObjectError as error:
        raise DumpError(f"{document.where}: {error}") from error
    if change is None:
        raise DumpError(
            f"{document.where}: expected an object with metadata.name, got a {body['kind']} without"
        )
    return change


def _encode(where: str, body: dict[str, object]) -> bytes:
    """Return the object as JSON again; what no API server sends (a number of 30 digits) is refused."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError as error:
        raise DumpError(f"{where}: expected an object of Kubernetes' JSON: {error}") from error


def _identified(document: Document) -> dict[str, object]:
    """Return the object; one that was stripped of its uid (an edited dump) is told apart by its name."""
    body = document.body
    metadata = body.get("metadata")
    if not isinstance(body.get("kind"), str) or not body["kind"] or not isinstance(metadata, dict):
        raise DumpError(f"{document.where}: expected a Kubernetes object with kind and metadata")
    if metadata.get("uid"):
        return body
    name = "/".join(
        str(part) for part in (body["kind"], metadata.get("namespace") or "", metadata.get("name"))
    )
    return {**body, "metadata": {**metadata, "uid": name}} if metadata.get("name") else body


def _older_first(changes: list[Change]) -> Iterator[Change]:
    """Yield versions of one object by resource version, at the place where the object first stood."""
    versions: dict[str, list[Change]] = {}
    for change in changes:
        versions.setdefault(change.uid, []).append(change)
    for of_one in versions.values():
        known: set[bytes] = set()
        for change in _by_version(of_one):
            if (body := bytes(change.object)) not in known:
                known.add(body)
                yield change


def _by_version(changes: list[Change]) -> list[Change]:
    """Sort by resource version; where one is missing, keep the order and number after what came before."""
    if all(change.resource_version for change in changes):
        return sorted(changes, key=lambda change: change.resource_version)
    if len(changes) == 1:
        return changes
    return [
        msgspec.structs.replace(change, resource_version=order)
        for order, change in enumerate(changes, start=1)
    ]
