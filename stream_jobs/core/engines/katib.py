"""Katib: a run is an Experiment, its Trials are its steps. The job of a trial is a run of its own, nested.

The pods of the suggestion service carry the experiment's label as well, and are no trial. A trial's job is
deleted when the trial is over. Source: kubeflow/katib, pkg/apis/controller/{experiments,trials}/v1beta1.
"""

from datetime import datetime

from schemas.contracts import ENDED, Phase, Step
from schemas.kubernetes import Condition, Part, View
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import PARENT, Claim, Description, Engine
from stream_jobs.core.known import Known
from stream_jobs.core.pods import condition, ended_at, first_start, is_true, pods_of, wait_of, widest
from stream_jobs.core.runs.roles import attempts_of, fold, owner_name, owner_uid
from stream_jobs.core.signs.messages import one_line

GROUP = "kubeflow.org"
EXPERIMENT, TRIAL, SUGGESTION = (f"{kind}.{GROUP}" for kind in ("Experiment", "Trial", "Suggestion"))
TRIAL_LABEL = "katib.kubeflow.org/trial"  # of a trial's pods
# Conditions of a Trial, final ones first. One without its metric is the engine's loss, not the program's.
TRIAL_PHASES: dict[str, Phase] = {
    "Failed": "Failed",
    "MetricsUnavailable": "Error",
    "EarlyStopped": "Succeeded",
    "Succeeded": "Succeeded",
    "Killed": "Cancelled",
    "Running": "Running",
    "Created": "Pending",
}


class Assignment(Part, frozen=True, omit_defaults=True):
    """parameterAssignments[]: one parameter of a trial."""

    name: str = ""
    value: str = ""


class Metric(Part, frozen=True, omit_defaults=True):
    """observation.metrics[]."""

    name: str = ""
    latest: str = ""


class Observation(Part, frozen=True, omit_defaults=True):
    """What a trial measured."""

    metrics: tuple[Metric, ...] | None = None


class TrialSpec(Part, frozen=True, omit_defaults=True):
    """What a trial tries."""

    parameterAssignments: tuple[Assignment, ...] | None = None


class TrialStatus(Part, frozen=True, omit_defaults=True):
    """What became of it."""

    conditions: tuple[Condition, ...] | None = None
    startTime: datetime | None = None
    completionTime: datetime | None = None
    observation: Observation | None = None


class Trial(View, frozen=True, omit_defaults=True):
    """kubeflow.org/v1beta1 Trial."""

    spec: TrialSpec = TrialSpec()
    status: TrialStatus | None = None


class ExperimentStatus(Part, frozen=True, omit_defaults=True):
    """How an experiment stands."""

    conditions: tuple[Condition, ...] | None = None
    startTime: datetime | None = None
    completionTime: datetime | None = None


class Experiment(View, frozen=True, omit_defaults=True):
    """kubeflow.org/v1beta1 Experiment."""

    status: ExperimentStatus | None = None


def claim(known: Known, cell: Cell) -> Claim | None:
    """Claim Experiments and what they own: Trials and the Suggestion, and by way of them the rest."""
    uid = known.uid if known.key == EXPERIMENT else owner_uid(known, "Experiment", GROUP)
    return Claim(key=uid, namespace=known.namespace) if uid else None


def describe(members: list[Known], cell: Cell) -> Description:
    """Tell the experiment's story; where it was not seen, what its trials tell."""
    head = next((each for each in members if isinstance(each.view, Experiment)), None)
    trials = [each for each in members if isinstance(each.view, Trial)]
    names = {each.name for each in trials}
    pods = [each for each in pods_of(members) if _trial_of(each, cell) in names]
    steps = tuple(
        _step(each, [pod for pod in pods if _trial_of(pod, cell) == each.name], cell) for each in trials
    )
    if head is None:
        return _without_experiment(members, pods, steps)
    assert isinstance(head.view, Experiment)
    status = head.view.status or ExperimentStatus()
    phase, message, ended = experiment_phase(head, status)
    return Description(
        kind="Experiment",
        name=head.name,
        uid=head.uid,
        run=head.uid,
        definition=head.view.metadata.generateName.rstrip("-") or head.name,
        trigger="" if head.view.metadata.ownerReferences else "manual",
        phase=phase,
        message=message,
        wait=_wait(phase, members, trials, pods),
        created=head.created,
        started=first_start(pods) or min((each.started for each in steps if each.started), default=None),
        ended=ended,
        deleted=head.deleted,
        attempt=1 + sum(turn.type == "Restarting" and turn.status == "True" for turn in head.history.turns),
        steps=steps,
        requests=widest(pods),
    )


def experiment_phase(known: Known, status: ExperimentStatus) -> tuple[Phase, str, datetime | None]:
    """Return phase, the experiment's own message, and when it ended.

    One that ended goes on in the same object when somebody raises maxTrialCount: its end is False then.
    """
    for kind in ("Succeeded", "Failed"):
        found = is_true(known, kind)
        if found is not None:
            said = f"{found.reason or ''}: {found.message or ''}".strip(": ")
            ended = status.completionTime or found.lastTransitionTime
            return ("Succeeded" if kind == "Succeeded" else "Failed"), said, ended
    if not known.exists:
        return "Cancelled", "deleted before it ended", known.deleted
    restarting = is_true(known, "Restarting")
    message = (restarting.message or "") if restarting is not None else ""
    runs = restarting is not None or is_true(known, "Running") is not None
    return ("Running" if runs else "Pending"), message, None


def _wait(phase: Phase, members: list[Known], trials: list[Known], pods: list[Known]) -> str:
    if phase not in ("Pending", "Running"):
        return ""
    if waiting := wait_of(pods):
        return waiting
    if any(trial_phase(each)[0] in ("Running", "Pending") for each in trials):
        return ""
    suggestion = next((each for each in members if each.key == SUGGESTION and each.exists), None)
    if suggestion is None or is_true(suggestion, "DeploymentReady") is not None:
        return ""
    told = condition(suggestion, "DeploymentReady")
    said = f": {one_line(told.message, 200)}" if told is not None and told.message else ""
    return f"its suggestion service, which picks the parameters, is not up{said}"


# --- trials ---------------------------------------------------------------------------------------------


def trial_phase(known: Known) -> tuple[Phase, str]:
    """Return a trial's phase and its own message: of the conditions that hold, the most final one tells."""
    for kind, phase in TRIAL_PHASES.items():
        found = is_true(known, kind)
        if found is None:
            continue
        if phase not in ENDED and not known.exists:
            return "Cancelled", "deleted before it ended"
        said = f"{found.reason or ''}: {found.message or ''}".strip(": ")
        return phase, said if phase in ("Failed", "Error", "Cancelled") else ""
    return ("Pending" if known.exists else "Cancelled"), ""


def _step(trial: Known, pods: list[Known], cell: Cell) -> Step:
    view = trial.view
    assert isinstance(view, Trial)
    status = view.status or TrialStatus()
    phase, message = trial_phase(trial)
    ends = [at for each in pods if (at := ended_at(each)) is not None]
    ended = status.completionTime or trial.deleted or max(ends, default=None)
    return Step(
        name=trial.name,
        kind="Trial",
        phase=phase,
        message=message or _result(view, status),
        started=status.startTime or first_start(pods),
        ended=ended if phase in ENDED else None,
        attempts=attempts_of(pods, cell),
    )


def _result(view: Trial, status: TrialStatus) -> str:
    """What it tried, and what came of it: "lr=0.01: accuracy 0.93"."""
    tried = ", ".join(f"{each.name}={each.value}" for each in view.spec.parameterAssignments or ())
    metrics = status.observation.metrics if status.observation is not None else None
    measured = ", ".join(f"{each.name} {each.latest}" for each in metrics or ())
    return one_line(": ".join(filter(None, (tried, measured))), 200)


def _trial_of(pod: Known, cell: Cell) -> str:
    """The trial that a pod is of, by label, else by its owners; "" for the suggestion service's."""
    named = pod.labels.get(TRIAL_LABEL)
    if named:
        return named
    chain = (pod, *cell.owners(pod))
    return next((found for each in chain if (found := owner_name(each, "Trial", GROUP))), "")


def _without_experiment(members: list[Known], pods: list[Known], steps: tuple[Step, ...]) -> Description:
    """Its trials were seen, it was not."""
    first = members[0]
    phase = fold(each.phase for each in steps)
    name = next((found for each in members if (found := owner_name(each, "Experiment", GROUP))), first.name)
    uid = next((found for each in members if (found := owner_uid(each, "Experiment", GROUP))), "")
    return Description(
        kind="Experiment",
        name=name,
        uid=uid,
        run=uid,
        definition=name,
        phase=phase,
        message="the Experiment itself was not seen: this is what its trials tell",
        wait=wait_of(pods) if phase in ("Pending", "Running") else "",
        created=first.created,
        started=first_start(pods),
        ended=max((each.ended for each in steps if each.ended), default=None) if phase in ENDED else None,
        steps=steps,
        requests=widest(pods),
    )


ENGINE = Engine(
    name="katib",
    title="Katib experiment",
    layer=PARENT,
    views={EXPERIMENT: Experiment, TRIAL: Trial},
    controllers=("katib-controller",),
    claim=claim,
    describe=describe,
)
