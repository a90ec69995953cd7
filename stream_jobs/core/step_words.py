"""How a step's container ended, in Argo's own words: for steps whose pod was cleaned up or not collected."""

import re
from collections.abc import Iterator

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.runs.workflows import Workflow, WorkflowNode
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.pipelines import failed_nodes, pod_of, pod_was_deleted, stopped

WORDS = re.compile(r"^(?:(?P<container>[\w.-]+): )?(?P<reason>OOMKilled|Error) \(exit code (?P<code>\d+)\)")
EXECUTOR = frozenset({"wait", "init", "supervisor"})  # their errors are Argo's own: artifacts


class StepEnd(msgspec.Struct, frozen=True):
    """What a failed step's message tells of the container that ended it."""

    node: WorkflowNode
    container: str
    reason: str
    code: int


def step_ends(known: Known, cell: Cell) -> Iterator[StepEnd]:
    """Yield the ends of those failed steps of a Workflow whose pods were never seen."""
    if not isinstance(known.view, Workflow) or stopped(known):
        return
    for node in failed_nodes(known):
        match = WORDS.match(node.message or "")
        if match is None or pod_was_deleted(node) or pod_of(cell, known, node) is not None:
            continue
        name = match["container"] or "main"
        if match["reason"] != "Error" or name not in EXECUTOR:
            yield StepEnd(node, name, match["reason"], int(match["code"]))


def step_finding(known: Known, end: StepEnd, did: str) -> Finding:
    """Return the finding for one of them."""
    return Finding(
        says=f"Container {end.container} of step {end.node.shown} of Workflow {known.name} {did}",
        since=end.node.finishedAt,
        occurrence=end.node.id,
        evidence=(seen(known, end.node.finishedAt, f"Argo: {one_line(end.node.message or '', 200)}"),),
        confidence=0.9,  # the pod itself was not seen
    )
