"""Objects of Kueue and of gang schedulers in their own shape."""

from typing import Any

from tests.support.lab import Object, condition, job, thing

KUEUE = "kueue.x-k8s.io"
FULL = (
    "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor a100, "
    "4 more needed"
)


def cluster_queue(*conditions: Object, api: str = "v1beta2") -> Object:
    """ClusterQueue team-a-cq."""
    return thing(
        "ClusterQueue",
        "team-a-cq",
        api=f"{KUEUE}/{api}",
        namespace="",
        spec={},
        status={"conditions": list(conditions)},
    )


def local_queue(*, api: str = "v1beta2") -> Object:
    """LocalQueue main of namespace ml, before team-a-cq."""
    return thing("LocalQueue", "main", api=f"{KUEUE}/{api}", spec={"clusterQueue": "team-a-cq"})


def queued_job(name: str = "train", *, suspended: bool = True, **parts: Any) -> Object:
    """A Job in queue main, held back as long as Kueue wants."""
    stand = {"conditions": [condition("Suspended", "True" if suspended else "False", seconds=1)]}
    labels = {f"{KUEUE}/queue-name": "main"}
    return job(
        name, spec={"suspend": suspended}, status=stand | parts.pop("status", {}), labels=labels, **parts
    )


def workload(
    *conditions: Object, owner: Object | None = None, api: str = "v1beta2", active: bool = True, **more: Any
) -> Object:
    """The Workload of a Job, of four pods with two GPUs each."""
    held = owner or queued_job()
    container = {"name": "main", "image": "i", "resources": {"limits": {"nvidia.com/gpu": "2", "cpu": "1"}}}
    spec: Object = {
        "active": active,
        "queueName": "main",
        "priority": 100,
        "podSets": [{"name": "main", "count": 4, "template": {"spec": {"containers": [container]}}}],
    }
    return thing(
        "Workload",
        f"job-{held['metadata']['name']}-06251",
        api=f"{KUEUE}/{api}",
        owner=held,
        labels={f"{KUEUE}/job-uid": held["metadata"]["uid"]},
        spec=spec | more.pop("spec", {}),
        status={"conditions": list(conditions)} | more,
    )


def no_quota(message: str, reason: str = "Pending", seconds: float = 5) -> Object:
    """Condition QuotaReserved=False."""
    return condition("QuotaReserved", "False", reason, message, seconds)


def reserved(seconds: float = 60) -> Object:
    """Condition QuotaReserved=True."""
    return condition("QuotaReserved", "True", "QuotaReserved", "Quota reserved in ClusterQueue", seconds)


def admitted(seconds: float = 60) -> Object:
    """Condition Admitted=True."""
    return condition("Admitted", "True", "Admitted", "The workload is admitted", seconds)


def evicted(reason: str, message: str = "", seconds: float = 100) -> Object:
    """Condition Evicted=True."""
    return condition("Evicted", "True", reason, message, seconds)
