"""Containers that could not be made or started for a reason of their node: its GPU set-up, its processor."""

import re
from collections.abc import Iterator
from typing import Literal

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.signs.complaints import Complaint, Source, complaints

Trouble = Literal["gpu runtime", "architecture", ""]
# What NVIDIA's container runtime and the CDI injection say, and a node without the runtime that is asked for.
GPU = re.compile(
    r"nvidia-container-cli|nvidia-container-runtime|nvml error|[Dd]river/library version mismatch"
    r"|failed to inject CDI devices|unresolvable CDI devices|could not select device driver"
    r'|no runtime for "[^"]*" is configured'
)
ARCHITECTURE = re.compile(r"exec format error")
WAITS = frozenset({"RunContainerError", "CreateContainerError", "PreCreateHookError", "PreStartHookError"})
EVENTS = frozenset({"Failed", "FailedCreatePodSandBox", "FailedCreatePodSandbox"})
TOLD = re.compile(r"^(?:Error: |Failed to create pod sand ?box)")
CREATES = frozenset({"CreateContainerError", "PreCreateHookError"})
NOT_CREATED = re.compile(
    r"^Error: (?:failed to reserve container name|context deadline exceeded|failed to generate container"
    r"|failed to create containerd container|.*no command specified|.*mkdir \S+: (?:read-only|no space))",
    re.DOTALL,
)


def trouble_of(text: str) -> Trouble:
    """Return which of these troubles a message tells of; "" for any other message."""
    if GPU.search(text):
        return "gpu runtime"
    return "architecture" if ARCHITECTURE.search(text) else ""


def _not_created(text: str) -> str:
    return "" if trouble_of(text) else "create"


ALL = Source(WAITS, EVENTS, TOLD, lambda text: trouble_of(text) or "other")
UNMADE = Source(CREATES, frozenset({"Failed"}), NOT_CREATED, _not_created)


def troubles(known: Known, cell: Cell, trouble: Trouble) -> Iterator[Complaint]:
    """Yield the kubelet's complaints of that kind about the pod, before a process ran."""
    return (each for each in complaints(known, cell, ALL) if each.key == trouble)


def unmade(known: Known, cell: Cell) -> list[Complaint]:
    """The kubelet's complaints that the runtime did not make a container, for no reason told elsewhere."""
    return complaints(known, cell, UNMADE)
