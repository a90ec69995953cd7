"""A cluster of many thousand pods, made from the real ones of a recording: other names, same shapes."""

import re
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.codec import decode_line, encode
from schemas.contracts import Change, Input, Progress
from tests.support.recordings import inputs

RECORDING = "scale-churn"  # 480 pods of 40 Jobs on simulated nodes, in namespaces group-00 to group-03
NAMESPACE = re.compile(rb'"group-')
UID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ENDED = re.compile(
    rb'"phase":"(?:Succeeded|Failed)"|"type":"(?:Complete|SuccessCriteriaMet|Failed|FailureTarget)"'
)
TIME = re.compile(rb'"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)((?:\.\d+)?Z)"')
PODS = 480
LATER = timedelta(minutes=4)  # each group of 480 than the one before: the recording is as long


def base() -> Iterator[Input]:
    """What is there before the crowd comes: nodes, accounts, Progress."""
    return (each for each in inputs(RECORDING) if not _is_work(each))


def crowd(pods: int) -> Iterator[Input]:
    """All changes of so many pods, of their Jobs and events; every second group of 480 never ends."""
    lines = [encode(each) for each in inputs(RECORDING) if _is_work(each) or isinstance(each, Progress)]
    for group in range(-(-pods // PODS)):
        for line in lines:
            if group % 2 == 0 or not ENDED.search(line):
                yield decode_line(_renamed(line, group))


def _is_work(given: Input) -> bool:
    return isinstance(given, Change) and given.namespace.startswith("group-")


def _renamed(line: bytes, group: int) -> bytes:
    """The same in another namespace, of other objects, and later."""

    def later(found: re.Match[bytes]) -> bytes:
        at = datetime.fromisoformat(found[1].decode()) + LATER * (group + 1)
        return f'"{at.isoformat()}'.encode() + found[2] + b'"'

    moved = TIME.sub(later, NAMESPACE.sub(f'"crowd-{group:03}-'.encode(), line))
    return UID.sub(lambda found: str(uuid.uuid5(uuid.NAMESPACE_OID, f"{group}/{found[0]!r}")).encode(), moved)
