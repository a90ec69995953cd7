"""Workflows, their nodes and pods in Argo's own shape, for the tests of its engine."""

from typing import Any

from tests.support.lab import Object, pod, stamp, thing

API = "argoproj.io/v1alpha1"
LABEL = "workflows.argoproj.io/"


def workflow(*nodes: Object, phase: str = "Running", spec: Object | None = None, **parts: Any) -> Object:
    """The Workflow "run" with these nodes; `status` adds to its status."""
    stand = {"phase": phase, "startedAt": stamp(1), "finishedAt": None} | parts.pop("status", {})
    if nodes:
        stand["nodes"] = {each["id"]: each for each in nodes}
    name = parts.pop("name", "run")
    return thing("Workflow", name, api=API, spec={"entrypoint": "main"} | (spec or {}), status=stand, **parts)


def new_workflow(**parts: Any) -> Object:
    """The Workflow "run" as it is before any controller saw it."""
    return thing("Workflow", "run", api=API, spec={"entrypoint": "main"}, status=None, **parts)


def node(name: str, kind: str = "Pod", phase: str = "Succeeded", *children: str, **more: Any) -> Object:
    """A node whose id is made from its name; children are names too."""
    ended = phase in ("Succeeded", "Failed", "Error", "Skipped", "Omitted")
    return {
        "id": node_id(name),
        "name": name,
        "displayName": name.rpartition(".")[2],
        "type": kind,
        "phase": phase,
        "startedAt": stamp(10),
        "finishedAt": stamp(60) if ended else None,
        "children": [node_id(each) for each in children],
    } | more


def node_id(name: str) -> str:
    """Argo hashes the name; any function of it will do."""
    return name if name == "run" else f"run-{sum(ord(each) * 31**place for place, each in enumerate(name))}"


def node_pod(name: str, *, owner: Object | None = None, suffix: str = "", **parts: Any) -> Object:
    """The pod of a node, tied to it by annotations."""
    owner = owner or workflow()
    marks = {LABEL + "node-id": node_id(name), LABEL + "node-name": name}
    labels = {LABEL + "workflow": owner["metadata"]["name"], LABEL + "completed": "false"}
    return pod(
        f"pod-{node_id(name)}{suffix}",
        owner=owner,
        annotations=marks | parts.pop("annotations", {}),
        labels=labels | parts.pop("labels", {}),
        **parts,
    )
