"""container-command-not-found: the command in the pod spec is not in the image."""

import re
from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import image_of, seen
from stream_jobs.core.signs.complaints import Complaint, Source, complaints
from stream_jobs.core.signs.ends import ends, missing_command
from stream_jobs.core.signs.lives import Fault, logs_of
from stream_jobs.core.signs.messages import one_line, times

STARTS = Source(
    waits=frozenset({"RunContainerError", "CrashLoopBackOff"}),
    events=frozenset({"Failed"}),
    told=re.compile("^Error: "),
    classify=missing_command,
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    told = set()
    for fault in ends(known, cell, "command not found"):
        if isinstance(fault, Later):
            yield fault
        else:
            told.add(fault.container)
            yield _of_exit(known, fault)
    for each in complaints(known, cell, STARTS):
        if each.container not in told:  # an exit says the same, and is not cured by the next try
            yield _of_complaint(known, each)


def _of_exit(known: Known, fault: Fault) -> Finding:
    last = fault.last
    command = missing_command(last.message)
    text = one_line(last.message) or "said by the shell that was to run it"
    shown = f"container {fault.container}: {last.reason}, exit code {last.code}: {text}"
    return Finding(
        says=_says(known, fault.container, command) + times(len(fault.exits)),
        since=fault.since,
        until=fault.until,
        occurrence=f"{fault.container}/{fault.first.restart}/{command}",
        evidence=(seen(known, last.ended, shown),),
        playbook=() if command else (logs_of(known, fault),),
    )


def _of_complaint(known: Known, complaint: Complaint) -> Finding:
    shown = f"container {complaint.container}: {one_line(complaint.text)}"
    return Finding(
        says=_says(known, complaint.container, complaint.key),
        since=complaint.since,
        until=complaint.until,
        occurrence=f"{complaint.container}//{complaint.key}",
        evidence=(seen(known, complaint.since, shown),),
    )


def _says(known: Known, name: str, command: str) -> str:
    what = f"Command {command}" if command else "A command in the script"
    return f"{what} of container {name} in pod {known.name} does not exist in image {image_of(known, name)}"


FAILURE = Failure(
    id="container-command-not-found",
    title="Command not found",
    says="The container was to run a program that its image does not hold: a typing error, the wrong image, "
    "or a package that was not installed.",
    sees="kubectl get pods shows StartError, RunContainerError or CrashLoopBackOff, with exit code 128 or "
    "127.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows executable file not found in $PATH, or no such file or "
        "directory",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.containers[*].command}' shows the command as "
        "it is written",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Compare command and args of the pod spec with what the image holds, letter by letter",
        "If the image was changed lately, go back to the last tag that worked",
    ),
    leads_to=(
        "container-crash-loop",
        "init-container-failed",
        "pod-failed",
        "job-backoff-limit-exceeded",
        "job-pod-failure-policy",
        "job-failed-indexes",
        "workflow-step-failed",
        "workflow-failed",
        "workflow-retries-exhausted",
        "training-job-failed",
    ),
    find=find,
)
