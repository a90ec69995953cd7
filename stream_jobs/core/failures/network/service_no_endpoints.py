"""service-no-endpoints: no pod that is ready stands behind a Service."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import msgspec

from schemas.contracts import Severity
from schemas.kubernetes import EndpointSlice, Service, Workload
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known
from stream_jobs.core.links import WORKLOADS
from stream_jobs.core.pods import pod_view
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.changes import emptied
from stream_jobs.core.signs.disruption import told_by
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.signs.serving import (
    is_ready,
    not_ready_since,
    pods_in,
    say_trouble,
    template_labels,
    troubled,
)
from stream_jobs.core.thresholds import Patience

PATIENCE = Patience(
    id="service-no-endpoints.patience",
    default=timedelta(minutes=5),
    says="Pods that only start, and Services that are made before their pods, are given so long",
)
SLICE = "EndpointSlice.discovery.k8s.io"
OVER = ("Succeeded", "Failed")


class Gap(msgspec.Struct, frozen=True):
    """Why nobody stands behind it."""

    says: str
    since: datetime
    direct: bool  # told at once
    about: tuple[str, ...] = ()
    severity: Severity | None = None
    absent: bool = False  # no pod was seen: only where all pods are known


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    """Judged at its first EndpointSlice, which points at the pods; at the Service where there is none."""
    service = cell.owner(known) if known.key == SLICE else known
    if service is None or not service.exists or not isinstance(service.view, Service):
        return
    slices = [each for each in cell.owned(service, SLICE) if each.exists]
    judged = min(slices, key=lambda each: each.name, default=service)
    if judged.uid == known.uid and service.view.spec.selector and not _is_open(service, service.view):
        yield from _of_service(service, cell, service.view)


def _of_service(known: Known, cell: Cell, view: Service) -> Iterator[Finding | Later]:
    if _ready(known, cell, view) or (gap := _gap(known, cell, view.spec.selector or {})) is None:
        return
    late = gap.since + PATIENCE.of(cell)
    if not gap.direct and (cell.time is None or cell.time <= late):
        yield Later(late + timedelta(seconds=1))
        return
    if gap.absent and not cell.complete("Pod", known.namespace):
        return
    selector = _say(view.spec.selector or {})
    yield Finding(
        says=f"Service {known.name} leads nowhere since {say_time(gap.since)}: {gap.says}",
        since=gap.since,
        subject=known.ref,
        evidence=(told_by(known, gap.since, f"no ready endpoint; selector {selector}"),),
        about=gap.about,
        severity=gap.severity,
    )


def _is_open(known: Known, view: Service) -> bool:
    """Headless Services of training jobs also lead to pods that are not ready, and outlive them."""
    headless = view.spec.clusterIP == "None"
    owned = bool(known.view.metadata.ownerReferences)
    return view.spec.type == "ExternalName" or (
        headless and (owned or bool(view.spec.publishNotReadyAddresses))
    )


def _ready(known: Known, cell: Cell, view: Service) -> bool:
    """Whether somebody is behind it; from the endpoints where there are some, else from the pods."""
    slices = [each.view for each in cell.owned(known, SLICE) if each.exists]
    if slices:
        return any(
            each.conditions is None or each.conditions.ready is not False
            for one in slices
            if isinstance(one, EndpointSlice)
            for each in one.endpoints or ()
        )
    if not cell.complete("Pod", known.namespace):
        return True  # nobody knows
    return any(is_ready(each) for each in _behind(known, cell, view.spec.selector or {}))


def _behind(known: Known, cell: Cell, selector: dict[str, str]) -> list[Known]:
    return [each for each in pods_in(cell, known.namespace) if _takes(selector, each.labels)]


def _takes(selector: dict[str, str], labels: dict[str, str]) -> bool:
    return all(labels.get(key) == value for key, value in selector.items())


def _gap(known: Known, cell: Cell, selector: dict[str, str]) -> Gap | None:
    emptied_at = _scaled_away(known, cell, selector)
    if emptied_at is not None:
        return emptied_at
    pods = _behind(known, cell, selector)
    going = [each for each in pods if pod_view(each).status.phase not in OVER]
    if going:
        return _not_ready(cell, going)
    if pods:
        return None  # what it led to has ended
    return _nobody(known, cell, selector)


def _scaled_away(known: Known, cell: Cell, selector: dict[str, str]) -> Gap | None:
    """The workload behind it has 0 copies: on purpose, so only a change that was seen is more than info."""
    for key in WORKLOADS:
        workload = cell.by_name(key, known.namespace, known.name)
        view = workload.view if workload is not None else None
        if (
            workload is None
            or not workload.exists
            or not isinstance(view, Workload)
            or view.spec.replicas != 0
        ):
            continue
        if not _takes(selector, template_labels(workload)):
            continue
        name = f"{workload.kind} {workload.name}"
        for write, again in emptied(workload):
            if again is None:
                return Gap(
                    f"{name} was scaled to 0 at {say_time(write.at)}",
                    write.at,
                    direct=True,
                    about=(workload.uid,),
                )
        since = workload.created or workload.first_seen
        return Gap(f"{name} has 0 replicas", since, direct=True, about=(workload.uid,), severity="info")
    return None


def _not_ready(cell: Cell, pods: list[Known]) -> Gap:
    since = max(
        (at for each in pods if (at := not_ready_since(each)) is not None), default=pods[0].first_seen
    )
    ill = troubled(pods, cell)
    shown = ill[0][0] if ill else pods[0]
    count = f"none of its {len(pods)} pods is ready" if len(pods) > 1 else f"pod {shown.name} is not ready"
    why = f" ({shown.name}: {say_trouble(shown)})" if ill else ""
    return Gap(f"{count}{why}", since, direct=bool(ill), about=tuple(sorted(each.uid for each in pods)))


def _nobody(known: Known, cell: Cell, selector: dict[str, str]) -> Gap:
    """No pod has those labels: a typing error where some nearly have them."""
    since = known.created or known.first_seen
    near = [
        (each, labels)
        for each in pods_in(cell, known.namespace)
        if (labels := {key: each.labels[key] for key in selector if key in each.labels})
        and any(selector[key] == value for key, value in labels.items())
    ]
    if near:
        pod, labels = min(near, key=lambda each: (-_alike(selector, each[1]), each[0].name))
        says = f"its selector {_say(selector)} takes no pod; pod {pod.name} has {_say(labels)}"
        return Gap(says, since, direct=False, absent=True)
    return Gap(f"no pod has the labels {_say(selector)}", since, direct=False, severity="low", absent=True)


def _alike(selector: dict[str, str], labels: dict[str, str]) -> int:
    return sum(selector[key] == value for key, value in labels.items())


def _say(labels: dict[str, str]) -> str:
    return listed([f"{key}={value}" for key, value in sorted(labels.items())])


FAILURE = Failure(
    id="service-no-endpoints",
    title="Service leads nowhere",
    says="Programs reach each other by the name of a Service. No pod that is ready stands behind this one, "
    "so whoever calls it is refused or waits in vain.",
    sees="Clients say connection refused or time out; kubectl get endpointslices shows none that is ready.",
    confirm=(
        "kubectl -n NAMESPACE get endpointslices -l kubernetes.io/service-name=SERVICE shows no ready "
        "address",
        "kubectl -n NAMESPACE get pods --show-labels beside kubectl get service SERVICE -o "
        "jsonpath='{.spec.selector}'",
    ),
    judges=("Service", SLICE),
    severity="high",
    role="symptom",
    playbook=(
        "Where pods have the labels: see why they are not ready",
        "Where none has: correct the Service's selector or the pods' labels, or bring the workload back",
    ),
    # Not admission-webhook-unavailable, as in the catalogue: that one tells of endpoints itself.
    leads_to=("container-exit-error",),
    thresholds=(PATIENCE,),
    find=find,
)
