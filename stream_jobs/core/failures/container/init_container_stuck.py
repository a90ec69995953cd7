"""init-container-stuck: the step that prepares the pod runs on and on, and the program waits for it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, deletion_requested
from stream_jobs.core.pods import exits, pod_view, seen, statuses
from stream_jobs.core.quantities import say_span, say_time
from stream_jobs.core.signs.messages import logs_command
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="init-container-stuck.patience",
    default=timedelta(minutes=15),
    says="A preparation that takes longer is told: downloads and waits for a peer are mostly over by then",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for name, began, ended in _lives(known):
        at = began + PATIENCE.of(cell)
        until = min((each for each in (ended, deletion_requested(known)) if each is not None), default=None)
        if until is not None and until <= at:
            continue
        if until is None and (cell.time is None or cell.time < at):
            yield Later(at)
        else:
            yield _finding(known, cell, name, (began, until))


def _lives(known: Known) -> Iterator[tuple[str, datetime, datetime | None]]:
    """Yield (init container, start, end) of each life; the end is None while it runs."""
    for role, status in statuses(known):
        running = status.state.running if status.state is not None else None
        if role == "init" and running is not None and running.startedAt is not None:
            yield status.name, running.startedAt, None
    for each in exits(known, "init"):
        if each.started is not None and each.ended is not None:
            yield each.container, each.started, each.ended


def _finding(known: Known, cell: Cell, name: str, span: tuple[datetime, datetime | None]) -> Finding:
    began, until = span
    mains = ", ".join(each.name for each in pod_view(known).spec.containers or ()) or "the program"
    waits = "is still at work, and" if until is None else "took long;"
    return Finding(
        says=f"Init container {name} of pod {known.name} {waits} {mains} "
        f"{'waits' if until is None else 'waited'} "
        f"for it since {say_time(began)}",
        since=began,
        until=until,
        occurrence=f"{name}/{began:%Y%m%dT%H%M%S}",
        evidence=(
            seen(known, began, f"init container {name} runs for more than {say_span(PATIENCE.of(cell))}"),
        ),
        playbook=(f"See what it waits for: {logs_command(known.namespace, known.name, name)}",),
    )


FAILURE = Failure(
    id="init-container-stuck",
    title="Preparation does not end",
    says="Before the program there runs a step that prepares for it. It has not failed, but it waits for "
    "something that does not come: another pod, a host name, a dataset.",
    sees="kubectl get pods shows Init:0/1 for many minutes.",
    confirm=(
        "kubectl -n NAMESPACE logs POD -c CONTAINER says what the step waits for",
        "kubectl -n NAMESPACE get pods,services shows whether that pod or Service is there",
    ),
    judges=("Pod",),
    severity="medium",
    role="symptom",
    playbook=(
        "Read in its log what it waits for, and look at that",
        "Workers of a PyTorchJob wait for the master: see that its pod runs and its Service's name resolves",
        "Give the step a time limit of its own, so that it fails with a message instead of waiting",
    ),
    leads_to=("workflow-step-stuck-pending", "distributed-worker-lost", "pod-not-ready"),
    thresholds=(PATIENCE,),
    find=find,
)
