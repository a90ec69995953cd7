"""What changes without telling anybody anything: heartbeats, renewed leases, leader elections."""

import re
from datetime import datetime
from zlib import adler32, crc32

from schemas.contracts import Change

# Their order differs between list and watch.
_HEAD = re.compile(rb'\{"(?:kind|apiVersion)":"[^"]*","(?:kind|apiVersion)":"[^"]*",')
_VERSION = b'"resourceVersion":"'
_HEARTBEAT = re.compile(rb'"lastHeartbeatTime":(?:"[^"]*"|null),?')
_RENEWAL = re.compile(rb'"(?:renewTime|acquireTime)":"[^"]*",?')
_ELECTION = re.compile(rb'\\"(?:renewTime|acquireTime)\\":\\"[^"\\]*\\",?')  # JSON inside an annotation

_HIDDEN = frozenset({("", "secrets"), ("", "configmaps")})
_VALUES = ("data", "binaryData", "stringData")

_RENEWED: dict[tuple[str, str], re.Pattern[bytes]] = {
    ("", "nodes"): _HEARTBEAT,
    ("coordination.k8s.io", "leases"): _RENEWAL,
    ("", "configmaps"): _ELECTION,
    ("", "endpoints"): _ELECTION,
}


def digest(change: Change) -> int:
    """Return a digest of everything in the object that a person would want; the same in each process.

    Equal digests of two versions: the update is dropped. The resource version is in no digest.
    """
    before, after = _around_version(bytes(change.object))
    key = (change.group, change.resource)
    if renewed := _RENEWED.get(key):
        before, after = renewed.sub(b"", before), renewed.sub(b"", after)
    return _checksum(before, after, *map(_write, _hidden_writes(change, key)))


def _checksum(*parts: bytes) -> int:
    """Two checksums in one number of 63 bits: as fast as `hash`, which differs from process to process."""
    crc, adler = 0, 1
    for part in parts:
        crc, adler = crc32(part, crc), adler32(part, adler)
    return crc << 31 ^ adler


def _write(hidden: tuple[str, datetime | None]) -> bytes:
    manager, time = hidden
    return f"{manager} {time}\n".encode()


def _around_version(body: bytes) -> tuple[bytes, bytes]:
    head = _HEAD.match(body)
    begin = head.end() if head else 0
    start = body.find(_VERSION, begin)
    if start < 0:
        return body[begin:], b""
    return body[begin:start], body[body.find(b'"', start + len(_VERSION)) :]


def _hidden_writes(change: Change, key: tuple[str, str]) -> list[tuple[str, datetime | None]]:
    """Who wrote values that are kept back, and when: all that shows that a Secret was changed."""
    if key not in _HIDDEN or b":null" not in bytes(change.object):
        return []
    return [
        (each.manager, each.time)
        for each in change.managers
        if any(field.partition(".")[0] in _VALUES for field in each.fields)
    ]


def is_event(change: Change) -> bool:
    """Whether the object is an Event."""
    return change.resource == "events" and change.group in ("", "events.k8s.io")


def is_noise(change: Change) -> bool:
    """Whether the change says nothing by itself: Events expire after an hour, whatever happened."""
    return change.verb == "deleted" and is_event(change)
