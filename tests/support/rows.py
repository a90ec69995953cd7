"""Contracts with everything filled in that a test does not care about."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from schemas.contracts import (
    Anomaly,
    Attempt,
    Change,
    DeadLetter,
    Edit,
    Evidence,
    Gap,
    Progress,
    Ref,
    Requests,
    Session,
    Span,
    Step,
    Verdict,
)

START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
RUN = "lab/job/team/train"


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def change(version: int, **fields: Any) -> Change:
    """A pod at a resource version, seen that many seconds after START."""
    body = fields.pop("body", {"kind": "Pod", "spec": {"replicas": version}})
    known = {
        "cluster": "lab",
        "verb": "modified",
        "observed_at": at(version),
        "resource": "pods",
        "kind": "Pod",
        "namespace": "team",
        "name": "train-0",
        "uid": "pod-uid",
        "resource_version": version,
        "object": msgspec.Raw(msgspec.json.encode(body)),
    }
    return Change(**{**known, **fields})


def event(version: int, **fields: Any) -> Change:
    """A Warning about the pod of `change`, as core/v1 writes it."""
    body = {
        "involvedObject": {"kind": "Pod", "namespace": "team", "name": "train-0", "uid": "pod-uid"},
        "reason": "BackOff",
        "message": "Back-off pulling image",
        "type": "Warning",
        "count": version,
        "firstTimestamp": "2026-01-02T03:00:00Z",
        "lastTimestamp": "2026-01-02T03:04:00Z",
        "eventTime": None,
        "source": {"component": "kubelet", "host": "node-1"},
    }
    known = {"kind": "Event", "resource": "events", "name": "train-0.1", "uid": "event-uid", "body": body}
    return change(version, **{**known, **fields})


def progress(seconds: float = 0, **fields: Any) -> Progress:
    known = {
        "cluster": "lab",
        "resource": "pods",
        "kind": "Pod",
        "observed_at": at(seconds),
        "until": at(seconds - 2),
        "received": 5,
        "dropped": 1,
    }
    return Progress(**{**known, **fields})


def gap(**fields: Any) -> Gap:
    known = {
        "cluster": "lab",
        "resource": "*",
        "observed_at": at(60),
        "since": at(0),
        "until": at(60),
        "reason": "the watch was refused: 410 Expired",
    }
    return Gap(**{**known, **fields})


def attempt(number: int, **fields: Any) -> Attempt:
    known = {
        "number": number,
        "pod": f"train-{number}",
        "pod_uid": f"pod-uid-{number}",
        "node": f"node-{number}",
        "phase": "Failed",
        "created": at(0),
        "started": at(10),
        "ended": at(70),
        "exit_code": 137,
        "reason": "OOMKilled",
        "spans": (
            Span(name="scheduling", since=at(0), until=at(10)),
            Span(name="running", since=at(10), until=at(70)),
        ),
    }
    return Attempt(**{**known, **fields})


def step(name: str, attempts: int = 1, **fields: Any) -> Step:
    known = {"phase": "Failed", "attempts": tuple(attempt(number + 1) for number in range(attempts))}
    return Step(name=name, **{**known, **fields})


def session(version: int, *steps: Step, **fields: Any) -> Session:
    known = {
        "cluster": "lab",
        "id": RUN,
        "version": version,
        "engine": "job",
        "kind": "Job",
        "namespace": "team",
        "name": "train",
        "uid": "job-uid",
        "phase": "Failed",
        "created": at(0),
        "started": at(10),
        "ended": at(70),
        "steps": steps,
        "requests": Requests(gpus=2.5, cpus=4, memory_bytes=2**30),
        "verdict": Verdict(
            failure="container-oom-killed",
            anomaly="a1",
            title="Memory ran out",
            playbook=("raise the limit",),
            confidence=0.9,
        ),
    }
    return Session(**{**known, **fields})


def anomaly(version: int, **fields: Any) -> Anomaly:
    pod = Ref(kind="Pod", namespace="team", name="train-0", uid="pod-uid")
    known = {
        "cluster": "lab",
        "id": "a1",
        "version": version,
        "failure": "container-oom-killed",
        "severity": "high",
        "state": "open",
        "root": True,
        "subject": pod,
        "sessions": (RUN,),
        "since": at(70),
        "title": "Memory ran out",
        "playbook": ("raise the limit",),
        "evidence": (Evidence(at=at(70), ref=pod, says="container main: OOMKilled"),),
    }
    return Anomaly(**{**known, **fields})


def edit(version: int, **fields: Any) -> Edit:
    known = {
        "cluster": "lab",
        "id": "e1",
        "version": version,
        "ref": Ref(kind="ConfigMap", namespace="team", name="settings", uid="map-uid"),
        "path": "data.batch_size",
        "old": '"32"',
        "new": '"64"',
        "manager": "kubectl-edit",
        "after": at(0),
        "before": at(5),
        "sessions": (RUN,),
    }
    return Edit(**{**known, **fields})


def dead_letter(**fields: Any) -> DeadLetter:
    known = {
        "cluster": "lab",
        "at": at(0),
        "stage": "store",
        "topic": "wakeline.changes",
        "partition": 0,
        "offset": 7,
        "reason": "expected a JSON object, which starts with {",
        "body": "not json",
    }
    return DeadLetter(**{**known, **fields})
