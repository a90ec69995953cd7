"""What an ended container tells: one kind for each end, and the finding about such an end."""

import re
from collections.abc import Iterator
from typing import Literal

from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Exit, Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.signs.exit_codes import (
    BUS_ERROR,
    NATIVE_CRASHES,
    NOT_EXECUTABLE,
    NOT_FOUND,
    STOPPED,
    say_exit,
)
from stream_jobs.core.signs.lives import Fault, faults, logs_of, program, removed, stopped
from stream_jobs.core.signs.messages import one_line, times
from stream_jobs.core.signs.starts import trouble_of

Kind = Literal[
    "program",
    "native",
    "shared memory",
    "command not found",
    "not started",
    "gpu runtime",
    "architecture",
    "killed",
    "",
]
START_REASONS = frozenset({"StartError", "ContainerCannotRun"})
OWN_REASONS = frozenset({"Error", ""})  # OOMKilled and ContainerStatusUnknown are told by their reasons
# Only what `exec` says of its command: a missing mount or working directory says "no such file" too.
MISSING = re.compile(
    r'exec: "?(?P<command>[^"]+?)"?: (?:executable file not found|(?:stat [^:]+: )?no such file or directory)'
)
SHARED_MEMORY = re.compile(r"Bus error|DataLoader worker .* killed by signal: Bus|out of shared memory")
CODES: dict[int, Kind] = {
    0: "",
    NOT_FOUND: "command not found",
    NOT_EXECUTABLE: "not started",
    BUS_ERROR: "shared memory",
    **dict.fromkeys(NATIVE_CRASHES, "native"),
    **dict.fromkeys(STOPPED, "killed"),
}
ROLES = {"init": "Init container", "sidecar": "Sidecar"}


def kind_of(ended: Exit) -> Kind:
    """Return what kind of end it was; "" for a good one, and for one that its reason tells."""
    if (other := trouble_of(ended.message)) and (ended.reason in START_REASONS or ended.code):
        return other
    if ended.reason in START_REASONS:
        return "command not found" if missing_command(ended.message) else "not started"
    if ended.reason not in OWN_REASONS:
        return ""
    if ended.code and SHARED_MEMORY.search(ended.message):
        return "shared memory"
    return CODES.get(ended.code, "program")


def missing_command(message: str) -> str:
    """Return the command that a runtime did not find, fit to show; "" where it says something else."""
    found = MISSING.search(message)
    return one_line(found["command"], 200) if found is not None else ""


def ends(known: Known, cell: Cell, kind: Kind) -> Iterator[Fault | Later]:
    """Yield the pod's ends of a kind that were its programs' own, by exit code."""
    done = pod_view(known).status.phase == "Succeeded"

    def wanted(ended: Exit) -> bool:
        if kind_of(ended) != kind or ended.role == "ephemeral" or (done and ended.role == "sidecar"):
            return False
        return not (removed(known, ended) if kind == "killed" else stopped(known, cell, ended))

    return faults(known, cell, wanted, by=lambda ended: ended.code)


def end_finding(known: Known, fault: Fault, happened: str) -> Finding:
    """Return the finding about an end: "Container main of pod x <happened> with exit code 3, 2 times"."""
    last = fault.last
    what = say_exit(last.code, program(known, fault.container))
    said = f": {one_line(last.message)}" if last.message.strip() else ""
    who = f"{ROLES.get(fault.role, 'Container')} {fault.container} of pod {known.name}"
    return Finding(
        says=f"{who} {happened} with {what}{times(len(fault.exits))}",
        since=fault.since,
        until=fault.until,
        occurrence=f"{fault.container}/{fault.first.restart}/{last.code}",
        evidence=(seen(known, last.ended, f"container {fault.container}: {last.reason}, {what}{said}"),),
        playbook=(logs_of(known, fault),),
    )
