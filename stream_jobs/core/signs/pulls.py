"""Why an image could not be pulled: what the registry, or the way to it, said."""

import re
from collections.abc import Iterator
from typing import Literal

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.signs.complaints import Complaint, Source, complaints
from stream_jobs.core.signs.messages import without_quotes

Answer = Literal["rate limited", "unauthorized", "unreachable", "platform", "not found", "other", ""]
UNAVAILABLE = "RegistryUnavailable"
WAITS = frozenset({"ErrImagePull", "ImagePullBackOff", UNAVAILABLE})
PULLED = frozenset({"Failed", "BackOff"})  # reasons of the kubelet's events
TOLD = re.compile(
    r"^(?:Failed to pull image|Back-off pulling image|Error: ErrImagePull|Error: ImagePullBackOff)"
)
TELLS_NOTHING = re.compile(r"^(?:Error: )?(?:Back-off pulling image \S*|ErrImagePull|ImagePullBackOff)$")

# In this order: a limit is told with a status beside it, and a refusal on Docker Hub also says "not exist".
ANSWERS: tuple[tuple[Answer, re.Pattern[str]], ...] = (
    ("rate limited", re.compile(r"toomanyrequests|429 Too Many Requests|pull rate limit|pull QPS exceeded")),
    (
        "unauthorized",
        re.compile(
            r"pull access denied|401 Unauthorized|403 Forbidden|authorization failed|insufficient_scope"
            r"|no basic auth credentials|denied: |unauthorized: ",
            re.IGNORECASE,
        ),
    ),
    (
        "unreachable",
        re.compile(
            r"dial tcp|i/o timeout|no such host|connection refused|connection reset|x509:"
            r"|TLS handshake timeout|context deadline exceeded|\bEOF\b"
            r"|5\d\d (?:Bad Gateway|Service Unavailable|Gateway Time-?out)"
            rf"|{UNAVAILABLE}|no route to host|network is unreachable"
        ),
    ),
    ("platform", re.compile(r"no match(?:ing manifest)? for (?:platform|\S+/\S+ in)")),
    (
        "not found",
        re.compile(r"manifest unknown|: not found|NotFound|no such manifest|name unknown|NAME_UNKNOWN"),
    ),
)


def answer(message: str) -> Answer:
    """Return what a message about a pull tells of its failure; "" where it tells nothing of it."""
    said = without_quotes(message)
    found = next((name for name, pattern in ANSWERS if pattern.search(said)), None)
    if found is not None:
        return found
    return "" if TELLS_NOTHING.search(said) else "other"


ANSWERED = Source(WAITS, PULLED, TOLD, answer)
ANY = Source(WAITS, PULLED, TOLD, lambda _: "pull")


def pulls(known: Known, cell: Cell, wanted: Answer) -> Iterator[Complaint]:
    """Yield the pod's failed pulls that were answered so."""
    return (each for each in complaints(known, cell, ANSWERED) if each.key == wanted)
