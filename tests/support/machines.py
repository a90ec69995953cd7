"""Nodes that have long been in the cluster, and pods at work on them."""

from collections.abc import Iterable
from typing import Any

from tests.support.lab import Lab, Object, condition, job, job_pod, node, running, stamp, status

OLD = {"creationTimestamp": stamp(-86_400)}
GPU = "nvidia.com/gpu"


def machine(*conditions: Object, name: str = "gpu-7", room: Object | None = None, **parts: Any) -> Object:
    """A node that was made a day ago, Ready unless the conditions say otherwise."""
    told = list(conditions)
    if not any(each["type"] == "Ready" for each in told):
        told.append(condition("Ready", "True", "KubeletReady", seconds=-3600))
    state: Object = {"conditions": told, "allocatable": {"cpu": "8", "memory": "32Gi"} | (room or {})}
    if (capacity := parts.pop("capacity", None)) is not None:
        state["capacity"] = capacity
    meta = OLD | parts.pop("meta", {})
    return node(name, status=state, meta=meta, **parts)


def at_work(name: str = "train-x", *, on: str = "gpu-7", **parts: Any) -> Object:
    """A pod of Job train that runs on the node."""
    state = parts.pop("state", None) or status("Running", running())
    return job_pod(name, job("train"), spec={"nodeName": on}, status=state, **parts)


def evicted(name: str = "train-x", *, on: str = "gpu-7", seconds: float = 70) -> Object:
    """The same, asked to go by the eviction API."""
    told = condition(
        "DisruptionTarget", "True", "EvictionByEvictionAPI", "Eviction API: evicting", seconds=seconds
    )
    return at_work(name, on=on, state=status("Running", running(), conditions=[told]))


def told(item: Object, events: Iterable[tuple[str, str]], **parts: Any) -> Lab:
    """A cell with the node and events about it."""
    lab = Lab().apply(item)
    for reason, message in events:
        lab.event(item, reason, message, seconds=60, **parts)
    return lab
