"""Kubeflow Pipelines: a run is one `pipeline/runid`, carried out by an Argo Workflow, or by several in turn.

A retry may delete the Workflow and make it anew under its name: the run's id is what stays. Source:
kubeflow/pipelines, backend/src/apiserver/template, resource/resource_manager.go.
"""

from datetime import UTC, datetime
from itertools import pairwise

import msgspec

from schemas.contracts import ENDED, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import containers, pod_view, pods_of
from stream_jobs.core.runs.argo import KEY, describe_workflow, without_workflow
from stream_jobs.core.runs.kfp import fold_tasks, is_v2
from stream_jobs.core.runs.workflows import nodes_of, workflow_view

RUN = "pipeline/runid"
LABEL = "pipelines.kubeflow.org/"
SCHEDULED = "scheduledworkflows.kubeflow.org/"
NAME_ARGUMENT = "--pipeline_name"  # of a driver's container
PROFILE = ("app.kubernetes.io/part-of", "kubeflow-profile")  # of a namespace that is one user's


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim what carries the run's id: the Workflow, and the pods of it."""
    run = known.labels.get(RUN, "")
    return Claim(key=run, namespace=known.namespace) if run and known.key in (KEY, "Pod") else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the run's story by its newest Workflow; attempts are told of all of them."""
    heads = [each for each in members if each.key == KEY]
    pods = pods_of(members)
    if not heads:
        told = without_workflow(members, cell)
        steps = _folded(told.steps, None, pods, told.name)
        return msgspec.structs.replace(told, run=members[0].labels.get(RUN, told.run), steps=steps)
    head = heads[-1]
    told = describe_workflow(head, members, cell, of={each.uid for each in heads})
    phase, message = _outcome(head, told)
    return msgspec.structs.replace(
        told,
        run=head.labels.get(RUN, head.uid),
        definition=_definition(head, pods),
        trigger="schedule" if _schedule(head) else told.trigger,
        user=_user(head, cell),
        phase=phase,
        message=message,
        queued=_epoch(head.labels.get(SCHEDULED + "workflowEpoch", "")) or told.queued,
        attempt=_attempt(head, told, heads),
        steps=_folded(told.steps, head, pods, head.name),
    )


def _outcome(head: Known, told: Description) -> tuple[Phase, str]:
    """The API server ends a run by setting its deadline to zero; Argo calls that Failed."""
    spec = workflow_view(head.view).spec
    if told.phase in ("Failed", "Error") and spec.activeDeadlineSeconds == 0:
        return "Cancelled", "somebody terminated the run"
    return told.phase, told.message


def _attempt(head: Known, told: Description, heads: list[Known]) -> int:
    generation = head.annotations.get(LABEL + "retry-generation", "")
    return max(int(generation) + 1 if generation.isdigit() else 1, told.attempt, len(heads))


def _epoch(text: str) -> datetime | None:
    seconds = int(text) if text.isdigit() and len(text) <= 11 else 0
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


# --- who started what -----------------------------------------------------------------------------------


def _schedule(head: Known) -> str:
    """The ScheduledWorkflow (a recurring run) that started it."""
    owners = head.view.metadata.ownerReferences or ()
    named = next((each.name for each in owners if each.kind == "ScheduledWorkflow"), "")
    return head.labels.get(SCHEDULED + "scheduledWorkflowName") or named


def _definition(head: Known, pods: list[Known]) -> str:
    """The pipeline: as version 1 says in an annotation, version 2 to its drivers, or as it named the run."""
    try:
        told = msgspec.json.decode(head.annotations.get(LABEL + "pipeline_spec", "{}"), type=PipelineSpec)
    except msgspec.DecodeError:
        told = PipelineSpec()
    argued = next(filter(None, (_argument(each) for each in pods)), "")
    generated = head.view.metadata.generateName.rstrip("-")
    return told.name or argued or generated or _schedule(head) or head.name


class PipelineSpec(msgspec.Struct, frozen=True):
    """The annotation pipeline_spec, as far as it is read."""

    name: str = ""


def _argument(pod: Known) -> str:
    for each in containers(pod_view(pod).spec):
        words = [*(each.command or ()), *(each.args or ())]
        for word, following in pairwise(words):
            if word == NAME_ARGUMENT:
                return following
    return ""


def _user(head: Known, cell: Cell) -> str:
    """The owner of the profile that the namespace is; the Workflow itself names nobody."""
    namespace = cell.by_name("Namespace", "", head.namespace)
    if namespace is None or namespace.labels.get(PROFILE[0]) != PROFILE[1]:
        return ""
    return namespace.annotations.get("owner", "")


# --- steps ----------------------------------------------------------------------------------------------


def _folded(steps: tuple[Step, ...], head: Known | None, pods: list[Known], run: str) -> tuple[Step, ...]:
    nodes = nodes_of(head.view) if head is not None else {}
    if is_v2(nodes) or any("v2_component" in name for each in pods for name in _marks(each)):
        return fold_tasks(steps, nodes, run)
    return tuple(_of_v1(each, pods) for each in steps)


def _marks(pod: Known) -> set[str]:
    return {*pod.labels, *pod.annotations}


def _of_v1(step: Step, pods: list[Known]) -> Step:
    """An operation of version 1 is one pod, which says whether its result came from the cache."""
    uids = {each.pod_uid for each in step.attempts}
    mine = [each for each in pods if each.uid in uids]
    shown = next(
        filter(None, (each.annotations.get(LABEL + "task_display_name") for each in mine)), step.name
    )
    cached = any(each.labels.get(LABEL + "reused_from_cache") == "true" for each in mine)
    message = "its result was in the cache" if cached and step.phase in ENDED else step.message
    return msgspec.structs.replace(step, name=shown, message=message)


ENGINE = Engine(
    name="kfp",
    title="Kubeflow pipeline run",
    layer=ORCHESTRATOR,
    absorbs=("argo",),
    nests=False,
    starters=("ScheduledWorkflow.kubeflow.org",),
    controllers=("ml-pipeline",),
    claim=claim,
    describe=describe,
)
