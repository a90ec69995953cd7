"""pod-affinity-conflict: the pod's rules about its neighbours, or theirs about it, leave no node."""

from collections.abc import Iterator

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.scheduling import Blame, blames, unplaced

# The scheduler's words -> what they mean; the first that is found counts.
RULES = (
    ("existing pods anti-affinity", "pods that are there already refuse to share a node with it"),
    ("anti-affinity", "it refuses to share a node with pods that are there already"),
    ("missing required label", "it is to be spread by a label that the nodes lack"),
    ("topology spread", "it is to be spread evenly, and where it may go there are too many already"),
    ("affinity rules", "it wants to be beside pods that no node has"),
    ("free ports", "it wants a port of the node that another pod uses"),
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    for blame in blames(known, cell, "neighbours", "ports"):
        finds = "finds" if blame.until is None else "found"
        says = f"Pod {known.name} {finds} no node because of its neighbours: {listed(_rules(blame))}"
        for each in unplaced(known, cell, blame, says):
            if isinstance(each, Finding):
                yield msgspec.structs.replace(each, occurrence=blame.kind)
            else:
                yield each


def _rules(blame: Blame) -> list[str]:
    told = [each.text for each in blame.refusal.clauses if each.kind == blame.kind]
    found = [next((says for words, says in RULES if words in text), text) for text in told]
    return list(dict.fromkeys(found))


FAILURE = Failure(
    id="pod-affinity-conflict",
    title="No place among its neighbours",
    says="Pods may have rules about which other pods they share a machine with, how evenly they are spread, "
    "and which port of the machine they use. With the pods that run now, no machine fits these rules.",
    sees="kubectl get pods shows Pending, and kubectl describe pod shows FailedScheduling with words about "
    "affinity, topology spread or ports.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows: didn't match pod anti-affinity rules, didn't match pod "
        "topology spread constraints, or didn't have free ports",
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.spec.affinity}{.spec.topologySpreadConstraints}' "
        "shows the pod's own rules",
    ),
    judges=("Pod",),
    severity="medium",
    role="cause",
    playbook=(
        "Compare the number of pods that exclude each other with the number of nodes: kubectl get nodes",
        "Make the rule a wish: preferredDuringSchedulingIgnoredDuringExecution, or whenUnsatisfiable: "
        "ScheduleAnyway",
        "Where a port is taken, do without hostPort and hostNetwork, or choose another port",
    ),
    leads_to=("pod-unschedulable", "gang-partial-deadlock"),
    find=find,
)
