"""Pipelines in the API's shape, for the lab: Argo Workflows with nodes and pods, Airflow's task pods."""

from typing import Any

from tests.support.lab import Object, pod, stamp, thing


def workflow(
    name: str, phase: str = "", message: str = "", *nodes: Object, spec: Object | None = None, **parts: Any
) -> Object:
    """A Workflow; without a phase its controller has not seen it yet."""
    body = {"entrypoint": "main", "templates": [{"name": "main"}, {"name": "train"}]} | (spec or {})
    told: Object | None = None
    if phase:
        told = {"phase": phase, "message": message, "nodes": {each["id"]: each for each in nodes}}
        if phase not in ("Running", "Pending"):
            told["finishedAt"] = stamp(100)
    return thing("Workflow", name, api="argoproj.io/v1alpha1", spec=body, status=told, **parts)


def step(name: str, phase: str, message: str = "", *, kind: str = "Pod", **more: Any) -> Object:
    """An entry of status.nodes; its id is its name."""
    return {
        "id": name,
        "name": name,
        "displayName": name,
        "type": kind,
        "phase": phase,
        "message": message,
        "startedAt": stamp(10),
        "finishedAt": stamp(90),
    } | more


def step_pod(name: str, owner: Object, *, node: str = "", **parts: Any) -> Object:
    """The pod of a step."""
    return pod(name, owner=owner, annotations={"workflows.argoproj.io/node-id": node or name}, **parts)


def task_pod(name: str, task: str = "train", number: int = 1, *, dag: str = "etl", **parts: Any) -> Object:
    """A pod of Airflow's KubernetesPodOperator."""
    labels = {
        "dag_id": dag,
        "task_id": task,
        "run_id": "manual__1",
        "try_number": str(number),
        "kubernetes_pod_operator": "True",
    } | parts.pop("labels", {})
    return pod(name, labels=labels, **parts)
