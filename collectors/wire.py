"""What goes over the wire of list and watch: paths, pages of a list, lines of a watch."""

from collections.abc import AsyncGenerator
from io import BytesIO
from urllib.parse import quote

import msgspec
from aiohttp import StreamReader

from collectors.resource import Resource

GONE = 410  # the server no longer knows a resource version


class _ListMetadata(msgspec.Struct, frozen=True, gc=False):
    resourceVersion: str | None = ""
    continue_: str | None = msgspec.field(default="", name="continue")


class Page(msgspec.Struct, gc=False):
    """One page of a list. `at` and `until` come only from a server that plays a recording.

    `at` are the times at which the recorder saw the items, `until` when it saw the list's end (last page).
    """

    metadata: _ListMetadata = _ListMetadata()
    items: list[msgspec.Raw] | None = None
    kind: str = ""
    at: list[str] | None = None
    until: str = ""


class WatchEvent(msgspec.Struct, gc=False):
    """One line of a watch. A server that plays a recording adds when the recorder saw it (`at`); a bookmark
    with `until` alone says how far the recording's clock has come.
    """

    type: str
    object: msgspec.Raw
    at: str = ""
    until: str = ""


class _Metadata(msgspec.Struct, frozen=True, gc=False):
    resourceVersion: str | None = ""


class _Versioned(msgspec.Struct, gc=False):
    metadata: _Metadata = _Metadata()


class _Details(msgspec.Struct, frozen=True, gc=False):
    retryAfterSeconds: float | None = None


class Status(msgspec.Struct, gc=False):
    """What an ERROR event says."""

    code: int = 0
    reason: str | None = ""
    message: str | None = ""
    details: _Details | None = None


read_page = msgspec.json.Decoder(Page).decode
read_event = msgspec.json.Decoder(WatchEvent).decode
read_status = msgspec.json.Decoder(Status).decode
_read_version = msgspec.json.Decoder(_Versioned).decode


_PLAIN = {b'{"type":"%b"' % sign.encode(): sign for sign in ("ADDED", "MODIFIED", "DELETED")}


def split_event(line: bytes) -> tuple[str, bytes] | None:
    """Return (type, object) of a watch's line as every API server writes it; None where it is another one.

    Cutting the line costs a tenth of decoding it.
    """
    end = line.find(b',"object":')
    sign = _PLAIN.get(line[:end])
    return (sign, line[end + 10 : -2]) if sign and line.endswith(b"}}\n") else None


def resource_version(body: bytes | msgspec.Raw) -> str:
    """Return the resource version to go on from after this object."""
    return _read_version(body).metadata.resourceVersion or ""


def list_path(resource: Resource, namespace: str) -> str:
    """Return the path under which the API server lists a resource."""
    root = f"/apis/{resource.group}/{resource.version}" if resource.group else f"/api/{resource.version}"
    if namespace and resource.namespaced:
        return f"{root}/namespaces/{quote(namespace, safe='')}/{resource.resource}"
    return f"{root}/{resource.resource}"


async def lines_of(content: StreamReader) -> AsyncGenerator[list[bytes], None]:
    """Yield the whole lines that came at once, as bytes: a chunk may end inside a line or a character.

    A line that the connection's end cut off is left out; it comes again after the last whole one.
    """
    rest = b""
    async for chunk in content.iter_any():
        lines, rest = split_lines(rest, chunk)
        if whole := [line for line in lines if line.strip()]:
            yield whole


def split_lines(rest: bytes, chunk: bytes) -> tuple[list[bytes], bytes]:
    """Return the whole lines, with their ends, and what is left; `rest` is what was left before.

    BytesIO finds the ends ten times faster than bytes.split does.
    """
    lines = BytesIO(chunk).readlines() or [b""]
    lines[0] = rest + lines[0]
    return lines, b"" if lines[-1].endswith(b"\n") else lines.pop()
