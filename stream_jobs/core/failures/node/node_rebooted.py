"""node-rebooted: the machine restarted under its pods."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known, Sighting
from stream_jobs.core.signs.disruption import stretches
from stream_jobs.core.signs.nodes import node_events, shown
from stream_jobs.core.thresholds import Patience

# Of the kubelet; "Starting kubelet." alone is said by a kubelet that restarts on a machine that runs on.
BOOT = re.compile(r"has been rebooted, boot id: (\S+)")
DOWN = Patience(
    id="node-rebooted.down",
    default=timedelta(minutes=15),
    says="A machine that fell silent at most so long before it told of its restart was restarting then",
)


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for event in node_events(known, cell, "Rebooted"):
        boot = BOOT.search(event.message)
        if event.component not in ("", "kubelet"):
            continue
        yield Finding(
            says=f"Node {known.name} restarted, which cut off every program on it",
            since=_down(known, cell, event),
            until=event.last,
            occurrence=boot[1] if boot else event.uid,
            evidence=shown(known, [event]),
        )


def _down(known: Known, cell: Cell, event: Sighting) -> datetime:
    """When it went down, where its silence shows that; else when it was back, as the kubelet says it then."""
    away = [
        each.since
        for each in stretches(known)
        if each.since <= event.first <= (each.until or event.first) + timedelta(minutes=1)
        and each.since >= event.first - DOWN.of(cell)
    ]
    return min([*away, event.first])


FAILURE = Failure(
    id="node-rebooted",
    title="Node restarted",
    says="The machine was restarted. All that ran on it was cut off without warning, and the kubelet started "
    "the containers of surviving pods again.",
    sees="Containers of one node restarted at the same time, with exit code 255 or ContainerStatusUnknown; "
    "kubectl get nodes shows the same node, Ready again.",
    confirm=(
        "kubectl get events -A --field-selector involvedObject.name=NODE,reason=Rebooted shows: has been "
        "rebooted, boot id …",
        "kubectl get node NODE -o jsonpath='{.status.nodeInfo.bootID}' differs from before",
    ),
    judges=("Node",),
    severity="high",
    role="cause",
    playbook=(
        "Find out whether it was planned; else look at what the node told before: conditions, kernel "
        "messages, GPU errors",
        "Run again what was lost, from its last checkpoint",
    ),
    # what was at work there ends with 255, 137 or nothing known
    leads_to=(
        "container-status-unknown",
        "container-crash-loop",
        "distributed-worker-lost",
        "container-killed-by-signal",
        "container-exit-error",
        "pod-rejected-by-node",
        "node-not-ready",
        "node-unreachable",
    ),
    thresholds=(DOWN,),
    find=find,
)
