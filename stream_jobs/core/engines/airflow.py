"""Airflow: a run is a DAG run, known only by the labels and annotations of its pods.

There is no object of it, and nothing in Kubernetes says how many tries a task has left or which tasks are
still to come. So the phase is what the pods there are say: Failed as soon as the newest try of a task failed
(a retry makes it Running again), Running while a pod runs or waits, else Succeeded. No silence is waited for:
a run that paused between two tasks reads as Succeeded until its next pod appears.

Sources: apache/airflow, providers/cncf/kubernetes: pod_generator.py, operators/pod.py.
"""

import hashlib
import re
from collections import defaultdict
from datetime import datetime

import msgspec

from schemas.contracts import ENDED, Attempt, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import attempt_of, exits, first_start, pod_phase, pods_of, wait_of, widest

WORKER = "kubernetes_executor"
# Labels that tell what made the pod; a task has a worker and the pod that its operator starts.
ROLES = {
    "kubernetes_pod_operator": "KubernetesPodOperator",
    "spark_kubernetes_operator": "SparkKubernetesOperator",
    WORKER: "KubernetesExecutor",
}
CHECKED = "already_checked"  # its operator is done with the pod, however the pod stands
REVOKED = "airflow_pod_revoked"  # taken back by the executor before it ran; the task is queued again
TRIGGERS = {
    "scheduled__": "schedule",
    "manual__": "manual",
    "backfill__": "backfill",
    "asset_triggered__": "event",
    "dataset_triggered__": "event",
}
LABEL_LIMIT = 63
# A run id with a date as its label has it: "manual__2026-11-24T114006.5186860000-5426ac330".
DATED = re.compile(r"(\w+__\d{4}-\d\d-\d\dT)(\d\d)(\d\d)(\d\d(?:\.\d+)?)0000-[0-9a-f]{9}")
UNSAFE = re.compile(r"^[^A-Za-z0-9]+|[^A-Za-z0-9_.-]|[^A-Za-z0-9]+$")


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim the pods of executor and operators, by the ids as labels carry them.

    A worker has the raw ids in annotations, an operator's pod only the labels: both must name one run.
    """
    if not _is_task(known):
        return None
    return Claim(key=f"{_label(known, 'dag_id')}/{_label(known, 'run_id')}", namespace=known.namespace)


def _is_task(known: Known) -> bool:
    names = known.labels.keys()
    return known.key == "Pod" and {"dag_id", "task_id", "run_id"} <= names and bool(ROLES.keys() & names)


def _label(known: Known, name: str) -> str:
    raw = known.annotations.get(name)
    return safe_label(raw) if raw else known.labels[name]


def safe_label(raw: str) -> str:
    """Return an id as Airflow writes it into a label: cleaned, and with a hash where that changed it."""
    cleaned = UNSAFE.sub("", raw)
    if cleaned == raw and len(cleaned) <= LABEL_LIMIT:
        return raw
    digest = hashlib.md5(raw.encode(), usedforsecurity=False).hexdigest()[:9]
    return f"{cleaned[: LABEL_LIMIT - 1 - len(digest)]}-{digest}"


def unsafe_run(label: str) -> str:
    """Return the run id of which a label was made, where its hash proves it; else the label."""
    dated = DATED.fullmatch(label)
    if dated is None:
        return label
    day, hour, minute, second = dated.groups()
    raw = f"{day}{hour}:{minute}:{second}+00:00"
    return raw if safe_label(raw) == label else label


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the DAG run's story from its pods: one step a task, one attempt a pod, numbered by try."""
    pods = [each for each in members if _is_task(each)]
    tasks: dict[str, list[Known]] = defaultdict(list)
    for pod in pods:
        tasks[_task(pod)].append(pod)
    steps = tuple(_step(name, tried, cell) for name, tried in tasks.items())
    phase = _phase(steps)
    dag, run = _raw(pods, "dag_id"), unsafe_run(_raw(pods, "run_id"))
    ends = [each.ended for each in steps if each.ended is not None]
    return Description(
        kind="DagRun",
        name=dag,
        run=run,
        definition=dag,
        trigger=next((trigger for prefix, trigger in TRIGGERS.items() if run.startswith(prefix)), ""),
        phase=phase,
        message=next((each.message for each in steps if each.phase == phase == "Failed"), ""),
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=pods[0].created,
        started=first_start(pods),
        ended=max(ends, default=None) if all(each.phase in ENDED for each in steps) else None,
        steps=steps,
        requests=widest(pods_of(members)),  # a Spark driver's executors too
    )


def _task(pod: Known) -> str:
    name = pod.annotations.get("task_id") or pod.labels["task_id"]
    index = pod.annotations.get("map_index") or pod.labels.get("map_index", "")
    return f"{name}[{index}]" if index.isdigit() else name  # -1: not mapped


def _raw(pods: list[Known], name: str) -> str:
    """An id as the DAG's author wrote it, where one of the pods has it so."""
    return next((raw for each in pods if (raw := each.annotations.get(name))), "") or pods[0].labels[name]


def _phase(steps: tuple[Step, ...]) -> Phase:
    phases = {each.phase for each in steps}
    order: tuple[Phase, ...] = ("Failed", "Running", "Pending", "Succeeded")
    return next(each for each in order if each in phases)


# --- one task -------------------------------------------------------------------------------------------


def _step(name: str, pods: list[Known], cell: Cell) -> Step:
    tries: dict[int, list[Known]] = defaultdict(list)
    for pod in pods:
        tries[_try(pod)].append(pod)
    newest = max(tries)
    phase = _try_phase(tries[newest])
    attempts = tuple(_attempt(number, pod, cell) for number in sorted(tries) for pod in tries[number])
    ends = [each.ended for each in attempts if each.ended is not None]
    return Step(
        name=name,
        kind=next(role for label, role in ROLES.items() if any(label in each.labels for each in pods)),
        phase=phase,
        message=f"task {name} failed in try {newest}" if phase == "Failed" else "",
        started=first_start(pods),
        ended=max(ends, default=None) if phase in ENDED else None,
        attempts=attempts,
    )


def _try(pod: Known) -> int:
    number = pod.annotations.get("try_number") or pod.labels.get("try_number", "")
    return int(number) if number.isdigit() else 1


def _try_phase(pods: list[Known]) -> Phase:
    """How a try stands by the newest pod of each role: a launch that failed is repeated within the try."""
    counted = [pod for pod in pods if REVOKED not in pod.labels]
    newest = {next(label for label in ROLES if label in pod.labels): pod for pod in counted}
    phases = {_pod_phase(pod) for pod in newest.values()}
    order: tuple[Phase, ...] = ("Running", "Pending", "Failed", "Succeeded")
    return next((each for each in order if each in phases), "Pending")


def _pod_phase(pod: Known) -> Phase:
    """How the pod went for its task. Airflow counts a pod that was deleted before it ended as failed."""
    phase = pod_phase(pod)
    if phase == "Cancelled":
        ends = exits(pod, "main")
        return "Succeeded" if ends and all(each.code == 0 for each in ends) else "Failed"
    return "Failed" if phase in ("Pending", "Running") and CHECKED in pod.labels else phase


def _attempt(number: int, pod: Known, cell: Cell) -> Attempt:
    attempt = attempt_of(number, pod, cell)
    if attempt.phase in ENDED or CHECKED not in pod.labels:
        return attempt
    return msgspec.structs.replace(attempt, phase="Failed", ended=_checked_at(pod))


def _checked_at(pod: Known) -> datetime | None:
    """When Airflow wrote its last label: then its operator gave the pod up."""
    written = (each.time for each in pod.managers if "metadata.labels" in each.fields and each.time)
    return max(written, default=None)


ENGINE = Engine(name="airflow", title="Airflow DAG run", layer=ORCHESTRATOR, claim=claim, describe=describe)
