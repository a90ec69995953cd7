"""A cell to try objects in: apply them in the API's own JSON shape, let time pass, look at the rows."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from schemas.contracts import Anomaly, Change, Edit, Input, Manager, Progress, Session
from stream_jobs.core.advance import advance
from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known

Object = dict[str, Any]
NOON = datetime(2026, 11, 24, 12, 0, 0, tzinfo=UTC)
CORE = (
    "Pod",
    "Event",
    "Node",
    "Job.batch",
    "PersistentVolumeClaim",
    "ConfigMap",
    "Secret",
    "Workflow.argoproj.io",
)


def at(seconds: float) -> datetime:
    """Noon plus so many seconds."""
    return NOON + timedelta(seconds=seconds)


def stamp(seconds: float) -> str:
    """The same as the API writes it."""
    return at(seconds).strftime("%Y-%m-%dT%H:%M:%SZ")


class Lab:
    """One cell and all rows it gave; `clock` is in seconds after noon and moves 1 s with each input."""

    def __init__(self, cluster: str = "lab") -> None:
        self.cell = Cell(cluster)
        self.sessions: dict[str, Session] = {}
        self.all_anomalies: dict[str, Anomaly] = {}
        self.edits: list[Edit] = []
        self.refused: list[tuple[Input, str]] = []
        self.inputs: list[Input] = []
        self.clock = 0.0
        self.resource_version = 100

    # -- inputs

    def apply(self, *objects: Object, verb: str = "modified", seconds: float | None = None) -> "Lab":
        """Show the cell a version of each object; managedFields in it become the change's managers."""
        for each in objects:
            self._take(self._change(each, verb, seconds))
        return self

    def delete(self, item: Object, seconds: float | None = None) -> "Lab":
        """The object is gone."""
        return self.apply(item, verb="deleted", seconds=seconds)

    def event(
        self,
        about: Object,
        reason: str,
        message: str = "",
        *,
        seconds: float | None = None,
        component: str = "kubelet",
        **more: Any,
    ) -> "Lab":
        """Send a Kubernetes Event about an object, in the old form with source and counts."""
        when = stamp(self.clock + 1 if seconds is None else seconds)
        meta = about["metadata"]
        involved = {
            "kind": about["kind"],
            "apiVersion": about["apiVersion"],
            "namespace": meta.get("namespace", ""),
            "name": meta["name"],
            "uid": meta["name"] if about["kind"] == "Node" else meta["uid"],
        }
        name = f"{meta['name']}.{self.resource_version + 1}"
        body = {
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": {"name": name, "namespace": meta.get("namespace", "default"), "uid": f"event-{name}"},
            "involvedObject": involved,
            "reason": reason,
            "message": message,
            "type": "Warning",
            "source": {"component": component},
            "firstTimestamp": when,
            "lastTimestamp": when,
            "count": 1,
        }
        return self.apply(body | more, verb="added", seconds=seconds)

    def quiet(self, seconds: float, kinds: Iterable[str] = CORE) -> "Lab":
        """Let the clock reach `seconds` with nothing happening: Progress of each kind."""
        self.clock = max(self.clock, seconds)
        for key in (*kinds, *sorted({known.key for known in self.cell.objects.values()} - set(kinds))):
            kind, _, group = key.partition(".")
            moment = at(self.clock)
            self._take(
                Progress(
                    cluster=self.cell.cluster,
                    group=group,
                    resource=kind.lower() + "s",
                    kind=kind,
                    observed_at=moment,
                    until=moment,
                )
            )
        return self

    # -- what came out

    def anomalies(self, failure: str = "") -> list[Anomaly]:
        """The anomalies as they stand, withdrawn ones left out, oldest first; with `failure`, of that id."""
        found = [each for each in self.all_anomalies.values() if each.state != "withdrawn"]
        wanted = [each for each in found if not failure or each.failure == failure]
        return sorted(wanted, key=lambda each: (each.since or NOON, each.failure, each.subject.name))

    def failures(self) -> set[str]:
        """Ids of the failures that stand above info."""
        return {each.failure for each in self.anomalies() if each.severity != "info"}

    def one(self, failure: str) -> Anomaly:
        """The only anomaly of that failure."""
        (found,) = self.anomalies(failure)
        return found

    def session(self, name: str) -> Session:
        """The session of that name that is not withdrawn."""
        (found,) = [each for each in self.sessions.values() if each.name == name and not each.withdrawn]
        return found

    def root(self, name: str) -> str:
        """The failure that is the root of the session's verdict; it must have one."""
        verdict = self.session(name).verdict
        assert verdict is not None, f"{name} has no verdict"
        return verdict.failure

    def known(self, item: Object) -> Known:
        """What the cell remembers of the object."""
        return self.cell.objects[item["metadata"]["uid"]]

    # -- details

    def _change(self, item: Object, verb: str, seconds: float | None) -> Change:
        self.clock = self.clock + 1 if seconds is None else seconds
        self.resource_version += 1
        meta = item["metadata"]
        group, _, version = item["apiVersion"].rpartition("/")
        managers = msgspec.convert(meta.get("managedFields", []), tuple[Manager, ...])
        body = {**item, "metadata": {key: value for key, value in meta.items() if key != "managedFields"}}
        return Change(
            cluster=self.cell.cluster,
            verb=verb,  # type: ignore[arg-type]  # the tests use the five verbs only
            observed_at=at(self.clock),
            group=group,
            version=version,
            resource=item["kind"].lower() + "s",
            kind=item["kind"],
            namespace=meta.get("namespace", ""),
            name=meta["name"],
            uid=meta["uid"],
            resource_version=self.resource_version,
            managers=managers,
            object=msgspec.Raw(json.dumps(body).encode()),
        )

    def _take(self, given: Input) -> None:
        self.inputs.append(given)
        news = advance(self.cell, [given])
        self.sessions.update((each.id, each) for each in news.sessions)
        self.all_anomalies.update((each.id, each) for each in news.anomalies)
        self.edits.extend(news.edits)
        self.refused.extend(news.refused)


# --- objects in the API's shape ---------------------------------------------------------------------------


def thing(
    kind: str, name: str, *, api: str = "v1", namespace: str = "ml", owner: Object | None = None, **parts: Any
) -> Object:
    """Any object: `labels`, `annotations` and `meta` go into its metadata, the rest beside it."""
    metadata: Object = {"name": name, "uid": f"uid-{kind.lower()}-{name}", "creationTimestamp": stamp(0)}
    if namespace and kind not in ("Node", "PersistentVolume", "StorageClass", "PriorityClass"):
        metadata["namespace"] = namespace
    for key in ("labels", "annotations"):
        if key in parts:
            metadata[key] = parts.pop(key)
    if owner is not None:
        metadata["ownerReferences"] = [
            {
                "apiVersion": owner["apiVersion"],
                "kind": owner["kind"],
                "name": owner["metadata"]["name"],
                "uid": owner["metadata"]["uid"],
                "controller": True,
            }
        ]
    metadata |= parts.pop("meta", {})
    return {"apiVersion": api, "kind": kind, "metadata": metadata, **parts}


def pod(name: str, *, spec: Object | None = None, status: Object | None = None, **parts: Any) -> Object:
    """A pod with one container `main`, Pending unless its status says otherwise."""
    body = {"containers": [{"name": "main", "image": "train:1"}], "restartPolicy": "Never"} | (spec or {})
    return thing("Pod", name, spec=body, status={"phase": "Pending"} | (status or {}), **parts)


def job(name: str, *, spec: Object | None = None, status: Object | None = None, **parts: Any) -> Object:
    """A batch Job whose template has one container `main`."""
    template = {"spec": {"containers": [{"name": "main", "image": "train:1"}], "restartPolicy": "Never"}}
    body = {"backoffLimit": 0, "template": template} | (spec or {})
    return thing("Job", name, api="batch/v1", spec=body, status=status or {}, **parts)


def job_pod(name: str, owner: Object, **parts: Any) -> Object:
    """A pod of a Job, with the labels that the Job controller gives it."""
    labels = {"batch.kubernetes.io/controller-uid": owner["metadata"]["uid"]} | parts.pop("labels", {})
    return pod(name, owner=owner, labels=labels, **parts)


def node(name: str, *, ready: str = "True", spec: Object | None = None, **parts: Any) -> Object:
    """A node whose Ready condition is "True", "False" or "Unknown"."""
    status = {
        "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"},
        "conditions": [{"type": "Ready", "status": ready, "lastTransitionTime": stamp(0)}],
    } | parts.pop("status", {})
    return thing("Node", name, spec=spec or {}, status=status, **parts)


def terminated(
    code: int, reason: str = "Error", *, name: str = "main", seconds: float = 60, **more: Any
) -> Object:
    """A container status of a container that ended."""
    ended = {"exitCode": code, "reason": reason, "startedAt": stamp(10), "finishedAt": stamp(seconds)} | more
    return {"name": name, "state": {"terminated": ended}, "restartCount": 0, "ready": False}


def waiting(reason: str, message: str = "", *, name: str = "main", **more: Any) -> Object:
    """A container status of a container that waits."""
    state = {"waiting": {"reason": reason, "message": message}}
    return {"name": name, "state": state, "restartCount": 0, "ready": False} | more


def running(*, name: str = "main", seconds: float = 10, **more: Any) -> Object:
    """A container status of a container that runs."""
    return {
        "name": name,
        "state": {"running": {"startedAt": stamp(seconds)}},
        "restartCount": 0,
        "ready": True,
    } | more


def status(phase: str, *containers: Object, conditions: Iterable[Object] = (), **more: Any) -> Object:
    """A pod's status."""
    return {"phase": phase, "containerStatuses": list(containers), "conditions": list(conditions)} | more


def condition(
    kind: str, value: str = "True", reason: str = "", message: str = "", seconds: float = 60
) -> Object:
    """An entry of status.conditions."""
    return {
        "type": kind,
        "status": value,
        "reason": reason,
        "message": message,
        "lastTransitionTime": stamp(seconds),
    }
