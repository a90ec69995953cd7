"""init-container-failed: a step that prepares the pod failed, so the program never started."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Exit, Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.signs.exit_codes import say_exit
from stream_jobs.core.signs.lives import Fault, faults, logs_of, program, stopped
from stream_jobs.core.signs.messages import listed, times


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    def wanted(ended: Exit) -> bool:
        return ended.role == "init" and not stopped(known, cell, ended)

    for fault in faults(known, cell, wanted):
        yield fault if isinstance(fault, Later) else _finding(known, fault)


def _finding(known: Known, fault: Fault) -> Finding:
    last = fault.last
    what = say_exit(last.code, program(known, fault.container))
    mains = listed([each.name for each in pod_view(known).spec.containers or ()])
    return Finding(
        says=f"Init container {fault.container} of pod {known.name} failed{times(len(fault.exits))} with "
        f"{what}, so {mains or 'the program'} did not start",
        since=fault.since,
        until=fault.until,
        occurrence=f"{fault.container}/{fault.first.restart}",
        evidence=(seen(known, last.ended, f"init container {fault.container}: {last.reason}, {what}"),),
        playbook=(logs_of(known, fault),),
    )


FAILURE = Failure(
    id="init-container-failed",
    title="Preparation failed",
    says="Before the program there runs a step that prepares for it: it downloads data or waits for a "
    "service. That step failed, and the program itself was not started.",
    sees="kubectl get pods shows Init:Error or Init:CrashLoopBackOff.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.initContainerStatuses[*].state}' shows which "
        "one failed",
        "kubectl -n NAMESPACE logs POD -c INIT-CONTAINER shows why",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Look for the reason in the init container, not in the main one: the main one has no log",
        "Check what the step needs: an address, a dataset, a login",
    ),
    leads_to=("pod-not-ready", "pod-failed", "workflow-step-failed", "job-backoff-limit-exceeded"),
    find=find,
)
