"""sidecar-blocks-completion: the program ended well, and a helper beside it keeps the pod running."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from schemas.kubernetes import ContainerStatus
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding, Later
from stream_jobs.core.known import Known, deletion_requested
from stream_jobs.core.pods import pod_view, seen, statuses
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.helpers import is_endless, is_helper
from stream_jobs.core.signs.messages import listed, shell_word
from stream_jobs.core.thresholds import Patience

ENDLESS = Patience(
    id="sidecar-blocks-completion.proxy",
    default=timedelta(seconds=10),
    says="A proxy or agent that never ends by itself may outlive the program so long, to send what it holds",
)
PATIENCE = Patience(
    id="sidecar-blocks-completion.patience",
    default=timedelta(minutes=2),
    says="Any other helper may need so long to finish: to upload results or logs",
)


def find(known: Known, cell: Cell) -> Iterator[Finding | Later]:
    helpers, done = _left(known)
    if not helpers or done is None:
        return
    endless = any(is_endless(each.name) for each in helpers)
    at = done + (ENDLESS if endless else PATIENCE).of(cell)
    over = _over(known, helpers)
    if over is not None:
        if over > at:
            yield _finding(known, helpers, done, over)
    elif cell.time is None or cell.time < at:
        yield Later(at)
    else:
        yield _finding(known, helpers, done, None)


def _left(known: Known) -> tuple[list[ContainerStatus], datetime | None]:
    """The helpers of a pod that is to end, and when the last of its other containers ended with 0."""
    if pod_view(known).spec.restartPolicy not in ("Never", "OnFailure"):
        return [], None
    beside = [status for role, status in statuses(known) if role == "main"]
    helpers = [each for each in beside if is_helper(known, each)]
    ends = [_ended_well(each) for each in beside if each not in helpers]
    if not ends or not helpers:
        return [], None
    times = [each for each in ends if each is not None]
    return helpers, max(times) if len(times) == len(ends) else None


def _ended_well(status: ContainerStatus) -> datetime | None:
    ended = status.state.terminated if status.state is not None else None
    return ended.finishedAt if ended is not None and ended.exitCode == 0 else None


def _over(known: Known, helpers: list[ContainerStatus]) -> datetime | None:
    """When the last helper ended, or the pod was told to go; None while a helper runs."""
    asked = deletion_requested(known)
    if asked is not None:
        return asked
    if any(each.state is not None and each.state.running is not None for each in helpers):
        return None
    ends = [each.state.terminated for each in helpers if each.state is not None and each.state.terminated]
    return max((each.finishedAt for each in ends if each.finishedAt is not None), default=known.seen)


def _finding(known: Known, helpers: list[ContainerStatus], done: datetime, until: datetime | None) -> Finding:
    names = listed([each.name for each in helpers])
    keeps = "keeps" if until is None else "kept"
    return Finding(
        says=f"The program of pod {known.name} ended well at {say_time(done)}, but helper container {names} "
        f"{keeps} the pod running",
        since=done,
        until=until,
        evidence=(seen(known, done, f"all containers but {names} ended with exit code 0"),),
        playbook=(
            f"To end this run now: kubectl -n {shell_word(known.namespace)} exec {shell_word(known.name)} -c "
            f"{shell_word(helpers[0].name)} -- kill 1",
        )
        if until is None
        else (),
    )


FAILURE = Failure(
    id="sidecar-blocks-completion",
    title="Helper never ends",
    says="The program did its work and ended, but a helper container in the same pod (a service mesh's "
    "proxy, a database proxy, a log shipper) runs on. A pod is only over when all its containers are, so "
    "the job seems to run for ever.",
    sees="kubectl get pods shows 1/2 NotReady for a pod whose work is done; the Job stays active.",
    confirm=(
        "kubectl -n NAMESPACE get pod POD -o jsonpath='{.status.containerStatuses[*].state}' shows the "
        "program "
        "terminated with exitCode 0 and the helper running",
        "kubectl -n NAMESPACE logs POD -c CONTAINER ends as it does after a good run",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Make the helper a native sidecar: an init container with restartPolicy: Always, which is stopped "
        "when the program ends (Kubernetes 1.29 and newer)",
        'Or leave the mesh out of jobs: label the pod template sidecar.istio.io/inject: "false"',
        "Or have the program tell the proxy to quit as its last step: curl -X POST "
        "localhost:15020/quitquitquit",
    ),
    leads_to=("job-running-too-long", "cronjob-overlapping-runs", "workflow-no-progress"),
    thresholds=(ENDLESS, PATIENCE),
    find=find,
)
