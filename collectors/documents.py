"""JSON documents out of files, folders, archives and standard input, each with the place where it stood."""

import gzip
import io
import json
import sys
import tarfile
import zlib
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from pathlib import Path
from typing import Any

import msgspec
import orjson

from collectors.bundles import LOGS, kind_of_path, may_hold_objects

_READABLE = (".json", ".jsonl", ".ndjson", ".txt", ".json.gz", ".jsonl.gz")
_ARCHIVES = (".tar.gz", ".tgz", ".tar")
_SPEECH = {
    "Error from server": "kubectl printed an error in place of objects",
    "No resources found": "kubectl found no resources",
    "error:": "kubectl printed an error in place of objects",
    "Unable to connect": "kubectl could not reach the cluster",
    "The connection to the server": "kubectl could not reach the cluster",
    "NAME ": "this is kubectl's table",
}
_EXPECTED = "expected JSON as `kubectl get ... -o json` prints it"


Given = dict[str, Any] | None


class DumpError(ValueError):
    """A dump cannot be used; the message names file and place, and what was expected."""


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One Kubernetes object and where it stood: "pods.json, line 1"."""

    where: str
    body: dict[str, Any]


def read_documents(source: str) -> Iterator[Document]:
    """Yield the objects of a source: a path, or "-" for standard input. Lists are opened.

    Raises DumpError where something is no JSON, or no object of Kubernetes.
    """
    bundle = is_bundle(source)
    for name, text in _texts(source):
        if bundle and not may_hold_objects(name, text):
            continue
        given = kind_of_path(name) if bundle else None
        try:
            for line, value in _values(name, text):
                for document in _objects(f"{name}, line {line}", value, given):
                    if document.body.get("kind") or not bundle:  # its notes about itself are no objects
                        yield document
        except RecursionError as error:
            raise DumpError(f"{name}: {_EXPECTED}, got JSON that is nested too deeply") from error


def is_bundle(source: str) -> bool:
    """Whether a source is many files, not all of which need to hold objects."""
    return source != "-" and (source.endswith(_ARCHIVES) or Path(source).is_dir())


def _texts(source: str) -> Iterator[tuple[str, bytes]]:
    if source == "-":
        yield "standard input", sys.stdin.buffer.read()
        return
    path = Path(source)
    try:
        yield from _files(path)
    except (OSError, EOFError, tarfile.TarError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or error
        raise DumpError(f"{source}: cannot be read: {reason}") from error


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    if path.is_dir():
        yield from _folder(path)
    elif path.name.endswith(_ARCHIVES):
        yield from _archive(path)
    else:
        yield str(path), _unpacked(path.name, path.read_bytes())


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and file.name.endswith(_READABLE)]
    if not files:
        raise DumpError(f"{path}: no file in it ends in .json, .jsonl or .txt; {_EXPECTED}")
    for file in files:
        yield str(file), _unpacked(file.name, file.read_bytes())


def _archive(path: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(path) as archive:
        for member in archive:
            stored = archive.extractfile(member) if member.isfile() else None
            if stored and member.name.endswith(_READABLE):
                yield f"{path}:{member.name}", _unpacked(member.name, stored.read())


def _unpacked(name: str, stored: bytes) -> bytes:
    return gzip.GzipFile(fileobj=io.BytesIO(stored)).read() if name.endswith(".gz") else stored


def _values(name: str, text: bytes) -> Iterator[tuple[int, Any]]:
    """Yield each JSON value with the line on which it begins."""
    if not text.strip():
        return
    try:
        yield 1, orjson.loads(text)
    except orjson.JSONDecodeError:
        yield from _one_after_another(name, text)


def _one_after_another(name: str, stored: bytes) -> Iterator[tuple[int, Any]]:
    try:
        text = stored.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DumpError(f"{name}: {_EXPECTED} in UTF-8: {error.reason} at byte {error.start}") from error
    decode, at, line = JSONDecoder().raw_decode, 0, 1
    text = LOGS.sub(lambda logs: "\n" * logs[0].count("\n"), text)
    while (start := _next(text, at)) < len(text):
        line += text.count("\n", at, start)
        try:
            value, at = decode(text, start)
        except JSONDecodeError as error:
            raise DumpError(_no_json(name, text, start, error)) from error
        yield line, value
        line += text.count("\n", start, at)


def _next(text: str, at: int) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _no_json(name: str, text: str, start: int, error: JSONDecodeError) -> str:
    rest = text[start : start + 200]
    for beginning, meaning in _SPEECH.items():
        if rest.startswith(beginning):
            said = rest.splitlines()[0][:120]
            return f"{name}, line {text.count(chr(10), 0, start) + 1}: {meaning} ({said!r}); {_EXPECTED}"
    if name.endswith((".yaml", ".yml")) or rest.startswith(("---", "apiVersion:", "kind:", "items:")):
        return f"{name}: this is YAML; {_EXPECTED}, so ask kubectl for `-o json`"
    return f"{name}, line {error.lineno}, column {error.colno}: {_EXPECTED}: {error.msg}"


def _objects(where: str, value: Any, given: Given) -> Iterator[Document]:
    """`given` is what an object of a bundle is that does not say it itself; None: it is no bundle."""
    if isinstance(value, list):
        for entry in value:
            yield from _objects(where, entry, given)
        return
    if not isinstance(value, dict):
        if given is not None:
            return
        raise DumpError(f"{where}: expected a Kubernetes object, got {json.dumps(value)[:60]}")
    if "type" in value and "object" in value and "kind" not in value:
        raise DumpError(f"{where}: this is a recording of a watch; use `wakeline replay`")
    kind = value.get("kind")
    if isinstance(value.get("items"), list):
        yield from _list(where, value, given)
    elif not (isinstance(kind, str) and kind.endswith("List") and "metadata" in value and "items" in value):
        yield Document(where=where, body={**(given or {}), **value} if "metadata" in value else value)


def _list(where: str, value: dict[str, Any], given: Given) -> Iterator[Document]:
    """Open a list; in a PodList the items do not say what they are."""
    kind = value.get("kind")
    if isinstance(kind, str) and kind.endswith("List") and kind != "List":
        given = {"kind": kind.removesuffix("List"), "apiVersion": value.get("apiVersion")}
    for number, item in enumerate(value["items"], start=1):
        place = f"{where}, item {number}"
        if not isinstance(item, dict):
            raise DumpError(f"{place}: expected a Kubernetes object")
        yield from _objects(place, {**(given or {}), **item}, given)
