"""Relations that free text and habit tell: Services, stored data, engines' controllers, autoscalers."""

import re
from collections.abc import Callable, Iterator
from functools import cache

from schemas.kubernetes import Job, Pod
from stream_jobs.core.engines import all_engines, all_views
from stream_jobs.core.known import Known
from stream_jobs.core.signs.data import texts, works

WORD = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
SERVICE_VARIABLE = re.compile(r"\b([A-Z][A-Z0-9_]*)_SERVICE_(?:HOST|PORT)\b")  # the kubelet sets them
WORKLOADS = ("StatefulSet.apps", "Deployment.apps")
WORDS_LIMIT = 200  # of one pod
CAME_FROM = (
    ("Job.batch", "batch.kubernetes.io/job-name"),
    ("Job.batch", "job-name"),
    ("Workflow.argoproj.io", "workflows.argoproj.io/workflow"),
)
# Made by controllers that may leave only a label to say for whom.
LABELLED = ("Pod", "ReplicaSet.apps", "Deployment.apps", "StatefulSet.apps")
SCALERS = ("HorizontalPodAutoscaler.autoscaling", "ScaledObject.keda.sh")


def links(known: Known) -> Iterator[tuple[str, str, str]]:
    """Yield (kind in full, namespace, name) of what the object points at beyond its typed fields."""
    view = known.view
    if isinstance(view, Pod):
        yield from _of_pod(known, view)
    elif isinstance(view, Job) and view.spec.template is not None:
        yield from (("Data", known.namespace, name) for name in works(view.spec.template.spec))
    elif known.key == "Service":
        yield from ((key, known.namespace, known.name) for key in WORKLOADS)
    elif known.key in SCALERS:
        yield from _scaled(known)
    if known.namespace and not isinstance(view, Pod) and known.key in all_views():
        yield "~Namespace", "", known.namespace  # a run is told anew when its namespace goes
    yield from (("Deployment.apps", "*", controller) for controller in controllers_of(known.key))
    for found in links_of(known.key):
        yield from found(known)


def _of_pod(known: Known, pod: Pod) -> Iterator[tuple[str, str, str]]:
    yield "Namespace", "", known.namespace
    if not known.view.metadata.ownerReferences:
        yield from _left_by(known)
    if task_of(known):
        yield "Task", known.namespace, task_of(known)
    if pod.status.phase == "Failed" or any(each.code for each in known.history.exits):
        for word in sorted(words(pod))[:WORDS_LIMIT]:  # what it could not reach may be why
            yield from ((key, known.namespace, word) for key in ("Service", *WORKLOADS))


def _left_by(known: Known) -> Iterator[tuple[str, str, str]]:
    """What a pod without an owner came from, by its labels: it is judged again when that goes."""
    for kind, label in CAME_FROM:
        if name := known.labels.get(label, ""):
            yield f"~{kind}", known.namespace, name


def _scaled(known: Known) -> Iterator[tuple[str, str, str]]:
    """What an autoscaler scales; KEDA's default is a Deployment."""
    kind, name = (
        known.fields.get(f"spec.scaleTargetRef.{field}", "").strip('"') for field in ("kind", "name")
    )
    for key in WORKLOADS:
        if name and key.startswith(f"{kind or 'Deployment'}."):
            yield key, known.namespace, name


@cache
def links_of(key: str) -> tuple[Callable[[Known], Iterator[tuple[str, str, str]]], ...]:
    """What engines know of where objects of a kind point: one of their own, or one that labels tie to it."""
    engines = (each for each in all_engines() if key in each.views or key in LABELLED)
    return tuple(each.links for each in engines if each.links is not None)


@cache
def controllers_of(key: str) -> tuple[str, ...]:
    """Names of the Deployments that move objects of an engine's own kind."""
    return tuple(name for each in all_engines() if key in each.views for name in each.controllers)


def task_of(known: Known) -> str:
    """The task that a pod without an owner says it is a try of: "dag/run/task/index" of Airflow; else ""."""
    labels = known.labels
    if known.view.metadata.ownerReferences or not {"dag_id", "task_id", "run_id"} <= labels.keys():
        return ""
    return "/".join(labels.get(name, "") for name in ("dag_id", "run_id", "task_id", "map_index"))


def words(pod: Pod) -> set[str]:
    """Every word of the pod's commands, arguments and literal environment that could be a Service's name."""
    said = [
        text
        for each in (*(pod.spec.initContainers or ()), *(pod.spec.containers or ()))
        for text in texts(each)
    ]
    found = {word for text in said for word in WORD.findall(text) if len(word) > 2}
    hosts = {name for text in said for name in SERVICE_VARIABLE.findall(text)}
    return found | {name.lower().replace("_", "-") for name in hosts}
