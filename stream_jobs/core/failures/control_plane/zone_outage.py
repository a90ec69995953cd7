"""zone-outage: all nodes of one zone are out of reach, and those of other zones are well."""

from collections.abc import Iterator
from datetime import timedelta

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.fleet import Group, group_of, share_out_of_reach, zone_of
from stream_jobs.core.thresholds import Level, Patience

WITHIN = Patience(
    id="zone-outage.within",
    default=timedelta(minutes=5),
    says="The nodes of a zone must fall silent within so long",
)
SHARE = Level(id="zone-outage.share", default=0.8, says="So many of a zone's nodes must be out of reach")
NODES = 2  # one node is no zone


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    zone = zone_of(known)
    if not zone:
        return
    for group in group_of(known, cell, WITHIN.of(cell), status=""):
        every, lost = share_out_of_reach(cell, group)
        here = [each for each in every if zone_of(each) == zone]
        others = [each for each in every if zone_of(each) != zone]
        down = [each for each in here if each.uid in lost]
        if len(here) < NODES or len(down) < SHARE.of(cell) * len(here) or not others:
            continue
        if sum(each.uid in lost for each in others) * 2 >= len(others):
            continue  # it is not this zone alone
        yield _finding(zone, [pair for pair in group if zone_of(pair[0]) == zone], len(down), len(here))


def _finding(zone: str, group: Group, down: int, here: int) -> Finding:
    told = [each.until for _, each in group if each.until is not None]
    since = group[0][1].since
    return Finding(
        says=f"Zone {zone} is out of reach since {say_time(since)}: {down} of its {here} nodes, while other "
        "zones are well",
        since=since,
        until=max(told) if len(told) == len(group) else None,
        subject=Ref(kind="Zone", name=zone),
        occurrence=f"{group[0][0].uid}/{group[0][1].number}",
        evidence=tuple(
            seen(node, each.since, f"Ready is {each.status} in zone {zone}: {each.reason}")
            for node, each in group[:4]
        ),
    )


FAILURE = Failure(
    id="zone-outage",
    title="Zone out of reach",
    says="All machines of one data centre zone fell silent at about the same time, while others are well: "
    "power, network or the provider's zone failed. Disks of the zone are out of reach with it.",
    sees="kubectl get nodes -L topology.kubernetes.io/zone shows NotReady for one zone only.",
    confirm=(
        "kubectl get nodes -L topology.kubernetes.io/zone: compare the zones",
        "The cloud provider's status page tells of the zone",
    ),
    judges=("Node",),
    severity="critical",
    role="cause",
    lasting=True,
    playbook=(
        "Run the work in other zones; disks that are tied to the zone stay out of reach until it is back",
        "Do not delete pods of the zone by force: their programs may still run",
    ),
    leads_to=("node-unreachable", "node-not-ready", "volume-zone-conflict"),
    thresholds=(WITHIN, SHARE),
    find=find,
)
