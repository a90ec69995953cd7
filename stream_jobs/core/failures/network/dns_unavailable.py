"""dns-unavailable: the cluster's name service does not run, so nothing is found by its name."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.kubernetes import Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.leads import DNS
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.changes import emptied
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.messages import one_line
from stream_jobs.core.signs.serving import name_errors, wanted
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="dns-unavailable.patience",
    default=timedelta(minutes=2),
    says="A name service without a ready copy is given so long: in a new cluster it waits for the network",
)
SYSTEM = "kube-system"
LABEL = "k8s-app"
NODE_EVENT = "DNSUnreachable"  # of node-problem-detector's network monitor
SLACK = timedelta(seconds=60)


Down = tuple[datetime, datetime | None, str]  # since, until, and why there was no name service


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    if known.key == "Pod":
        yield from _of_pod(known, cell)
    elif known.key == "Node":
        yield from _of_node(known, cell)
    elif _is_dns(known):
        for since, until, why in _downs(known):
            now, late = until or cell.time, since + PATIENCE.of(cell)
            if why.startswith("was scaled") or (now is not None and now > late):
                yield _finding(known, (since, until, why))
            elif until is None:
                yield Later(late + timedelta(seconds=1))


def _is_dns(known: Known) -> bool:
    return known.namespace == SYSTEM and (known.name in DNS or known.labels.get(LABEL) == "kube-dns")


def _downs(known: Known) -> list[Down]:
    """When it had no copy at all."""
    view = known.view
    found: list[Down] = [
        (write.at, again, f"was scaled to 0 at {say_time(write.at)}") for write, again in emptied(known)
    ]
    if (
        not isinstance(view, Workload)
        or not wanted(view)
        or view.status.availableReplicas
        or not known.exists
    ):
        return found
    turns = [each for each in known.history.turns if each.type == "Available"]
    if turns and turns[-1].status == "False":
        found.append((turns[-1].at, None, f"has 0 of {wanted(view)} copies available"))
    return found


def _finding(known: Known, down: Down, pod: Known | None = None, words: str = "") -> Finding:
    since, until, why = down
    return Finding(
        says=f"The cluster's name service {known.name} {why}: nothing is found by its name",
        since=since,
        until=until,
        subject=known.ref,
        occurrence=f"{since:%Y%m%d%H%M%S}" if why.startswith("was scaled") else "down",
        evidence=(
            told_by(known, since, f"Deployment {known.namespace}/{known.name} {why}"),
            *((seen(pod, since, one_line(words)),) if pod is not None else ()),
        ),
        hits=(pod.uid,) if pod is not None else (),  # not of everything: most programs end for other reasons
    )


def _of_pod(known: Known, cell: Cell) -> Iterator[Finding]:
    """A program that ended because of a name while the name service was down."""
    for words, at in name_errors(known):
        for name in DNS:
            dns = cell.by_name("Deployment.apps", SYSTEM, name)
            for down in _downs(dns) if dns is not None else ():
                if dns is not None and down[0] - SLACK <= at and (down[1] is None or at <= down[1] + SLACK):
                    yield _finding(dns, down, known, words)
                    return


def _of_node(known: Known, cell: Cell) -> Iterator[Finding]:
    told = cell.events(known, NODE_EVENT)
    if told:
        yield Finding(
            says=f"Node {known.name} cannot reach the name service: {one_line(told[-1].message, 200)}",
            since=told[0].first,
            occurrence=told[0].uid,
            evidence=(told_by(known, told[-1].last, f"{NODE_EVENT}: {one_line(told[-1].message)}"),),
            severity="medium",
            confidence=0.7,
        )


FAILURE = Failure(
    id="dns-unavailable",
    title="No name service",
    says="Programs find each other, and everything outside, by names. The service that looks names up "
    "(CoreDNS) does not run, so unrelated programs fail at the same time.",
    sees="Many programs say Temporary failure in name resolution or could not resolve host.",
    confirm=(
        "kubectl -n kube-system get deployment coredns shows READY 0",
        "kubectl run -it --rm t --image=busybox --restart=Never -- nslookup kubernetes.default fails",
    ),
    judges=("Deployment.apps", "Pod", "Node"),
    severity="critical",
    role="cause",
    playbook=(
        "See why the pods of CoreDNS are not ready: kubectl -n kube-system describe pods -l k8s-app=kube-dns",
        "Scale it up again where somebody scaled it down",
    ),
    leads_to=("container-exit-error", "image-registry-unreachable", "distributed-worker-lost"),
    thresholds=(PATIENCE,),
    find=find,
)
