"""An API server that plays recordings: discovery, lists with pages, watches with bookmarks, and faults.

`python -m tests.support.api_server FILE... --port N` prints its address, plays, prints "delivered" when the
client has taken every line, and serves on until it is ended.
"""

import argparse
import asyncio
import base64
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec
import orjson
from aiohttp import web

from tests.support.loopback import serve
from tests.support.script import Part, Segment, Step, write_script

_TYPE_HEAD = re.compile(rb'^\{"(?:kind|apiVersion)":"[^"]*","(?:kind|apiVersion)":"[^"]*",')
_PATH = re.compile(
    r"/(?:api|apis/(?P<group>[^/]+))/(?P<version>v[^/]+)(?:/namespaces/(?P<namespace>[^/]+))?/(?P<resource>[^/]+)"
)


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """What goes wrong once, with one list or watch of a resource.

    `status`: this is the answer. `after`: so many lines are sent, then the watch breaks in the middle of the
    next one (behind the first byte of `inside`, where that is given), or with `error` an ERROR event of this
    code ends it, or with `hang` it falls silent. `missed`: so many lines happen unseen before anything else.
    """

    status: int = 0
    retry_after: str = ""
    after: int = -1
    inside: bytes = b""
    error: int = 0
    hang: bool = False
    missed: int = 0


class Playing(msgspec.Struct):
    """How far one resource's part was played for the clients of one namespace."""

    part: Part
    namespace: str
    number: int = 0  # of the segment
    sent: int = 0  # steps of it
    listed: bool = False  # its list was read to the end

    @property
    def segment(self) -> Segment:
        """The list and watch that is being played."""
        return self.part.segments[self.number]

    @property
    def is_last(self) -> bool:
        """Whether no other list follows."""
        return self.number + 1 == len(self.part.segments)

    @property
    def is_over(self) -> bool:
        """Whether every step of the segment was sent."""
        return self.sent >= len(self.segment.steps)

    @property
    def version(self) -> int:
        """The resource version of what was played so far."""
        return self.segment.steps[self.sent - 1].version if self.sent else self.segment.version

    def go_on(self) -> bool:
        """Begin the next segment where this one was listed and watched to its end; say whether it was."""
        if self.is_last or not (self.listed and self.is_over):
            return False
        self.number, self.sent, self.listed = self.number + 1, 0, False
        return True

    def state(self) -> list[Step]:
        """Return the objects as a list shows them now."""
        found = {step.uid: step for step in self.segment.items}
        for step in self.segment.steps[: self.sent]:
            if step.line and step.line.type in ("ADDED", "MODIFIED"):
                found[step.uid] = step
            elif step.line and step.line.type == "DELETED":
                found.pop(step.uid, None)
        return [step for step in found.values() if not self.namespace or step.namespace == self.namespace]

    def next_steps(self, position: int) -> Iterator[tuple[int, Step]]:
        """Yield (number, step) of what a client at this resource version has not seen."""
        for number, step in enumerate(self.segment.steps):
            foreign = self.namespace and step.line and step.namespace != self.namespace
            if (step.version > position or number >= self.sent) and not foreign:
                yield number, step


class ApiServer:
    """Serves recordings of one cluster over HTTP, on loopback; an asynchronous context manager.

    Each line carries the time at which the recorder saw it. The next list of a resource is served after
    everything before it was watched; then the old watch is refused with 410. `delivered` is set when every
    resource's last line was taken: the client came back for what is after it.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        port: int = 0,
        recorded_time: bool = True,
        lines_per_second: float = 0,
    ) -> None:
        self.parts = write_script(paths)
        self.delivered = asyncio.Event()
        self.hanging = asyncio.Event()  # a watch fell silent; whoever waits for it clears it
        self.requests: list[str] = []  # paths with queries, in order
        self.address = ""
        self.token = ""  # where set, only requests that bear it are answered
        self._port = port
        self._recorded_time = recorded_time
        self._pause = 1 / lines_per_second if lines_per_second else 0.0  # after each line of a watch
        self._playing: dict[tuple[str, str, str], Playing] = {}
        self._faults: dict[tuple[str, str], list[Fault]] = defaultdict(list)
        self.taken: set[tuple[str, str]] = set()  # group and resource of what was played to its end
        self._closing = asyncio.Event()
        self._asked = asyncio.Condition()
        self._serving = AsyncExitStack()

    async def __aenter__(self) -> "ApiServer":
        app = web.Application()
        app.router.add_get("/{path:.*}", self._answer)
        self.address = await self._serving.enter_async_context(serve(app, self._port))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._serving.aclose()

    def fail(self, resource: str, verb: str, fault: Fault) -> None:
        """Let the next "list" or "watch" of a resource go wrong; several are taken in order."""
        self._faults[resource, verb].append(fault)

    async def asked(self, text: str, times: int) -> None:
        """Wait until so many requests had this text in their path or query."""
        async with self._asked:
            await self._asked.wait_for(lambda: sum(text in each for each in self.requests) >= times)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        async with self._asked:
            self.requests.append(request.path_qs)
            self._asked.notify_all()
        if self.token and request.headers.get("Authorization", "").lower() != f"bearer {self.token}":
            return _status(401, "Unauthorized", "Unauthorized")
        document = self._discovery(request.path)
        if document is not None:
            return web.Response(body=orjson.dumps(document), headers={"Content-Type": "application/json"})
        found = _PATH.fullmatch(request.path)
        part = self.parts.get((found["group"] or "", found["resource"])) if found else None
        if found is None or not self._serves(found["group"] or "", found["version"]):
            return web.Response(status=404, text="404 page not found\n")
        if part is None or part.version != found["version"]:
            return _status(404, "NotFound", "the server could not find the requested resource")
        playing = self._playing.setdefault(
            (part.group, part.resource, found["namespace"] or ""), Playing(part, found["namespace"] or "")
        )
        watching = request.query.get("watch") in ("true", "1")
        faults = self._faults[part.resource, "watch" if watching else "list"]
        fault = faults.pop(0) if faults else Fault()
        playing.sent += fault.missed
        if fault.status:
            return _status(fault.status, "Fault", "a fault was asked for", fault.retry_after)
        return await self._watch(request, playing, fault) if watching else self._list(request, playing)

    # --- discovery ----------------------------------------------------------------------------------------

    def _discovery(self, path: str) -> dict[str, object] | None:
        groups = sorted({(part.group, part.version) for part in self.parts.values() if part.group})
        if path == "/api":
            return {"kind": "APIVersions", "versions": ["v1"]}
        if path == "/apis":
            return {"kind": "APIGroupList", "groups": [_group(group, version) for group, version in groups]}
        _, _, rest = path.partition("/api/")
        if rest == "v1":
            return self._resources("", "v1")
        group, _, version = path.removeprefix("/apis/").partition("/")
        return self._resources(group, version) if (group, version) in groups else None

    def _serves(self, group: str, version: str) -> bool:
        return (group, version) == ("", "v1") or any(
            (part.group, part.version) == (group, version) for part in self.parts.values()
        )

    def _resources(self, group: str, version: str) -> dict[str, object]:
        served = [
            {
                "name": part.resource,
                "singularName": "",
                "namespaced": part.namespaced,
                "kind": part.kind,
                "verbs": ["get", "list", "watch"],
            }
            for part in self.parts.values()
            if (part.group, part.version) == (group, version)
        ]
        status = {
            "name": "pods/status",
            "namespaced": True,
            "kind": "Pod",
            "verbs": ["get", "patch", "update"],
        }
        return {"kind": "APIResourceList", "resources": [*served, *([] if group else [status])]}

    # --- list ---------------------------------------------------------------------------------------------

    def _list(self, request: web.Request, playing: Playing) -> web.StreamResponse:
        start, of_version = _read_token(request.query.get("continue", ""))
        asks_for_version = request.query.get("limit") == "1"  # and for no objects
        if not of_version and not asks_for_version:
            playing.go_on()
        items, version = playing.state(), playing.version
        if of_version and of_version != version:
            return _status(
                410, "Expired", "this token is too old", metadata={"continue": _token(start, version)}
            )
        limit = int(request.query.get("limit", "0")) or len(items)
        page, left = items[start : start + limit], max(0, len(items) - start - limit)
        metadata: dict[str, object] = {"resourceVersion": str(version)}
        if left:
            metadata |= {"continue": _token(start + limit, version), "remainingItemCount": left}
        playing.listed = playing.listed or not (left or asks_for_version)
        body = self._page(playing, metadata, page, _wants_metadata(request))
        return web.Response(body=body, headers={"Content-Type": "application/json"})

    def _page(
        self, playing: Playing, metadata: dict[str, object], page: list[Step], metadata_only: bool
    ) -> bytes:
        """Items of a list lack kind and apiVersion, as of a real server; bare metadata has them."""
        part, segment = playing.part, playing.segment
        bodies = [bytes(step.line.object) for step in page if step.line]
        if metadata_only:
            items = b",".join(_metadata_of(body) for body in bodies)
        else:
            items = b",".join(_TYPE_HEAD.sub(b"{", body) for body in bodies)
        group_version = f"{part.group}/{part.version}" if part.group else part.version
        head: dict[str, object] = {
            "kind": "PartialObjectMetadataList" if metadata_only else f"{part.kind}List",
            "apiVersion": "meta.k8s.io/v1" if metadata_only else group_version,
            "metadata": metadata,
        }
        if self._recorded_time:
            head["at"] = [step.at for step in page]
            if "continue" not in metadata:
                head["until"] = segment.steps[playing.sent - 1].at if playing.sent else segment.ended
        return orjson.dumps(head)[:-1] + b',"items":[' + items + b"]}"

    # --- watch --------------------------------------------------------------------------------------------

    async def _watch(self, request: web.Request, playing: Playing, fault: Fault) -> web.StreamResponse:
        position = int(request.query.get("resourceVersion") or 0)
        over = position >= playing.version and playing.go_on()
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        if over or position < playing.segment.version:
            text = f"too old resource version: {position} ({playing.version})"
            await response.write(_event("ERROR", _failure(410, "Expired", text)))
            return response
        if playing.is_over and playing.is_last and position >= playing.version:
            self._take(playing)
            await self._closing.wait()
            return response
        try:
            await self._play(request, response, playing, fault)
        except ConnectionError:
            return response  # the client left
        return response

    def _take(self, playing: Playing) -> None:
        self.taken.add((playing.part.group, playing.part.resource))
        if len(self.taken) == len(self.parts):
            self.delivered.set()

    async def _play(
        self, request: web.Request, response: web.StreamResponse, playing: Playing, fault: Fault
    ) -> None:
        position = int(request.query.get("resourceVersion") or 0)
        for count, (number, step) in enumerate(list(playing.next_steps(position))):
            text = self._line(playing.part, step, _wants_metadata(request))
            if count == fault.after:
                await self._break(response, text, fault)
                return
            playing.sent = max(playing.sent, number + 1)
            await response.write(text)
            if self._pause:
                await asyncio.sleep(self._pause)
            if step.line and step.line.type == "ERROR":
                return
        if fault.after >= 0:
            await self._break(response, b"", fault)

    async def _break(self, response: web.StreamResponse, text: bytes, fault: Fault) -> None:
        if fault.hang:
            self.hanging.set()
            await self._closing.wait()
        elif fault.error:
            await response.write(_event("ERROR", _failure(fault.error, "Fault", "asked for")))
        else:
            middle = text.find(fault.inside) + 1 if fault.inside else len(text) // 2
            await response.write(text[:middle])
            assert response._req is not None  # noqa: SLF001 - nothing public aborts a connection
            assert response._req.transport is not None  # noqa: SLF001
            await asyncio.sleep(0)
            response._req.transport.close()  # noqa: SLF001

    def _line(self, part: Part, step: Step, metadata_only: bool) -> bytes:
        if step.line is None:
            group_version = f"{part.group}/{part.version}" if part.group else part.version
            body = orjson.dumps(
                {
                    "kind": part.kind,
                    "apiVersion": group_version,
                    "metadata": {"resourceVersion": str(step.version)},
                }
            )
            told = {"type": "BOOKMARK"} | ({"until": step.at} if self._recorded_time else {})
        else:
            body = bytes(step.line.object)
            body = _metadata_of(body) if metadata_only and step.line.type != "ERROR" else body
            told = {"type": step.line.type} | ({"at": step.at} if self._recorded_time else {})
        return orjson.dumps(told)[:-1] + b',"object":' + body + b"}\n"


def _group(group: str, version: str) -> dict[str, object]:
    served = {"groupVersion": f"{group}/{version}", "version": version}
    return {"name": group, "versions": [served], "preferredVersion": served}


def _failure(code: int, reason: str, message: str, metadata: object = None) -> dict[str, object]:
    body: dict[str, object] = {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": metadata or {},
        "status": "Failure",
        "message": message,
        "reason": reason,
        "code": code,
    }
    return body | ({"details": {}} if code == 404 else {})


def _status(
    code: int, reason: str, message: str, retry_after: str = "", metadata: object = None
) -> web.Response:
    body, headers = _failure(code, reason, message, metadata), {"Content-Type": "application/json"}
    more = {"Retry-After": retry_after} if retry_after else {}
    return web.Response(body=orjson.dumps(body), status=code, headers=headers | more)


def _event(sign: str, body: object) -> bytes:
    return orjson.dumps({"type": sign, "object": body}) + b"\n"


def _wants_metadata(request: web.Request) -> bool:
    return "as=PartialObjectMetadata" in request.headers.get("Accept", "")


def _metadata_of(body: bytes) -> bytes:
    metadata = orjson.loads(body)["metadata"]
    return orjson.dumps(
        {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": metadata}
    )


def _token(start: int, version: int) -> str:
    return base64.urlsafe_b64encode(f"{start}/{version}".encode()).decode()


def _read_token(token: str) -> tuple[int, int]:
    if not token:
        return 0, 0
    start, _, version = base64.urlsafe_b64decode(token).decode().partition("/")
    return int(start), int(version)


async def _serve(paths: Sequence[Path], port: int) -> None:
    async with ApiServer(paths, port) as server:
        sys.stdout.write(f"{server.address}\n")
        sys.stdout.flush()
        await server.delivered.wait()
        sys.stdout.write("delivered\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Play the recordings named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    try:
        asyncio.run(_serve(arguments.files, arguments.port))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
