"""Pods that the scheduler found no node for, and the nodes that refused them."""

from typing import Any

from tests.support.lab import Lab, Object, condition, job, job_pod, node, status

GPU = "nvidia.com/gpu"
GPU_TAINT = {"key": GPU, "value": "present", "effect": "NoSchedule"}
TAIL = "no new claims to deallocate, preemption: 0/4 nodes are available: 4 Preemption is not helpful."


def asks(**requests: str) -> Object:
    """A pod spec that asks for this much; `gpu` stands for nvidia.com/gpu."""
    wanted = {GPU if key == "gpu" else key: amount for key, amount in requests.items()}
    return {"containers": [{"name": "main", "image": "train:1", "resources": {"requests": wanted}}]}


def gpu_node(name: str, gpus: int = 4, **parts: Any) -> Object:
    """A node with GPUs, closed by the usual taint unless its spec says otherwise."""
    room = {"cpu": "16", "memory": "64Gi", GPU: str(gpus)}
    spec = parts.pop("spec", {"taints": [GPU_TAINT]})
    return node(name, spec=spec, labels={"pool": "gpu"}, status={"allocatable": room}, **parts)


def refused(message: str, spec: Object | None = None, *, seconds: float = 5) -> Object:
    """Pod train-x of Job train with the scheduler's refusal as its condition."""
    waits = condition("PodScheduled", "False", "Unschedulable", message, seconds)
    return job_pod("train-x", job("train"), spec=spec, status=status("Pending", conditions=[waits]))


def bound(spec: Object | None = None, *, to: str = "worker-1", seconds: float = 90) -> Object:
    """The same pod with its node."""
    placed = condition("PodScheduled", "True", seconds=seconds)
    spec = (spec or {}) | {"nodeName": to}
    return job_pod("train-x", job("train"), spec=spec, status=status("Pending", conditions=[placed]))


def lab_with(item: Object, *nodes: Object) -> Lab:
    """A cell that knows the Job, the nodes and the pod, and that these are all."""
    return Lab().apply(job("train"), *nodes, item).quiet(30)
