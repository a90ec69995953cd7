"""evicted-ephemeral-limit: the pod wrote more temporary files than it may."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import ended_at, pod_view, seen
from stream_jobs.core.quantities import quantity, say_bytes
from stream_jobs.core.signs.messages import one_line

# https://github.com/kubernetes/kubernetes, pkg/kubelet/eviction/eviction_manager.go
FORMS = (
    (re.compile(r"ephemeral local storage usage exceeds the total limit of containers (\S+?)\.?\s*$"), "pod"),
    (re.compile(r"Container (\S+) exceeded its local ephemeral storage limit \"?([^\"]+)\"?"), "container"),
    (re.compile(r"Usage of EmptyDir volume \"(.+?)\" exceeds the limit \"(.+?)\""), "volume"),
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    status = pod_view(known).status
    message = one_line(status.message or "")
    what = _what(message) if status.reason == "Evicted" else ""
    if what:
        since = ended_at(known)
        yield Finding(
            says=f"Pod {known.name} was evicted: {what}",
            since=since,
            evidence=(seen(known, since, f"Evicted: {message}"),),
        )


def _what(message: str) -> str:
    for pattern, place in FORMS:
        found = pattern.search(message)
        if found is None:
            continue
        if place == "pod":
            return f"its containers together wrote more temporary files than their limit of {_size(found[1])}"
        if place == "container":
            return f"container {found[1]} wrote more temporary files than its limit of {_size(found[2])}"
        return f"its scratch volume {found[1]} grew beyond its limit of {_size(found[2])}"
    return ""


def _size(text: str) -> str:
    return say_bytes(quantity(text)) if quantity(text) else text


FAILURE = Failure(
    id="evicted-ephemeral-limit",
    title="Too many temporary files",
    says="The program wrote more temporary files (checkpoints, caches, data, /dev/shm) than its pod allows. "
    "The machine is well: it is the limit in the pod spec that counts.",
    sees="kubectl get pods shows Evicted; the message names the limit of the pod, a container or an "
    "emptyDir volume.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.reason}: {.status.message}'",
        "kubectl describe node NODE shows DiskPressure False: the machine itself had room",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Write large files to a PersistentVolume, or raise limits.ephemeral-storage or the volume's limit",
        "Clean caches on the way (HF_HOME, /tmp, pip and torch caches)",
    ),
    leads_to=(
        "pod-failed",
        "workflow-step-failed",
        "job-backoff-limit-exceeded",
        "container-killed-by-signal",  # the eviction kills its containers
        "container-exit-error",
        "distributed-worker-lost",
    ),
    find=find,
)
