"""Objects as kubectl prints them, with all that real ones carry: what surrounds a fault must not be told."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from collectors.dump import read_dump
from wakeline.cells import correlate
from wakeline.outcome import Outcome

Object = dict[str, Any]
NOW = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
DAY = 24 * 60
IMAGE = "registry.acme.io/ml/train:v41"
TOKEN = {
    "name": "kube-api-access-x7k2p",
    "projected": {
        "defaultMode": 420,
        "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}},
            {"configMap": {"items": [{"key": "ca.crt", "path": "ca.crt"}], "name": "kube-root-ca.crt"}},
        ],
    },
}
TOLERATIONS = [
    {
        "effect": "NoExecute",
        "key": f"node.kubernetes.io/{each}",
        "operator": "Exists",
        "tolerationSeconds": 300,
    }
    for each in ("not-ready", "unreachable")
]
POD_SPEC: Object = {
    "dnsPolicy": "ClusterFirst",
    "enableServiceLinks": True,
    "preemptionPolicy": "PreemptLowerPriority",
    "priority": 0,
    "restartPolicy": "Never",
    "schedulerName": "default-scheduler",
    "securityContext": {},
    "serviceAccountName": "default",
    "terminationGracePeriodSeconds": 30,
    "tolerations": TOLERATIONS,
}
WELL = {
    "Ready": "True",
    "MemoryPressure": "False",
    "DiskPressure": "False",
    "PIDPressure": "False",
    # of the node problem detector, where True is bad, and of EKS' agent, where False is
    "KernelDeadlock": "False",
    "ReadonlyFilesystem": "False",
    "FrequentContainerdRestart": "False",
    "XIDErrors": "False",
    "KernelReady": "True",
    "StorageReady": "True",
    "AcceleratedHardwareReady": "True",
}
GPU = "nvidia.com/gpu"


def ago(minutes: float) -> str:
    """So many minutes before the dump was made."""
    return (NOW - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def diagnose(folder: Path, *objects: Object) -> Outcome:
    """What `wakeline explain` finds in a dump of the objects."""
    path = folder / "dump.json"
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    outcome = Outcome()
    correlate(list(read_dump([path], NOW)), outcome.take, {})
    assert outcome.refused == 0
    return outcome


def thing(api: str, kind: str, name: str, **parts: Any) -> Object:
    """Any object; `ns`, `age` in minutes, `owner`, `labels`, `annotations`, `meta` go into its metadata."""
    ns = parts.pop("ns", "ml")
    owner = parts.pop("owner", None)
    metadata: Object = {
        "name": name,
        "uid": str(uuid5(NAMESPACE_URL, f"{kind}/{ns}/{name}")),
        "resourceVersion": "4711",
        "creationTimestamp": ago(parts.pop("age", 60)),
        "labels": parts.pop("labels", {}),
        "annotations": parts.pop("annotations", {}),
        "managedFields": [
            {"manager": parts.pop("manager", "kube-controller-manager"), "operation": "Update"}
        ],
    }
    if ns:
        metadata["namespace"] = ns
    if owner is not None:
        metadata["ownerReferences"] = [reference(owner)]
    metadata |= parts.pop("meta", {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata} | parts


def reference(owner: Object) -> Object:
    """An entry of ownerReferences."""
    named = {key: owner["metadata"][key] for key in ("name", "uid")}
    return {"apiVersion": owner["apiVersion"], "kind": owner["kind"], **named, "controller": True}


def condition(kind: str, status: str = "True", reason: str = "", message: str = "", **more: Any) -> Object:
    """An entry of status.conditions; `age` in minutes."""
    turned = ago(more.pop("age", 60))
    return {"type": kind, "status": status, "reason": reason, "message": message} | {
        "lastTransitionTime": turned
    }


def node(name: str, *ill: Object, gpus: int = 0, **parts: Any) -> Object:
    """A node that is well but for the conditions given; `offered` GPUs are allocatable."""
    told = {each["type"]: each for each in ill}
    age = parts.pop("age", 20 * DAY)
    well = [condition(kind, status, f"{kind}Told", age=age) for kind, status in WELL.items()]
    conditions = [each for each in well if each["type"] not in told] + list(ill)
    room = {"cpu": "15890m", "memory": "62Gi", "pods": "110"}
    offered = parts.pop("offered", gpus)
    labels = {"kubernetes.io/hostname": name, "topology.kubernetes.io/zone": "eu-west-1a"}
    if gpus:
        labels |= {f"{GPU}.present": "true", f"{GPU}.count": str(gpus)}
    status = {
        "allocatable": room | ({GPU: str(offered)} if gpus else {}),
        "capacity": room | ({GPU: str(gpus)} if gpus else {}),
        "conditions": conditions,
        "nodeInfo": {"bootID": f"boot-{name}", "kubeletVersion": "v1.31.3"},
    }
    return thing(
        "v1",
        "Node",
        name,
        ns="",
        age=age,
        labels=labels | parts.pop("labels", {}),
        spec={"podCIDR": "10.244.1.0/24", "taints": parts.pop("taints", [])} | parts.pop("spec", {}),
        status=status,
        **parts,
    )


def container(name: str = "main", **more: Any) -> Object:
    """A container of a pod's spec."""
    return {
        "name": name,
        "image": IMAGE,
        "imagePullPolicy": "IfNotPresent",
        "resources": {"requests": {"cpu": "2", "memory": "8Gi"}, "limits": {"memory": "16Gi"}},
        "terminationMessagePolicy": "File",
        "volumeMounts": [{"mountPath": "/var/run/secrets", "name": TOKEN["name"], "readOnly": True}],
    } | more


def state(what: str, told: Object, *, name: str = "main", **more: Any) -> Object:
    """An entry of containerStatuses, whose state is `what`."""
    return {
        "name": name,
        "image": IMAGE,
        "imageID": "registry.acme.io/ml/train@sha256:abc",
        "lastState": {},
        "ready": what == "running",
        "restartCount": 0,
        "state": {what: told},
    } | more


def running(start: float = 58, **more: Any) -> Object:
    """A container that runs since so many minutes."""
    return state("running", {"startedAt": ago(start)}, **more)


def waiting(reason: str, message: str = "", **more: Any) -> Object:
    """A container that waits."""
    return state("waiting", {"reason": reason, "message": message}, **more)


def end(code: int, reason: str = "", message: str = "", at: float = 6) -> Object:
    """What is told of a container that ended so many minutes ago."""
    why = reason or ("Error" if code else "Completed")
    return {
        "exitCode": code,
        "reason": why,
        "message": message,
        "startedAt": ago(58),
        "finishedAt": ago(at),
    }


def ended(code: int = 0, reason: str = "", message: str = "", **more: Any) -> Object:
    """A container that ended."""
    return state("terminated", end(code, reason, message, more.pop("at", 6)), **more)


def pod(name: str, phase: str, *containers: Object, **parts: Any) -> Object:
    """A pod on node cpu-1, or, with `refused`, on none; `also` goes into its status, Ready `turned` then."""
    refused = parts.pop("refused", "")
    age = parts.setdefault("age", 59)
    turned = parts.pop("turned", age if phase == "Running" else 6)
    ready = "True" if containers and all(each["ready"] for each in containers) else "False"
    spec: Object = {"containers": [container(each["name"]) for each in containers] or [container()]}
    conditions = [condition("PodScheduled", "False", "Unschedulable", refused, age=age)]
    status: Object = {"phase": phase, "qosClass": "Burstable"}
    if not refused:
        spec["nodeName"] = "cpu-1"
        conditions = [condition("PodScheduled", age=age), condition("Initialized", age=age)]
        conditions.append(condition("Ready", ready, age=turned))
        status |= {"startTime": ago(age), "containerStatuses": list(containers), "podIP": "10.244.1.17"}
    status |= {"conditions": [*conditions, *parts.pop("conditions", ())]} | parts.pop("also", {})
    volumes = [*parts.pop("volumes", ()), TOKEN]
    spec = POD_SPEC | spec | {"volumes": volumes} | parts.pop("spec", {})
    return thing("v1", "Pod", name, spec=spec, status=status, **parts)


def job(name: str, *conditions: Object, spec: Object | None = None, **parts: Any) -> Object:
    """A Job; with conditions it is over."""
    template = {"metadata": {}, "spec": POD_SPEC | {"containers": [container()]}}
    body = {"backoffLimit": 6, "completions": 1, "parallelism": 1, "suspend": False, "template": template}
    status: Object = {"conditions": list(conditions)} if conditions else {"active": 1, "ready": 1}
    status |= {"startTime": ago(60)}
    return thing("batch/v1", "Job", name, spec=body | (spec or {}), status=status, **parts)


def done(name: str, **parts: Any) -> Object:
    """A Job that went well."""
    return job(name, condition("Complete", reason="CompletionsReached", age=5), **parts)


def failed(name: str, reason: str = "BackoffLimitExceeded", message: str = "", **parts: Any) -> Object:
    """A Job that failed; both conditions, as since 1.31."""
    told = (reason, message or "Job has reached the specified backoff limit")
    both = (condition(kind, "True", *told, age=5) for kind in ("FailureTarget", "Failed"))
    return job(name, *both, spec={"backoffLimit": 0}, **parts)


def job_pod(owner: Object, phase: str, *containers: Object, **parts: Any) -> Object:
    """The pod of a Job."""
    name, uid = owner["metadata"]["name"], owner["metadata"]["uid"]
    labels = {"batch.kubernetes.io/job-name": name, "batch.kubernetes.io/controller-uid": uid}
    named = parts.pop("name", f"{name}-x7k2p")
    return pod(named, phase, *containers, owner=owner, labels=labels | parts.pop("labels", {}), **parts)


def event(about: Object, reason: str, message: str, **more: Any) -> Object:
    """An Event of the kubelet, or of another `component`; `new` in the form of events.k8s.io."""
    meta = about["metadata"]
    component, age, new = more.pop("component", "kubelet"), more.pop("age", 5), more.pop("new", False)
    first = more.pop("first", age)
    involved = {"kind": about["kind"], "apiVersion": about["apiVersion"], "name": meta["name"]}
    involved |= {"uid": meta["uid"], "namespace": meta.get("namespace", "")}
    if about["kind"] == "Pod" and component == "kubelet" and not reason.startswith("FailedMount"):
        involved["fieldPath"] = "spec.containers{main}"
    body: Object = {"involvedObject": involved, "reason": reason, "message": message, "type": "Warning"}
    body |= {
        "source": {} if new else {"component": component},
        "reportingComponent": component,
        "firstTimestamp": None if new else ago(first),
        "lastTimestamp": None if new else ago(age),
        "eventTime": ago(first).replace("Z", ".123456Z") if new else None,
        "count": None if new else 9,
    }
    name = f"{meta['name']}.{reason.lower()}{len(message)}{component}"
    return thing("v1", "Event", name, ns=meta.get("namespace") or "default", age=first, **body | more)
