"""What support bundles and `kubectl cluster-info dump` hold, and how their files name kinds."""

import re
from pathlib import PurePosixPath
from typing import Any

# Logs that `kubectl cluster-info dump` prints between its lists.
LOGS = re.compile(r"==== START logs .*?====\n.*?(?:==== END logs [^\n]*====|\Z)", re.DOTALL)

_CORE = {
    "configmaps": "ConfigMap",
    "events": "Event",
    "limitranges": "LimitRange",
    "namespaces": "Namespace",
    "nodes": "Node",
    "persistentvolumeclaims": "PersistentVolumeClaim",
    "persistentvolumes": "PersistentVolume",
    "pods": "Pod",
    "pvcs": "PersistentVolumeClaim",
    "pvs": "PersistentVolume",
    "resourcequotas": "ResourceQuota",
    "secrets": "Secret",
    "serviceaccounts": "ServiceAccount",
    "services": "Service",
}
_APPS = {
    "daemonsets": "DaemonSet",
    "deployments": "Deployment",
    "replicasets": "ReplicaSet",
    "statefulsets": "StatefulSet",
}
_OTHERS = {
    "cronjobs": ("batch/v1", "CronJob"),
    "jobs": ("batch/v1", "Job"),
    "poddisruptionbudgets": ("policy/v1", "PodDisruptionBudget"),
    "priorityclasses": ("scheduling.k8s.io/v1", "PriorityClass"),
    "storageclasses": ("storage.k8s.io/v1", "StorageClass"),
}
_KINDS = (
    {name: ("v1", kind) for name, kind in _CORE.items()}
    | {name: ("apps/v1", kind) for name, kind in _APPS.items()}
    | _OTHERS
)


def kind_of_path(name: str) -> dict[str, Any]:
    """Return apiVersion and kind that a path names ("cluster-resources/pods/team.json"), else nothing."""
    path = PurePosixPath(name.replace(":", "/"))
    for part in (path.stem, *reversed(path.parts[:-1])):
        found = _KINDS.get(part.lower().replace("-", ""))
        if found is not None:
            return {"apiVersion": found[0], "kind": found[1]}
    return {}


def may_hold_objects(name: str, text: bytes) -> bool:
    """Whether a file of a bundle is worth reading as JSON: logs are not."""
    return not name.endswith(".txt") or text.lstrip()[:1] in (b"{", b"[")
