"""A live cluster into a recording: what the API server sent, line by line, without its secrets."""

import asyncio
import gzip
import io
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
import orjson

from collectors.bodies import read_object
from collectors.cluster import Collector
from collectors.metadata_only import only_metadata
from collectors.redact import for_recording
from collectors.resource import Resource
from collectors.settings import CollectSettings
from collectors.stats import Stats
from schemas.contracts import Change, Gap, Input, Progress, Verb


class Tape:
    """One resource's lines on their way into the file; takes what a watch brings (a Receiver)."""

    def __init__(self, file: IO[bytes], cluster: str, resource: Resource) -> None:
        self.resource = resource
        self.complete = False
        self.heard_at: datetime | None = None
        self._file = file
        self._cluster = cluster

    def item(self, verb: Verb, body: bytes, at: datetime) -> Change | None:
        """Write one object; raises UnreadableObjectError where the body is none."""
        found = read_object(only_metadata(self.resource, body))
        if "kind" not in found:  # items of a list do not say it
            found = {"apiVersion": self.resource.api_version, "kind": self.resource.kind, **found}
        self._write(verb.upper(), for_recording(found), at)
        return None

    def heard(self, at: datetime, sign: str, body: bytes) -> None:
        """Write a bookmark or an error."""
        self._write(sign, body, at)

    def begin_list(self, at: datetime, reason: str) -> Gap | None:
        """A list begins; its first line will say so."""
        self.heard_at = at
        return None

    def end_list(self, version: str | None, list_kind: str | None, at: datetime) -> Iterable[Input]:
        """Write the list's end."""
        head = {
            "kind": f"{self.resource.kind}List" if self.resource.kind else list_kind,
            "apiVersion": self.resource.api_version,
            "metadata": {"resourceVersion": version or ""},
        }
        self._write("LIST_END", orjson.dumps(head), at)
        self.complete = True
        return ()

    def give_up_list(self) -> None:
        """A list that broke off is followed by another one; only that one ends."""

    def gap(self, since: datetime, until: datetime, reason: str) -> Gap:
        """Gaps are read from a recording, not written."""
        return Gap(
            cluster=self._cluster,
            group=self.resource.group,
            resource=self.resource.resource,
            observed_at=until,
            since=since,
            until=until,
            reason=reason,
        )

    def progress(self, until: datetime) -> Progress:
        """Progress is read from a recording's times, not written."""
        return Progress(
            cluster=self._cluster,
            group=self.resource.group,
            resource=self.resource.resource,
            observed_at=until,
            until=until,
        )

    def _write(self, sign: str, body: bytes, at: datetime) -> None:
        self.heard_at = at
        head = {
            "at": at,
            "cluster": self._cluster,
            "group": self.resource.group,
            "version": self.resource.version,
            "resource": self.resource.resource,
            "type": sign,
        }
        self._file.write(msgspec.json.encode(head)[:-1] + b',"object":' + body + b"}\n")


async def record(settings: CollectSettings, path: Path, stop: asyncio.Event) -> Stats:
    """Write what the cluster's API server sends into a recording until `stop` is set.

    The file is packed where its name ends in ".gz". Raises AccessError where the cluster cannot be reached,
    and OSError where the file cannot be written.
    """
    with _open(path) as file:
        collector = Collector(
            settings,
            _nowhere,
            make_receiver=lambda resource, _: Tape(file, settings.cluster, resource),
        )
        await collector.run(stop)
    return collector.stats


async def _nowhere(inputs: object) -> None:
    """A recording holds what was sent, not what follows from it."""


def _open(path: Path) -> IO[bytes]:
    return io.BufferedWriter(gzip.GzipFile(path, "wb")) if path.suffix == ".gz" else path.open("wb")
