"""Volcano's Job and JobFlow, and how they stand. Its kinds Job and CronJob are others than those of batch/v1.

Sources: volcano-sh/apis, pkg/apis/batch/v1alpha1/{job,labels}.go, pkg/apis/flow/v1alpha1/jobflow_types.go.
"""

from datetime import datetime

from schemas.contracts import Phase
from schemas.kubernetes import Part, View
from stream_jobs.core.known import Known
from stream_jobs.core.signs.gangs import failed_first
from stream_jobs.core.signs.messages import one_line

GROUP, FLOW_GROUP = "batch.volcano.sh", "flow.volcano.sh"
JOB, FLOW, CRON = f"Job.{GROUP}", f"JobFlow.{FLOW_GROUP}", f"CronJob.{GROUP}"
LABEL = "volcano.sh/"
JOB_NAME, TASK, INDEX = LABEL + "job-name", LABEL + "task-spec", LABEL + "task-index"
PHASES: dict[str, Phase] = {
    "Pending": "Pending",
    "Running": "Running",
    "Restarting": "Running",
    "Completing": "Running",
    "Aborting": "Running",
    "Terminating": "Running",
    "Completed": "Succeeded",
    "Failed": "Failed",
    "Terminated": "Failed",
    "Aborted": "Cancelled",
    # JobFlow
    "Succeed": "Succeeded",
}
STOPPED = ("Aborted", "Terminated")  # by a person's command, or by a policy because a task failed


class DependsOn(Part, frozen=True, omit_defaults=True):
    """spec.tasks[].dependsOn names tasks, spec.flows[].dependsOn targets."""

    name: tuple[str, ...] | None = None
    targets: tuple[str, ...] | None = None


class Task(Part, frozen=True, omit_defaults=True):
    """spec.tasks[]."""

    name: str = ""
    replicas: int = 1
    dependsOn: DependsOn | None = None


class JobSpec(Part, frozen=True, omit_defaults=True):
    """What a Job is to do."""

    tasks: tuple[Task, ...] | None = None
    minAvailable: int = 0
    queue: str = ""


class State(Part, frozen=True, omit_defaults=True):
    """status.state."""

    phase: str = ""
    reason: str = ""
    message: str = ""
    lastTransitionTime: datetime | None = None


class JobStatus(Part, frozen=True, omit_defaults=True):
    """What became of it. Its conditions are phases it was in, without a type: `state` tells enough."""

    state: State = State()
    retryCount: int = 0

    @property
    def phase(self) -> str:
        """The phase, under the name that other kinds have it."""
        return self.state.phase


class VolcanoJob(View, frozen=True, omit_defaults=True):
    """batch.volcano.sh/v1alpha1 Job."""

    spec: JobSpec = JobSpec()
    status: JobStatus = JobStatus()


class Flow(Part, frozen=True, omit_defaults=True):
    """spec.flows[]: a JobTemplate to be run, after others."""

    name: str = ""
    dependsOn: DependsOn | None = None


class FlowSpec(Part, frozen=True, omit_defaults=True):
    """What a JobFlow is to do."""

    flows: tuple[Flow, ...] | None = None


class JobFlow(View, frozen=True, omit_defaults=True):
    """flow.volcano.sh/v1alpha1 JobFlow: Jobs that follow one another."""

    spec: FlowSpec = FlowSpec()
    status: JobStatus = JobStatus()


def volcano_phase(known: Known, pods: list[Known]) -> tuple[Phase, str, datetime | None]:
    """Return phase, the Job's or JobFlow's own message, and when it ended.

    Aborted and Terminated tell of a person's wish and of a policy alike: where a pod had failed by itself
    before, the run has failed.
    """
    view = known.view
    assert isinstance(view, VolcanoJob | JobFlow)
    state = view.status.state
    phase = PHASES.get(state.phase, "Pending")
    said = one_line(f"{state.reason}: {state.message}".strip(": "))
    ended = state.lastTransitionTime or known.seen
    if state.phase in STOPPED:
        broke = failed_first(pods, None)
        if broke is None:
            return "Cancelled", said or f"it was {state.phase.lower()}", ended
        return "Failed", said or f"{state.phase} after its pod {broke.name} had failed", ended
    if phase in ("Succeeded", "Failed"):
        return phase, said if phase == "Failed" else "", ended
    if not known.exists:
        return "Cancelled", "deleted before it ended", known.deleted
    return phase, said if state.phase == "Restarting" else "", None
