"""control-plane-contact-lost: most nodes were out of reach at the same moment; it is not the nodes."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.fleet import group_of, share_out_of_reach
from stream_jobs.core.thresholds import Level, Patience

SHARE = Level(
    id="control-plane-contact-lost.share",
    default=0.5,
    says="More than this share of all nodes must be out of reach at once; fewer are the nodes' own trouble",
)
PATIENCE = Patience(
    id="control-plane-contact-lost.patience",
    default=timedelta(minutes=2),
    says="Contact may be lost so long before it counts: an API server may be started anew",
)
NODES = 3  # with fewer one cannot tell the one from the other


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for group in group_of(known, cell):
        every, lost = share_out_of_reach(cell, group)
        if len(every) < NODES or len(lost) <= SHARE.of(cell) * len(every):
            continue
        ends = [each.until for _, each in group]
        told = [each for each in ends if each is not None]
        since, until = group[0][1].since, max(told) if len(told) == len(ends) else None
        limit, now = since + PATIENCE.of(cell), until or cell.time
        brief = now is None or now < limit
        if brief and until is None:
            yield Later(limit)
        yield Finding(
            says=f"{len(lost)} of {len(every)} nodes lost contact at once at {say_time(since)}: "
            "the control plane or the way to it failed, not the machines",
            since=since,
            until=until,
            severity="info" if brief else None,
            subject=Ref(kind="Cluster", name=cell.cluster),
            occurrence=f"{group[0][0].uid}/{group[0][1].number}",
            evidence=tuple(
                seen(node, each.since, f"Ready is Unknown: {each.reason}") for node, each in group[:4]
            ),
        )


FAILURE = Failure(
    id="control-plane-contact-lost",
    title="Contact with all nodes lost",
    says="Most machines fell silent in the same minute. That is hardly the machines: the API server, its "
    "load balancer, its certificates or the network between failed. Programs most likely go on.",
    sees="kubectl get nodes shows NotReady for most nodes, all since the same moment.",
    confirm=(
        "kubectl get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.conditions[-1:].reason} "
        '{.status.conditions[-1:].lastTransitionTime}{"\\n"}{end}\' shows NodeStatusUnknown at one time',
        "curl -k https://APISERVER:6443/readyz from a node tells whether it can reach the API server",
    ),
    judges=("Node",),
    severity="critical",
    role="cause",
    lasting=True,
    playbook=(
        "Do not delete or restart pods: they most likely still run",
        "Check API server, load balancer and certificates, and the network from the nodes to them",
    ),
    leads_to=("node-unreachable", "pod-phase-unknown", "cronjob-missed-schedule", "node-ready-flapping"),
    thresholds=(SHARE, PATIENCE),
    find=find,
)
