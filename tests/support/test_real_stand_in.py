"""The API server that plays recordings answers as the real one does: status, headers, bodies, streams."""

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import orjson
import pytest

from collectors.resource import Resource
from tests.collectors.tapes import end, line, write
from tests.support.api_server import ApiServer
from tests.support.real_api.server import RealApi, make_real_api

HOME = "/api/v1/namespaces/team-a"
PODS = Resource(resource="pods", kind="Pod")
SECRETS = Resource(resource="secrets", kind="Secret")
POD = {"spec": {"containers": [{"name": "main", "image": "example.com/train:1"}]}}
JSON = "application/json"
METADATA = "application/json;as=PartialObjectMetadata{};g=meta.k8s.io;v=v1"


class Answer(msgspec.Struct):
    status: int
    headers: dict[str, str]
    lines: list[bytes]

    @property
    def body(self) -> Any:
        return orjson.loads(b"".join(self.lines))

    @property
    def frame(self) -> tuple[int, str, bool]:
        """What a client depends on besides the body."""
        return self.status, self.headers["Content-Type"], "Retry-After" in self.headers

    @property
    def streams(self) -> bool:
        """Whether the body comes in chunks, as of a watch and of large lists."""
        return self.headers.get("Transfer-Encoding") == "chunked"


class Client:
    """Asks one of both servers."""

    def __init__(self, session: aiohttp.ClientSession, address: str, token: str) -> None:
        self._session, self._address, self._token = session, address, token

    async def get(self, path: str, *, token: str = "", accept: str = JSON, lines: int = 0) -> Answer:
        """Return the answer; of a stream so many lines."""
        headers = {"Authorization": f"Bearer {token or self._token}", "Accept": accept}
        async with self._session.get(self._address + path, headers=headers, ssl=_unverified()) as response:
            if lines:
                content = [await response.content.readline() for _ in range(lines)]
            else:
                content = [await response.read()]
            return Answer(response.status, dict(response.headers), content)

    async def play(self, old: str) -> dict[str, Answer]:
        """List in pages and watch while everything is known."""
        pods = f"{HOME}/pods"
        found = {"page": await self.get(f"{pods}?limit=3")}
        self.token = found["page"].body["metadata"]["continue"]
        found["last page"] = await self.get(f"{pods}?limit=3&continue={self.token}")
        found["whole"] = await self.get(pods)
        found["secrets"] = await self.get(f"{HOME}/secrets", accept=METADATA.format("List"))
        return found

    async def watch(self, version: str) -> dict[str, Answer]:
        query = f"watch=true&resourceVersion={version}&timeoutSeconds=5"
        return {
            "watch": await self.get(f"{HOME}/pods?{query}", lines=2),
            "secrets' watch": await self.get(f"{HOME}/secrets?{query}", accept=METADATA.format(""), lines=1),
        }

    async def complain(self, version: str) -> dict[str, Answer]:
        """Ask for what is gone, what never was, and without the right to."""
        watch = f"watch=true&resourceVersion={version}&timeoutSeconds=5"
        return {
            "old token": await self.get(f"{HOME}/pods?limit=3&continue={self.token}"),
            "old version": await self.get(f"{HOME}/pods?{watch}", lines=1),
            "unknown kind": await self.get(f"{HOME}/trainings"),
            "unknown group": await self.get("/apis/nothing.example.com/v1/things"),
            "unknown path": await self.get("/nothing"),
            "wrong token": await self.get(f"{HOME}/pods", token="wrong"),
            "versions": await self.get("/api"),
            "groups": await self.get("/apis"),
            "kinds": await self.get("/api/v1"),
        }


def _unverified() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def _change(api: RealApi) -> None:
    for path in ("pods/pod-0", "secrets/login"):
        api.call("PATCH", f"{HOME}/{path}", {"metadata": {"annotations": {"size": "Größe <5>"}}})
    api.call("DELETE", f"{HOME}/pods/pod-1", {"gracePeriodSeconds": 0})


def _forget(api: RealApi) -> None:
    with api.away():
        api.compact()


async def _ask_both(api: RealApi, folder: Path) -> tuple[dict[str, Answer], dict[str, Answer]]:
    api.call("POST", "/api/v1/namespaces", {"metadata": {"name": "team-a"}})
    api.call("POST", f"{HOME}/secrets", {"metadata": {"name": "login"}, "stringData": {"password": "x"}})
    for number in range(4):
        api.call("POST", f"{HOME}/pods", POD | {"metadata": {"name": f"pod-{number}"}})
    async with aiohttp.ClientSession() as session:
        client = Client(session, api.url, api.token)
        real = await client.play("1")
        version = real["whole"].body["metadata"]["resourceVersion"]
        secrets = (await client.get(f"{HOME}/secrets")).body["items"]
        _change(api)
        real |= await client.watch(version)
        whole = {"secrets": await client.get(f"{HOME}/secrets?watch=true&resourceVersion={version}", lines=1)}
        _forget(api)
        real |= await client.complain(version)
        lines = [line("LISTED", 0, PODS, _named(each, "Pod")) for each in real["whole"].body["items"]]
        lines += [end(1, PODS, int(version))]
        lines += [line("LISTED", 0, SECRETS, _named(each, "Secret")) for each in secrets]
        lines += [end(1, SECRETS, int(version))]
        for resource, stream in ((PODS, real["watch"]), (SECRETS, whole["secrets"])):
            events = [orjson.loads(each) for each in stream.lines]
            lines += [line(each["type"], 2, resource, each["object"]) for each in events]
        async with ApiServer([write(folder / "a.jsonl", lines)], recorded_time=False) as server:
            server.token = "right"
            client = Client(session, server.address, "right")
            played = await client.play("1")
            played |= await client.watch(version)
            played |= await client.complain("1")
    return real, played


def _named(item: dict[str, Any], kind: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, **item}


Both = tuple[dict[str, Answer], dict[str, Answer]]


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    with make_real_api() as api:
        yield asyncio.run(_ask_both(api, tmp_path_factory.mktemp("both")))


def _gist(answer: Answer) -> Any:
    """The body without what each server makes up: page tokens and the wording of errors."""
    body = answer.body
    if body["kind"] == "Status":
        assert body.pop("message")
    if "continue" in body["metadata"]:
        body["metadata"]["continue"] = "a token"
    return body


@pytest.mark.parametrize("question", ["page", "last page", "whole", "secrets"])
def test_lists_are_the_same(both: Both, question: str) -> None:
    real, played = (each[question] for each in both)
    assert played.frame == real.frame
    assert _gist(played) == _gist(real)
    assert list(played.body) == list(real.body)


@pytest.mark.parametrize("question", ["watch", "secrets' watch"])
def test_streams_are_the_same(both: Both, question: str) -> None:
    real, played = (each[question] for each in both)
    assert (played.frame, played.streams, real.streams) == (real.frame, True, True)
    for ours, theirs in zip(played.lines, real.lines, strict=True):
        assert orjson.loads(ours) == orjson.loads(theirs)  # they write < as \u003c
        assert ours[:40] == theirs[:40]
        assert (ours[-3:], ours.count(b"\n")) == (theirs[-3:], 1)


@pytest.mark.parametrize("question", ["old token", "unknown kind", "wrong token"])
def test_refusals_are_the_same(both: Both, question: str) -> None:
    real, played = (each[question] for each in both)
    assert played.frame == real.frame
    assert _gist(played) == _gist(real)


@pytest.mark.parametrize("question", ["unknown group", "unknown path"])
def test_what_nobody_serves_is_answered_the_same(both: Both, question: str) -> None:
    real, played = (each[question] for each in both)
    assert (played.frame, played.lines) == (real.frame, real.lines)


def test_a_version_that_is_too_old_ends_the_stream_the_same(both: Both) -> None:
    real, played = (each["old version"] for each in both)
    assert played.frame == real.frame
    told = [orjson.loads(each.lines[0]) for each in (real, played)]
    messages = [each["object"].pop("message") for each in told]
    assert told[0] == told[1]
    assert all(message.startswith("too old resource version: ") for message in messages)


def test_discovery_has_the_fields_that_a_client_reads(both: Both) -> None:
    real, played = both
    for question in ("versions", "groups", "kinds"):
        assert played[question].frame == real[question].frame
        assert played[question].body["kind"] == real[question].body["kind"]
    assert played["versions"].body["versions"] == real["versions"].body["versions"]
    fields = ("name", "namespaced", "kind")
    for name in ("pods", "secrets", "pods/status"):
        kinds = [
            next(found for found in each["kinds"].body["resources"] if found["name"] == name) for each in both
        ]
        assert [kinds[1][field] for field in fields] == [kinds[0][field] for field in fields]
        assert set(kinds[1]["verbs"]) <= set(kinds[0]["verbs"])
