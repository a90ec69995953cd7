"""Reading batch Jobs, for the two engines whose runs they are: those started alone and those of a CronJob."""

from datetime import datetime

from schemas.contracts import ENDED, Attempt, Phase, Step
from schemas.kubernetes import Condition, Job
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Claim, Description
from stream_jobs.core.known import Known, deletion_requested
from stream_jobs.core.pods import (
    attempt_of,
    first_start,
    is_true,
    pod_view,
    pods_of,
    started_at,
    wait_of,
    widest,
)

CONTROLLER_UID = "batch.kubernetes.io/controller-uid"
OLD_CONTROLLER_UID = "controller-uid"  # before Kubernetes 1.27
INDEX = "batch.kubernetes.io/job-completion-index"


def job_uid(known: Known) -> str:
    """The uid of the Job that the object is, or whose pod it is; "" for others."""
    if known.key == "Job.batch":
        return known.uid
    if known.key != "Pod":
        return ""
    return known.labels.get(CONTROLLER_UID) or known.labels.get(OLD_CONTROLLER_UID, "")


def failed_for(known: Known, *reasons: str) -> Condition | None:
    """The condition by which a Job says that it failed for one of the reasons; None where it does not.

    FailureTarget comes first (1.31), Failed when the last pod is gone: in the same millisecond at times.
    """
    found = (is_true(known, kind) for kind in ("Failed", "FailureTarget"))
    return next((each for each in found if each is not None and each.reason in reasons), None)


def cron_owner(known: Known) -> str:
    """The name of the CronJob that owns the Job; "" where none does."""
    for owner in known.view.metadata.ownerReferences or ():
        if owner.kind == "CronJob" and owner.group == "batch":
            return owner.name
    return ""


def claim_job(known: Known, cell: Cell, *, of_cron: bool) -> Claim | None:
    """Claim Jobs and their pods for one of the two engines. A pod whose Job was not seen counts as alone."""
    uid = job_uid(known)
    if not uid:
        return None
    job = cell.objects.get(uid)
    if bool(cron_owner(job)) is not of_cron if job is not None else of_cron:
        return None
    return Claim(key=uid, namespace=known.namespace)


def describe_job(members: list[Known], cell: Cell) -> Description:
    """Tell a Job's story; where only its pods were seen, as far as they tell it."""
    job = next((each for each in members if each.key == "Job.batch"), None)
    pods = pods_of(members)
    if job is None:
        return _orphaned(pods, cell)
    view = job.view
    assert isinstance(view, Job)
    phase, message, ended = job_phase(job, pods)
    return Description(
        kind="Job",
        name=job.name,
        uid=job.uid,
        run=job.uid,
        definition=view.metadata.generateName.rstrip("-") or job.name,
        trigger="" if view.metadata.ownerReferences else "manual",
        phase=phase,
        message=message,
        wait=_wait(phase, pods) or _between_tries(job, phase),
        created=job.created,
        started=first_start(pods),
        ended=ended,
        deleted=job.deleted,
        steps=steps(job, pods, phase, cell),
        requests=widest(pods),
    )


def _wait(phase: Phase, pods: list[Known]) -> str:
    if phase == "Suspended":
        return "it is suspended, and goes on when spec.suspend is set to false"
    return wait_of(pods) if phase in ("Pending", "Running") else ""


def _between_tries(job: Known, phase: Phase) -> str:
    """A Job whose pods failed waits for ten seconds before the next one, each time twice as long."""
    view = job.view
    assert isinstance(view, Job)
    gives_up = is_true(job, "FailureTarget") is not None or not job.exists
    if phase != "Running" or view.status.active or not view.status.failed or gives_up:
        return ""
    return f"no pod is at work: after {view.status.failed} failed, the next is made when the back-off is over"


def job_phase(job: Known, pods: list[Known]) -> tuple[Phase, str, datetime | None]:
    """Return phase, the Job's own message, and when it ended. Only Complete and Failed are final."""
    view = job.view
    assert isinstance(view, Job)
    for kind, phase in (("Complete", "Succeeded"), ("Failed", "Failed")):
        found = is_true(job, kind)
        if found is not None:
            message = (
                "" if phase == "Succeeded" else f"{found.reason or ''}: {found.message or ''}".strip(": ")
            )
            return ("Succeeded" if kind == "Complete" else "Failed"), message, found.lastTransitionTime
    if not job.exists:
        if any(_survives(pod) for pod in pods):
            return "Running", "the Job was deleted without its pods: they go on", None
        return "Cancelled", "deleted before it ended", job.deleted
    failing = is_true(job, "FailureTarget")
    if failing is not None:  # gives the reason before the last pod is gone
        return "Running", f"{failing.reason or ''}: {failing.message or ''}".strip(": "), None
    suspended = is_true(job, "Suspended")
    if suspended is not None:
        return "Suspended", suspended.message or "", None
    running = view.status.succeeded or any(started_at(pod) is not None for pod in pods)
    return ("Running" if running else "Pending"), "", None


def _survives(pod: Known) -> bool:
    """Whether a pod goes on that nobody told to go: its Job was deleted with --cascade=orphan."""
    return (
        deletion_requested(pod) is None
        and not pod.view.metadata.ownerReferences
        and pod_view(pod).status.phase not in ("Succeeded", "Failed")
    )


def steps(job: Known, pods: list[Known], phase: Phase, cell: Cell) -> tuple[Step, ...]:
    """One step a container of the template; attempts are pods, counted within their completion index."""
    view = job.view
    assert isinstance(view, Job)
    attempts = _attempts(pods, cell)
    template = view.spec.template
    names = [each.name for each in template.spec.containers or ()] if template else []
    return tuple(_step(name, phase, attempts) for name in names)


def _attempts(pods: list[Known], cell: Cell) -> tuple[Attempt, ...]:
    numbers: dict[str, int] = {}
    attempts = []
    for pod in pods:
        index = pod.labels.get(INDEX) or pod.annotations.get(INDEX, "")
        numbers[index] = numbers.get(index, 0) + 1
        attempts.append(attempt_of(numbers[index], pod, cell))
    return tuple(attempts)


def _step(name: str, phase: Phase, attempts: tuple[Attempt, ...]) -> Step:
    ends = [each.ended for each in attempts if each.ended is not None]
    return Step(
        name=name,
        kind="container",
        phase=phase,
        started=min((each.started for each in attempts if each.started), default=None),
        ended=max(ends, default=None) if phase in ENDED else None,
        attempts=attempts,
    )


def _orphaned(pods: list[Known], cell: Cell) -> Description:
    """The Job was never seen, or is gone from memory: its newest pod tells most."""
    newest = pods[-1]
    attempts = _attempts(pods, cell)
    last = attempts[-1]
    name = newest.labels.get("batch.kubernetes.io/job-name") or newest.labels.get("job-name", "")
    return Description(
        kind="Job",
        name=name or newest.name,
        uid=job_uid(newest),
        run=job_uid(newest),
        phase=last.phase,
        message="the Job itself was not seen: this is what its pods tell",
        wait=_wait(last.phase, pods),
        created=pods[0].created,
        started=first_start(pods),
        ended=last.ended if last.phase in ENDED else None,
        steps=tuple(
            _step(each.name, last.phase, attempts) for each in pod_view(newest).spec.containers or ()
        ),
        requests=widest(pods),
    )
