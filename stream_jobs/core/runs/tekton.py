"""Reading Tekton Pipelines: the views of its kinds, how a run stands, which task waits for which.

Facts: tektoncd/pipeline, pkg/apis/pipeline/v1/pipelinerun_types.go, taskrun_types.go.
"""

import re
from collections.abc import Iterable
from datetime import datetime

from schemas.contracts import Phase
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition

RESULT_OF = re.compile(r"\$\((?:tasks|finally)\.([^.)\s]+)\.")  # a parameter that waits for another task
CANCELLED = frozenset({"Cancelled", "CancelledRunningFinally", "TaskRunCancelled", "StoppedRunningFinally"})
NOT_BEGUN = frozenset({"ResolvingPipelineRef", "ResolvingTaskRef", "TaskRunPending", "Pending"})
# Reasons for which not the program is at fault: the description, the image, the node.
ERROR = re.compile(
    r"^(?:Couldnt|Invalid|PodEvicted|TaskRunImagePullFailed|CreateContainerConfigError|PodCreationFailed)"
    r"|Validation"
)


class Parameter(Part, frozen=True, omit_defaults=True):
    """params[] and matrix.params[]."""

    value: str | tuple[str, ...] | dict[str, str] | None = None


class WhenExpression(Part, frozen=True, omit_defaults=True):
    """when[]: a condition that may name another task's result."""

    input: str = ""
    values: tuple[str, ...] | None = None
    cel: str = ""


class Matrix(Part, frozen=True, omit_defaults=True):
    """tasks[].matrix."""

    params: tuple[Parameter, ...] | None = None


class PipelineTask(Part, frozen=True, omit_defaults=True):
    """tasks[] and finally[] of a pipeline."""

    name: str = ""
    runAfter: tuple[str, ...] | None = None
    params: tuple[Parameter, ...] | None = None
    when: tuple[WhenExpression, ...] | None = None
    matrix: Matrix | None = None


class PipelineSpec(Part, frozen=True, omit_defaults=True, rename={"last": "finally"}):
    """The pipeline as it was resolved."""

    tasks: tuple[PipelineTask, ...] | None = None
    last: tuple[PipelineTask, ...] | None = None


class Reference(Part, frozen=True, omit_defaults=True):
    """spec.pipelineRef and spec.taskRef."""

    name: str = ""


class SkippedTask(Part, frozen=True, omit_defaults=True):
    """status.skippedTasks[]."""

    name: str = ""
    reason: str = ""


class PipelineRunSpec(Part, frozen=True, omit_defaults=True):
    """What it is to do."""

    pipelineRef: Reference | None = None
    status: str = ""  # PipelineRunPending, Cancelled, CancelledRunFinally, StoppedRunFinally


class PipelineRunStatus(Part, frozen=True, omit_defaults=True):
    """What became of it."""

    conditions: tuple[Condition, ...] | None = None
    startTime: datetime | None = None
    completionTime: datetime | None = None
    pipelineSpec: PipelineSpec | None = None
    skippedTasks: tuple[SkippedTask, ...] | None = None


class PipelineRun(View, frozen=True, omit_defaults=True):
    """tekton.dev/v1 PipelineRun."""

    spec: PipelineRunSpec = PipelineRunSpec()
    status: PipelineRunStatus | None = None


class TaskRunSpec(Part, frozen=True, omit_defaults=True):
    """What it is to do."""

    taskRef: Reference | None = None
    status: str = ""  # TaskRunPending, TaskRunCancelled


class Retried(Part, frozen=True, omit_defaults=True):
    """status.retriesStatus[]: an earlier try."""

    podName: str = ""
    startTime: datetime | None = None
    completionTime: datetime | None = None


class TaskRunStatus(Part, frozen=True, omit_defaults=True):
    """What became of it."""

    conditions: tuple[Condition, ...] | None = None
    podName: str = ""
    startTime: datetime | None = None
    completionTime: datetime | None = None
    retriesStatus: tuple[Retried, ...] | None = None


class TaskRun(View, frozen=True, omit_defaults=True):
    """tekton.dev/v1 TaskRun."""

    spec: TaskRunSpec = TaskRunSpec()
    status: TaskRunStatus | None = None


def run_phase(known: Known) -> tuple[Phase, str]:
    """Return the phase of a PipelineRun or TaskRun in our words, and its own message."""
    found = condition(known, "Succeeded") or Condition()
    reason, message = found.reason or "", found.message or ""
    if found.status == "True":
        return "Succeeded", ""
    if found.status == "False":
        outcome: Phase = "Error" if ERROR.search(reason) else "Failed"
        return ("Cancelled" if reason in CANCELLED else outcome), f"{reason}: {message}".strip(": ")
    if not known.exists:
        return "Cancelled", "deleted before it ended"
    view = known.view
    if isinstance(view, PipelineRun) and view.spec.status == "PipelineRunPending":
        return "Suspended", ""
    return ("Pending" if not found.status or reason in NOT_BEGUN else "Running"), ""


def plan_of(spec: PipelineSpec) -> dict[str, tuple[str, ...]]:
    """Return the pipeline's tasks in order, each with those it waits for; `finally` waits for all."""
    tasks = {each.name: each for each in spec.tasks or ()}
    found = {name: tuple(each for each in _before(task) if each in tasks) for name, task in tasks.items()}
    return found | {each.name: tuple(tasks) for each in spec.last or ()}


def _before(task: PipelineTask) -> dict[str, None]:
    parameters = (*(task.params or ()), *((task.matrix.params if task.matrix else None) or ()))
    texts = [each for one in parameters for each in _texts(one.value)]
    for when in task.when or ():
        texts += [when.input, when.cel, *(when.values or ())]
    return dict.fromkeys(
        (*(task.runAfter or ()), *(name for text in texts for name in RESULT_OF.findall(text)))
    )


def _texts(value: str | tuple[str, ...] | dict[str, str] | None) -> Iterable[str]:
    if isinstance(value, dict):
        return value.values()
    return (value,) if isinstance(value, str) else value or ()
