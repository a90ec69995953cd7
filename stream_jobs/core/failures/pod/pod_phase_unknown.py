"""pod-phase-unknown: the control plane cannot tell whether the pod still runs."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view, seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target
from stream_jobs.core.signs.messages import one_line


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    phases = known.history.phases
    unknown = [at for phase, at in phases if phase == "Unknown"]
    status = pod_view(known).status
    lost = status.reason == "NodeLost" and status.phase not in ("Succeeded", "Failed")
    if not unknown and not lost:
        return
    stated = [turn.at for turn in known.history.turns if (turn.type, turn.status) == ("Ready", "Unknown")]
    since = min(stated or unknown, default=known.first_seen)
    after = [at for phase, at in phases if phase != "Unknown" and unknown and at > max(unknown)]
    node = pod_view(known).spec.nodeName or ""
    text = one_line(status.message or "")
    yield Finding(
        says=f"Whether pod {known.name} runs is not known since {say_time(since)}: there was no contact with "
        f"node {node or '(none)'}",
        since=since,
        until=None if lost else min(after, default=None),
        evidence=(seen(known, since, f"{status.reason or 'phase Unknown'}: {text}".rstrip(": ")),),
        about=(target("Node", "", node),) if node else (),
    )


FAILURE = Failure(
    id="pod-phase-unknown",
    title="State unknown",
    says="The control plane lost contact with the pod's machine. Nobody knows whether the program still "
    "runs, or writes.",
    sees="kubectl get pods shows Unknown; the message says that its node is unresponsive.",
    confirm=(
        "kubectl get node NODE shows NotReady, with Ready Unknown in its conditions",
        "Look at the program's own signs of life: its outputs, its heartbeat, its tracking server",
    ),
    judges=("Pod",),
    severity="high",
    role="symptom",
    playbook=(
        "Follow what is said of the node: bring it back, or prove that it is off",
        "Start no second copy before the first is known to be dead",
    ),
    leads_to=("workflow-no-progress", "distributed-worker-lost"),
    find=find,
)
