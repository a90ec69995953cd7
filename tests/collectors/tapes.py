"""Recordings written by hand for the tests: one line for each thing that was seen."""

import gzip
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from collectors.resource import Resource
from tests.collectors.objects import NOW


def after(seconds: float) -> datetime:
    """Return a time so long after the recording's beginning."""
    return NOW + timedelta(seconds=seconds)


def line(sign: str, seconds: float, resource: Resource, body: Any, cluster: str = "lab") -> dict[str, Any]:
    """Return one line; a listed item says its kind as the recorder added it, apiVersion first."""
    if sign == "LISTED":
        body = {"apiVersion": body["apiVersion"], **body}
    head = {"at": after(seconds), "cluster": cluster, "group": resource.group, "version": resource.version}
    return {**head, "resource": resource.resource, "type": sign, "object": body}


def end(seconds: float, resource: Resource, version: int, cluster: str = "lab") -> dict[str, Any]:
    """Return the line that ends a list."""
    body = {"kind": f"{resource.kind}List", "metadata": {"resourceVersion": str(version)}}
    return line("LIST_END", seconds, resource, body, cluster)


def write(path: Path, lines: Iterable[dict[str, Any] | bytes]) -> Path:
    """Write the lines, packed where the name says so, and return the path."""
    text = b"".join(
        (each if isinstance(each, bytes) else msgspec.json.encode(each)) + b"\n" for each in lines
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path
