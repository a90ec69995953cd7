"""Reading pods, for engines and failures alike: attempts, phases, what is asked for, who owns them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from schemas.contracts import Attempt, Evidence, Phase, Requests, Span
from schemas.kubernetes import Condition, Container, ContainerStatus, Pod, PodSpec
from stream_jobs.core.cell import Cell
from stream_jobs.core.history import conditions, roles
from stream_jobs.core.known import Exit, Known, deletion_requested
from stream_jobs.core.quantities import is_gpu, quantity
from stream_jobs.core.signs.messages import one_line

ZONE = "topology.kubernetes.io/zone"
PHASES: dict[str, Phase] = {"Running": "Running"}


def pods_of(members: Iterable[Known]) -> list[Known]:
    """The pods among the members, in their order."""
    return [each for each in members if each.key == "Pod"]


def pod_view(known: Known) -> Pod:
    """The object's view as a Pod; raises TypeError for any other kind."""
    if not isinstance(known.view, Pod):
        raise TypeError(f"expected a Pod, got {known.key} {known.namespace}/{known.name}")
    return known.view


def pod_phase(known: Known) -> Phase:
    """The pod's phase; a pod that was told to go before it ended was cancelled, whatever it says then."""
    phase = pod_view(known).status.phase or "Pending"
    asked, ended = deletion_requested(known), _last_exit(known)
    if phase == "Succeeded":
        return "Succeeded"
    if phase == "Failed":
        return "Cancelled" if asked is not None and (ended is None or asked <= ended) else "Failed"
    if not known.exists:
        return "Cancelled"
    return PHASES.get(phase, "Pending")


def _last_exit(known: Known) -> datetime | None:
    return max((each.ended for each in known.history.exits if each.ended is not None), default=None)


def condition(known: Known, kind: str) -> Condition | None:
    """The object's condition of a type; None where it has none."""
    return next((each for each in conditions(known.view) if each.type == kind), None)


def is_true(known: Known, kind: str) -> Condition | None:
    """The condition of a type where its status is "True"."""
    found = condition(known, kind)
    return found if found is not None and found.status == "True" else None


def containers(spec: PodSpec) -> list[Container]:
    """Init containers first, then the others."""
    return [*(spec.initContainers or ()), *(spec.containers or ())]


def container(known: Known, name: str) -> Container | None:
    """The pod's container of that name."""
    return next((each for each in containers(pod_view(known).spec) if each.name == name), None)


def image_of(known: Known, name: str) -> str:
    """The image that a container of the pod names, fit to show."""
    found = container(known, name)
    return one_line(found.image, 200) if found is not None and found.image else "(none named)"


def on_node(known: Known) -> str:
    """Return " on node worker-2", or "" for a pod without a node."""
    node = pod_view(known).spec.nodeName
    return f" on node {node}" if node else ""


def statuses(known: Known) -> list[tuple[str, ContainerStatus]]:
    """(role, status) of each container; see `history.roles`."""
    return list(roles(pod_view(known)))


def exits(known: Known, *container_roles: str) -> list[Exit]:
    """Ended lives of the pod's containers, oldest first; with roles, only those."""
    found = [each for each in known.history.exits if not container_roles or each.role in container_roles]
    if len(found) <= 1:
        return found
    return sorted(found, key=lambda each: (each.ended or each.seen or known.seen, each.container))


def failed_exits(known: Known) -> list[Exit]:
    """Lives that did not end with 0, helpers that were stopped on purpose left out.

    A sidecar that ends with 137 or 143 after the main containers ended well was stopped, it did not fail.
    """
    if not known.history.exits:
        return []
    done = pod_view(known).status.phase == "Succeeded"
    return [
        each
        for each in exits(known)
        if each.code != 0 and not (each.code in (137, 143) and (done or each.role == "sidecar"))
    ]


def ended_at(known: Known) -> datetime | None:
    """When the last container of an ended pod ended; else when the pod went away."""
    if pod_view(known).status.phase in ("Succeeded", "Failed"):
        return _last_exit(known) or _failed_turn(known) or known.seen
    return known.deleted


def _failed_turn(known: Known) -> datetime | None:
    return max((turn.at for turn in known.history.turns), default=None)


def started_at(known: Known) -> datetime | None:
    """When the first main container started to run."""
    starts = [each.started for each in known.history.exits if each.role == "main" and each.started]
    for role, status in statuses(known):
        if role == "main" and status.state and status.state.running and status.state.running.startedAt:
            starts.append(status.state.running.startedAt)
    return min(starts, default=None)


def attempt_of(number: int, known: Known, cell: Cell) -> Attempt:
    """Return the pod as one attempt of a step."""
    pod = pod_view(known)
    last = _telling_exit(known)
    node = cell.node(known)
    return Attempt(
        number=number,
        pod=known.name,
        pod_uid=known.uid,
        node=pod.spec.nodeName or "",
        zone=node.labels.get(ZONE, "") if node is not None else "",
        phase=pod_phase(known),
        created=known.created,
        started=started_at(known),
        ended=ended_at(known),
        exit_code=last.code if last else None,
        reason=pod.status.reason or (last.reason if last else "") or waiting_reason(known),
        message=pod.status.message or (last.message if last else ""),
        restarts=max((status.restartCount for _, status in statuses(known)), default=0),
        spans=spans(known),
    )


def _telling_exit(known: Known) -> Exit | None:
    """The exit that says how the pod went: the last bad one of an init or main container, else the last."""
    told = exits(known, "main", "init")
    bad = [each for each in told if each.code != 0]
    if bad and pod_view(known).status.phase != "Succeeded":
        return bad[-1]
    return told[-1] if told and pod_view(known).status.phase in ("Succeeded", "Failed") else None


def waiting_reason(known: Known) -> str:
    """Why a container waits now: "ImagePullBackOff"; "" where none does."""
    for _, status in statuses(known):
        if status.state and status.state.waiting and status.state.waiting.reason:
            return status.state.waiting.reason
    return ""


def spans(known: Known) -> tuple[Span, ...]:
    """The stretches of the pod's life: scheduling, starting, running, terminating."""
    found: list[Span] = []
    bound = is_true(known, "PodScheduled")
    scheduled = bound.lastTransitionTime if bound else None
    started, ended, asked = started_at(known), ended_at(known), deletion_requested(known)
    if known.created is not None:
        found.append(Span(name="scheduling", since=known.created, until=scheduled or ended))
    if scheduled is not None:
        found.append(Span(name="starting", since=scheduled, until=started or ended))
    if started is not None:
        stop = min((each for each in (ended, asked) if each is not None), default=None)
        found.append(Span(name="running", since=started, until=stop))
    if asked is not None and (ended is None or ended > asked):
        found.append(Span(name="terminating", since=asked, until=known.deleted))
    return tuple(found)


def requests_of(pods: Iterable[Known]) -> Requests:
    """What the pods ask for together."""
    gpus = cpus = memory = 0.0
    for known in pods:
        for each in pod_view(known).spec.containers or ():
            asked = (
                {**(each.resources.limits or {}), **(each.resources.requests or {})} if each.resources else {}
            )
            cpus += quantity(asked.get("cpu"))
            memory += quantity(asked.get("memory"))
            gpus += sum(quantity(amount) for resource, amount in asked.items() if is_gpu(resource))
    return Requests(gpus=gpus, cpus=round(cpus, 3), memory_bytes=int(memory))


def widest(pods: Iterable[Known]) -> Requests:
    """What the pods ask for together, each amount at its highest while they come and go."""
    moves: list[tuple[datetime, int, Requests]] = []
    for known in pods:
        asked, since, until = requests_of([known]), known.created or known.first_seen, ended_at(known)
        moves.append((since, 1, asked))
        if until is not None:
            moves.append((max(since, until), -1, asked))
    now = high = Requests()
    for _, sign, asked in sorted(moves, key=lambda move: move[:2]):
        now = Requests(
            gpus=now.gpus + sign * asked.gpus,
            cpus=round(now.cpus + sign * asked.cpus, 3),
            memory_bytes=now.memory_bytes + sign * asked.memory_bytes,
        )
        high = Requests(
            gpus=max(high.gpus, now.gpus),
            cpus=max(high.cpus, now.cpus),
            memory_bytes=max(high.memory_bytes, now.memory_bytes),
        )
    return high


def first_start(pods: Iterable[Known]) -> datetime | None:
    """When the first of the pods' main containers started to run."""
    return min((at for each in pods if (at := started_at(each)) is not None), default=None)


def annotated_time(known: Known, name: str) -> datetime | None:
    """The time that an annotation states (RFC 3339); None where it is absent or no time."""
    try:
        stated = datetime.fromisoformat(known.annotations.get(name, ""))
    except ValueError:
        return None
    return stated if stated.tzinfo is not None else stated.replace(tzinfo=UTC)


def seen(known: Known, at: datetime | None, says: str) -> Evidence:
    """Return a piece of evidence about an object's newest version."""
    return Evidence(at=at, ref=known.ref, says=says, resource_version=known.resource_version)


def wait_of(pods: Iterable[Known]) -> str:
    """What a pod waits for: the scheduler's words, a gate, or a preparation that runs; "" where none does."""
    for known in pods:
        scheduled = condition(known, "PodScheduled")
        if known.exists and scheduled is not None and scheduled.status == "False":
            gates = pod_view(known).spec.schedulingGates or ()
            names = ", ".join(gate.name for gate in gates)
            return f"held back by {names}" if names else (scheduled.message or scheduled.reason or "")
        if preparing := _preparing(known):
            return preparing
    return ""


def _preparing(known: Known) -> str:
    """Return "init container wait-for-db of pod x is still at work" for a pod that it holds up."""
    if not known.exists or pod_view(known).status.phase != "Pending":
        return ""
    for role, status in statuses(known):
        if role == "init" and status.state is not None and status.state.running is not None:
            return f"init container {status.name} of pod {known.name} is still at work"
    return ""
