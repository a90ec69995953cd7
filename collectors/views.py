"""Typed partial views of an object: what the collector reads of it in one pass, the rest left as text.

All names of fields are the API's own.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from collectors.parts import NOTHING

_NO_PROBES = (NOTHING,) * 4


class _Condition(msgspec.Struct, gc=False):
    lastTransitionTime: str | None = None
    message: str | None = None


class _Span(msgspec.Struct, gc=False):
    startedAt: str | None = None
    finishedAt: str | None = None
    message: str | None = None


class _State(msgspec.Struct, gc=False):
    waiting: _Span | None = None
    running: _Span | None = None
    terminated: _Span | None = None


class _Container(msgspec.Struct, gc=False):
    state: _State | None = None
    lastState: _State | None = None


class Status(msgspec.Struct, gc=False):
    """The status of a pod, a node, a job, and of most custom kinds."""

    startTime: str | None = None
    completionTime: str | None = None
    startedAt: str | None = None
    finishedAt: str | None = None
    reason: str | None = None
    message: str | None = None
    conditions: list[_Condition] | None = None
    containerStatuses: list[_Container] | None = None
    initContainerStatuses: list[_Container] | None = None
    ephemeralContainerStatuses: list[_Container] | None = None

    def collect(self, times: list[str | None], texts: list[str | None]) -> None:
        """Add the times it states, and every text that people or their programs may have written."""
        times += (self.startTime, self.completionTime, self.startedAt, self.finishedAt)
        texts += (self.reason, self.message)
        for condition in self.conditions or ():
            times.append(condition.lastTransitionTime)
            texts.append(condition.message)
        for containers in (
            self.containerStatuses,
            self.initContainerStatuses,
            self.ephemeralContainerStatuses,
        ):
            for container in containers or ():
                _collect(container, times, texts)


def _collect(container: _Container, times: list[str | None], texts: list[str | None]) -> None:
    for state in (container.state, container.lastState):
        if state:
            span = state.running or state.terminated or state.waiting
            if span:
                times += (span.startedAt, span.finishedAt)
                texts.append(span.message)


class _Series(msgspec.Struct, gc=False):
    lastObservedTime: str | None = None


class EventView(msgspec.Struct, gc=False):
    """The fields of an Event besides metadata."""

    series: _Series | None = None
    lastTimestamp: str | None = None
    eventTime: str | None = None
    firstTimestamp: str | None = None
    reason: str | None = None
    message: str | None = None
    action: str | None = None
    note: str | None = None

    def time(self) -> str | None:
        """Return the one of its times that counts."""
        seen = self.series.lastObservedTime if self.series else None
        return seen or self.lastTimestamp or self.eventTime or self.firstTimestamp


class _Process(msgspec.Struct, gc=False):
    """A container of a pod's spec: what people type into it; names, paths, ports and sizes are left out."""

    env: msgspec.Raw = NOTHING
    args: msgspec.Raw = NOTHING
    command: msgspec.Raw = NOTHING
    lifecycle: msgspec.Raw = NOTHING
    livenessProbe: msgspec.Raw = NOTHING
    readinessProbe: msgspec.Raw = NOTHING
    startupProbe: msgspec.Raw = NOTHING

    def rare_sections(self) -> tuple[tuple[str, msgspec.Raw], ...]:
        """Return its probes and hooks."""
        probes = (self.lifecycle, self.livenessProbe, self.readinessProbe, self.startupProbe)
        return () if probes == _NO_PROBES else tuple(("probe", probe) for probe in probes)


class PodSpec(msgspec.Struct, gc=False):
    """The spec of a pod, as far as somebody could have put a secret into it."""

    containers: list[_Process] | None = None
    initContainers: list[_Process] | None = None
    ephemeralContainers: list[_Process] | None = None
    volumes: list[msgspec.Raw] | None = None

    def sections(self) -> list[tuple[str, msgspec.Raw]]:
        """Return its parts by field; pods of one owner share nearly all of them."""
        found = [("volume", volume) for volume in self.volumes or ()]
        for processes in (self.containers, self.initContainers, self.ephemeralContainers):
            for process in processes or ():
                if process.env is not NOTHING:
                    found.append(("env", process.env))
                if process.args is not NOTHING:
                    found.append(("args", process.args))
                if process.command is not NOTHING:
                    found.append(("command", process.command))
                found += process.rare_sections()
        return found


class ObjectView(msgspec.Struct, gc=False):
    """The fields of a pod or a node, or another object that has no other fields, besides metadata."""

    spec: msgspec.Raw = NOTHING
    status: Status | None = None


read_fields: Callable[[Any], dict[str, msgspec.Raw]] = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
read_event_view: Callable[[Any], EventView] = msgspec.json.Decoder(EventView).decode
read_pod_spec: Callable[[Any], PodSpec | None] = msgspec.json.Decoder(PodSpec | None).decode
read_pod_status: Callable[[Any], Status | None] = msgspec.json.Decoder(Status | None).decode
read_object_view: Callable[[Any], ObjectView] = msgspec.json.Decoder(ObjectView).decode


def read_status(text: Any) -> Status | None:
    """Return the status; None where a custom kind's only looks like the common one."""
    try:
        return read_pod_status(text)
    except msgspec.ValidationError:
        return None
