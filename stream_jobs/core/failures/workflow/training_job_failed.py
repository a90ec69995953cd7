"""training-job-failed: a job of several workers, or a trial of an experiment, failed for good."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.engines import all_engines
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, pods_of, seen
from stream_jobs.core.runs.volcano import JOB, volcano_phase
from stream_jobs.core.signs.gangs import failed_first
from stream_jobs.core.signs.messages import one_line

# Kinds whose condition Failed is final; a trial without its metric has failed as well.
KATIB = ("Experiment.kubeflow.org", "Trial.kubeflow.org")
BY_CONDITION = (
    *KATIB,
    "JobSet.jobset.x-k8s.io",
    "TrainJob.trainer.kubeflow.org",
    "PyTorchJob.kubeflow.org",
    "TFJob.kubeflow.org",
    "MPIJob.kubeflow.org",
    "XGBoostJob.kubeflow.org",
    "PaddleJob.kubeflow.org",
    "JAXJob.kubeflow.org",
)
BY_ENGINE = (  # kinds of which their engines tell
    "RayJob.ray.io",
    "SparkApplication.sparkoperator.k8s.io",
    "SparkApplication.spark.apache.org",
)
KINDS = (*BY_CONDITION, JOB, *BY_ENGINE)
CONDITIONS = ("Failed", "MetricsUnavailable")
WITHOUT_METRIC = (
    "The trial's program ended well, and no value of the metric was found: see that it prints lines such as "
    "accuracy=0.93, as the experiment's metricsCollectorSpec wants them, under the metric's exact name",
)
FIRST = re.compile(r"\(first failed job: (?P<name>[^)\s]+)\)")  # JobSet names it


class End(msgspec.Struct, frozen=True):
    """How it failed, in its own words."""

    message: str
    since: datetime | None


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    above = [owner for owner in cell.owners(known) if owner.key in KINDS]
    if any(owner.key not in KATIB for owner in above):
        return  # the outermost tells of it; a trial's job for itself
    end = _end(known, cell)
    if end is None:
        return
    pods = pods_of(cell.descendants(known))
    first = _named(end.message, known, cell) or failed_first(pods, end.since)
    where = f": {first.kind} {first.name} failed first" if first is not None else ""
    said = one_line(end.message, 200)
    yield Finding(
        says=f"{known.kind} {known.name} failed for good{where}" + (f" ({said})" if said else ""),
        since=end.since,
        evidence=(seen(known, end.since, one_line(end.message) or "it has failed"),),
        about=(first.uid,) if first is not None else (),
        hits=tuple(owner.uid for owner in above),
        playbook=WITHOUT_METRIC if is_true(known, "MetricsUnavailable") is not None else (),
    )


def _end(known: Known, cell: Cell) -> End | None:
    if known.key == JOB:
        phase, message, ended = volcano_phase(known, pods_of(cell.owned(known, "Pod")))
        return End(message, ended) if phase == "Failed" else None
    if known.key in BY_ENGINE:
        return _by_engine(known, cell)
    found = next((told for kind in CONDITIONS if (told := is_true(known, kind)) is not None), None)
    if found is None:
        return None
    return End(f"{found.reason or ''}: {found.message or ''}".strip(": "), found.lastTransitionTime)


def _by_engine(known: Known, cell: Cell) -> End | None:
    for engine in all_engines():
        if known.key in engine.views and engine.failed is not None:
            parts = (part for part in engine.failed(known, cell) if not part.step)
            return next((End(part.message or part.says, part.since) for part in parts), None)
    return None


def _named(message: str, known: Known, cell: Cell) -> Known | None:
    """The member that the message names; of several of that name the one that is, or was, last."""
    told = FIRST.search(message)
    jobs = [each for each in cell.descendants(known) if told is not None and each.name == told["name"]]
    return max(jobs, key=lambda each: each.created or each.first_seen) if jobs else None


FAILURE = Failure(
    id="training-job-failed",
    title="Training failed",
    says="The job as a whole has failed, after all the restarts that it may have. Which of its workers "
    "failed first, and why, is the question.",
    sees="kubectl get shows the job as Failed, with a message that only counts replicas.",
    confirm=(
        "kubectl -n NAMESPACE get KIND JOB -o yaml: the condition Failed (Volcano: status.state.phase)",
        "kubectl -n NAMESPACE get events --field-selector involvedObject.name=JOB keeps what its operator "
        "saw of pods that are gone",
    ),
    judges=KINDS,
    severity="critical",
    role="symptom",
    playbook=(
        "Go to the worker that failed first; the others mostly failed because it was gone",
        "Where its pods are gone, keep them next time: cleanPodPolicy: None, a longer time to live",
    ),
    # beyond the catalogue: the pipeline, and the experiment whose trial it is
    leads_to=("workflow-step-failed", "workflow-failed", "training-job-failed"),
    find=find,
)
