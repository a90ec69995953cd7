"""workflow-deadline-exceeded: a pipeline, or a step of it, ran into its time limit."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.contracts import Evidence
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import FailedPart
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.quantities import say_span
from stream_jobs.core.runs.statements import evidence_of, run_kinds, statements
from stream_jobs.core.runs.workflows import Workflow
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pipelines import stopped

# Argo: workflow/controller/operator.go; Tekton: pkg/apis/pipeline/v1; KubeRay: rayjob_types.go
TOLD = re.compile(
    r"^(?:Step exceeded (?:its|workflow) deadline|Workflow timed out"
    r"|.*longer than (?:the )?specified deadline|(?:TaskRun|PipelineRun|CustomRun)Timeout"
    r"|(?:PreRunning)?DeadlineExceeded|TimedOut\b)",
    re.DOTALL,
)
EVENT = "WorkflowTimedOut"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    if stopped(known):
        return
    parts = [each for each in statements(known, cell) if TOLD.search(each.message)]
    events = cell.events(known, EVENT)
    whole = [each for each in parts if not each.step]
    if whole or _limit(known) or events:
        if parts or events:
            since = min((each.since for each in parts if each.since), default=None)
            told = [
                Evidence(at=each.first, ref=known.ref, says=f"{EVENT}: {one_line(each.message)}")
                for each in events
            ]
            yield _of_run(known, parts, since or events[0].first, told)
        return
    for part in parts:
        yield Finding(
            says=f"{part.says} ran into its time limit: {one_line(part.message, 200)}",
            since=part.since,
            occurrence=part.step,
            evidence=(evidence_of(known, part),),
            hits=part.about,
        )


def _of_run(known: Known, parts: list[FailedPart], since: datetime | None, told: list[Evidence]) -> Finding:
    limit = _limit(known)
    span = f" of {say_span(timedelta(seconds=limit))}" if limit else ""
    return Finding(
        says=f"{known.kind} {known.name} ran into its time limit{span} and was ended",
        since=since,
        evidence=(*told, *(evidence_of(known, each) for each in parts[:3])),
        hits=tuple(uid for each in parts for uid in each.about),
    )


def _limit(known: Known) -> int:
    """The run's own limit in seconds; 0 where none is known."""
    if isinstance(known.view, Workflow):
        return known.view.spec.activeDeadlineSeconds or 0
    text = known.fields.get("spec.activeDeadlineSeconds", "")
    return int(text) if text.isdigit() else 0


FAILURE = Failure(
    id="workflow-deadline-exceeded",
    title="Pipeline took too long",
    says="The pipeline or one of its steps has a time limit and ran into it. The limit counts waiting for a "
    "node, an image or a lock as well as work.",
    sees="The run failed with a message about a deadline or a timeout; its pods were ended although they did "
    "not fail themselves.",
    confirm=(
        "kubectl -n NAMESPACE get workflow NAME -o jsonpath='{.status.message} "
        "{.spec.activeDeadlineSeconds}' "
        "(Argo)",
        "kubectl -n NAMESPACE get pipelinerun NAME -o jsonpath='{.status.conditions[0].reason} "
        "{.spec.timeouts}' (Tekton)",
    ),
    judges=run_kinds(),
    severity="medium",
    role="cause",
    playbook=(
        "See how much of the time was waiting (Pending) and how much was work",
        "Raise the limit, or make the slow step shorter; give waiting for nodes its own, longer limit",
    ),
    leads_to=(
        "workflow-failed",
        "workflow-step-failed",
        "training-job-failed",
        # how the pods end that it stops
        "pod-deadline-exceeded",
        "pod-failed",
        "container-killed-by-signal",
    ),
    find=find,
)
