"""Tekton Pipelines: a run is a PipelineRun, or a TaskRun that no PipelineRun started.

A step is a task of the pipeline; a task with a matrix has several TaskRuns, and each retry of one a pod of
its own. Nothing says who started a run. Sources: tektoncd/pipeline, pkg/pod/pod.go,
pkg/reconciler/pipelinerun/pipelinerun.go.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from schemas.contracts import ENDED, Attempt, Phase, Step
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import ORCHESTRATOR, Claim, Description, Engine, FailedPart
from stream_jobs.core.known import Known
from stream_jobs.core.pods import attempt_of, condition, ended_at, first_start, pods_of, wait_of, widest
from stream_jobs.core.runs.tekton import (
    PipelineRun,
    PipelineRunStatus,
    PipelineSpec,
    Retried,
    TaskRun,
    TaskRunStatus,
    plan_of,
    run_phase,
)

GROUP = "tekton.dev"
PIPELINE_RUN, TASK_RUN = f"PipelineRun.{GROUP}", f"TaskRun.{GROUP}"
LABEL = f"{GROUP}/"
EVENTS = ("triggers.tekton.dev/eventlistener", "triggers.tekton.dev/trigger")  # labels of what Triggers made
ORDER: tuple[Phase, ...] = ("Running", "Suspended", "Pending", "Error", "Failed", "Cancelled", "Succeeded")


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim PipelineRuns, and what carries their uid: by label, else by owner; then TaskRuns alike."""
    if known.key == PIPELINE_RUN:  # of a pipeline inside of a pipeline the labels name the outer one
        return Claim(key=known.uid, namespace=known.namespace)
    uid = known.labels.get(LABEL + "pipelineRunUID") or _owner(known, "PipelineRun")
    if not uid and known.key == TASK_RUN:
        uid = known.uid
    if not uid:
        uid = known.labels.get(LABEL + "taskRunUID") or _owner(known, "TaskRun")
        if cell.objects.get(uid) is not None:
            return None  # the TaskRun is an owner, and claims for both
    return Claim(key=uid, namespace=known.namespace) if uid else None


def _owner(known: Known, kind: str) -> str:
    owners = known.view.metadata.ownerReferences or ()
    return next((each.uid for each in owners if each.kind == kind and each.group == GROUP), "")


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the run's story; where its own object was not seen, what its TaskRuns and pods tell."""
    runs = [each for each in members if isinstance(each.view, PipelineRun)]
    uids = {each.uid for each in runs}
    head = next((each for each in runs if _owner(each, "PipelineRun") not in uids), None)
    alone = next((each for each in members if _is_alone(each)), None)
    steps = _steps(head, members, cell)
    known = head or alone
    phase, message = run_phase(known) if known else (_fold(each.phase for each in steps), "")
    since, ended = _times(known, members, phase)
    labels = members[0].labels
    named = known or members[0]
    return Description(
        kind="TaskRun" if alone and not head else "PipelineRun",
        name=known.name if known else labels.get(LABEL + "pipelineRun") or members[0].name,
        uid=known.uid if known else labels.get(LABEL + "pipelineRunUID", ""),
        run=known.uid if known else labels.get(LABEL + "pipelineRunUID", ""),
        definition=_definition(named),
        trigger="event" if any(each in named.labels for each in EVENTS) else "manual",
        phase=phase,
        message=message if known else "the run itself was not seen: this is what its tasks and pods tell",
        wait=_wait(phase, named, members),
        created=named.created,
        started=since,
        ended=ended,
        deleted=known.deleted if known else None,
        steps=steps,
        requests=widest(pods_of(members)),
    )


def _is_alone(known: Known) -> bool:
    return isinstance(known.view, TaskRun) and not (
        known.labels.get(LABEL + "pipelineRunUID") or _owner(known, "PipelineRun")
    )


def _times(
    known: Known | None, members: list[Known], phase: Phase
) -> tuple[datetime | None, datetime | None]:
    pods = pods_of(members)
    view = known.view if known else None
    status = view.status if isinstance(view, PipelineRun | TaskRun) else None
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    gone = known.deleted if known else max(ends, default=None)
    ended = (status.completionTime if status else None) or gone
    return (status.startTime if status else None) or first_start(pods), ended if phase in ENDED else None


def _definition(known: Known) -> str:
    view = known.view
    reference = view.spec.pipelineRef if isinstance(view, PipelineRun) else None
    if isinstance(view, TaskRun):
        reference = view.spec.taskRef
    named = known.labels.get(LABEL + "pipeline", "")  # the run's own name, where the pipeline has none
    told = (reference.name if reference else "") or ("" if named == known.name else named)
    return told or view.metadata.generateName.rstrip("-") or known.name


def _wait(phase: Phase, known: Known, members: list[Known]) -> str:
    if phase == "Suspended":
        return "it is to start only when somebody sets its spec.status to empty"
    if phase not in ("Pending", "Running"):
        return ""
    return wait_of(pods_of(members)) or (
        "" if condition(known, "Succeeded") else "its controller has not picked it up"
    )


# --- steps ----------------------------------------------------------------------------------------------


def _steps(head: Known | None, members: list[Known], cell: Cell) -> tuple[Step, ...]:
    """One step a task: first those of the pipeline in its order, then what is not in it."""
    view = head.view if head else None
    status = (view.status if isinstance(view, PipelineRun) else None) or PipelineRunStatus()
    over = head is not None and run_phase(head)[0] in ENDED
    plan = plan_of(status.pipelineSpec or PipelineSpec())
    skipped = {each.name: each.reason for each in status.skippedTasks or ()}
    own = [each for each in members if head is None or _of_run(each, head)]
    names = dict.fromkeys((*plan, *(_task(each) for each in own if isinstance(each.view, TaskRun))))
    names |= dict.fromkeys(_task(each) for each in pods_of(own) if LABEL + "taskRun" in each.labels)
    steps = []
    for name in names:
        mine = [each for each in own if _task(each) == name]
        step = _step(name, mine, plan.get(name, ()), cell)
        if name in skipped or (over and step.phase == "Pending" and not step.attempts):
            step = Step(
                name=name, kind="Task", phase="Skipped", message=skipped.get(name, ""), after=step.after
            )
        steps.append(step)
    return tuple(steps)


def _of_run(known: Known, head: Known) -> bool:
    """Whether it is of this run itself, not of a pipeline inside of it."""
    return known.labels.get(LABEL + "pipelineRunUID", head.uid) == head.uid


def _task(known: Known) -> str:
    """The task that a TaskRun or pod is of; a TaskRun that stands alone is its own."""
    labels = known.labels
    return labels.get(LABEL + "pipelineTask") or labels.get(LABEL + "taskRun") or known.name


def _step(name: str, members: list[Known], after: tuple[str, ...], cell: Cell) -> Step:
    runs = [each for each in members if isinstance(each.view, TaskRun)]
    pods = pods_of(members)
    attempts = [each for run in runs for each in _attempts(run, pods, cell)]
    shown = {each.pod for each in attempts}
    rest = [each for each in pods if each.name not in shown and LABEL + "taskRun" in each.labels]
    attempts += [attempt_of(number, each, cell) for number, each in enumerate(rest, 1)]
    told = [run_phase(each) for each in runs]
    phase = _fold(each for each, _ in told) if told else _fold(each.phase for each in attempts)
    starts = [each.started for each in attempts if each.started]
    ends = [each.ended for each in attempts if each.ended]
    return Step(
        name=name,
        kind="Task",
        phase=phase,
        message=next((message for each, message in told if each == phase), ""),
        started=min(starts, default=None),
        ended=max(ends, default=None) if phase in ENDED else None,
        after=after,
        attempts=tuple(attempts),
    )


def _attempts(run: Known, pods: list[Known], cell: Cell) -> list[Attempt]:
    """The tries of a TaskRun: from their pods, or what its status keeps of those that are gone."""
    view = run.view
    status = (view.status if isinstance(view, TaskRun) else None) or TaskRunStatus()
    newest = Retried(status.podName, status.startTime, status.completionTime)
    tries = [*(status.retriesStatus or ()), *([newest] if newest.podName else [])]
    by_name = {each.name: each for each in pods}
    found = []
    for number, each in enumerate(tries, 1):
        pod = by_name.get(each.podName)
        phase, message = run_phase(run) if each is newest else ("Failed", "")
        kept = Attempt(
            number=number,
            pod=each.podName,
            phase=phase,
            started=each.startTime,
            ended=each.completionTime,
            message=message,
        )
        found.append(kept if pod is None else attempt_of(number, pod, cell))
    return found


def _fold(phases: Iterable[Phase]) -> Phase:
    told = set(phases)
    return next((each for each in ORDER if each in told), "Pending")


def failed(known: Known, cell: Cell) -> Iterator[FailedPart]:
    """Yield the tasks of a PipelineRun that failed by themselves, and the run; a TaskRun alone is a run."""
    if known.key == TASK_RUN and not _is_alone(known):
        return
    kind = known.key.partition(".")[0]
    for each in cell.owned(known, TASK_RUN):
        yield from _failed(each, f"Task {_task(each)} of {kind} {known.name} failed", _task(each))
    yield from _failed(known, f"{kind} {known.name} failed")


def _failed(known: Known, says: str, step: str = "") -> Iterator[FailedPart]:
    phase, message = run_phase(known)
    found = condition(known, "Succeeded")
    if phase in ("Failed", "Error") and found is not None:
        at = found.lastTransitionTime
        yield FailedPart(step=step, says=says, message=message, since=at, about=(known.uid,) if step else ())


ENGINE = Engine(
    name="tekton",
    title="Tekton run",
    layer=ORCHESTRATOR,
    views={PIPELINE_RUN: PipelineRun, TASK_RUN: TaskRun},
    controllers=("tekton-pipelines-controller",),
    failed=failed,
    claim=claim,
    describe=describe,
)
