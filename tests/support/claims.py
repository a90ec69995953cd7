"""Claims, volumes, and the pod that mounts a claim."""

from typing import Any

from tests.support.lab import Lab, Object, condition, job, job_pod, running, status, thing, waiting

MOUNTS: Object = {"volumes": [{"name": "d", "persistentVolumeClaim": {"claimName": "data"}}]}
UNBOUND = "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims."


def claim(phase: str = "Pending", *, spec: Object | None = None, name: str = "data", **parts: Any) -> Object:
    """Claim data."""
    state = {"phase": phase} | parts.pop("status", {})
    return thing("PersistentVolumeClaim", name, spec=spec or {}, status=state, **parts)


def volume(phase: str = "Bound", *, spec: Object | None = None, name: str = "pv-1", **parts: Any) -> Object:
    """Volume pv-1."""
    return thing("PersistentVolume", name, spec=spec or {}, status={"phase": phase}, **parts)


def unplaced(message: str = UNBOUND) -> Object:
    """Pod train-x, for which the scheduler finds no node."""
    waits = condition("PodScheduled", "False", "Unschedulable", message, 5)
    return job_pod("train-x", job("train"), spec=MOUNTS, status=status("Pending", conditions=[waits]))


def placed(
    *, started: float | None = None, node: str = "worker-1", name: str = "train-x", **spec: Any
) -> Object:
    """Pod train-x on its node: it waits for its disk, or runs."""
    state = waiting("ContainerCreating") if started is None else running(seconds=started)
    phase = "Pending" if started is None else "Running"
    return job_pod(name, job("train"), spec=MOUNTS | {"nodeName": node} | spec, status=status(phase, state))


def lab_of(*objects: Object) -> Lab:
    """A cell that knows the Job and these objects."""
    return Lab().apply(job("train"), *objects)
