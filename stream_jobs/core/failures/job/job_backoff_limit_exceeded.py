"""job-backoff-limit-exceeded: every try of the Job's pod failed, so it gave up."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import is_true, seen

REASON = "BackoffLimitExceeded"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for kind in ("Failed", "FailureTarget"):  # FailureTarget comes first, in the same millisecond at times
        found = is_true(known, kind)
        if found is not None and found.reason == REASON:
            tries = len(cell.owned(known, "Pod"))
            yield Finding(
                says=f"Job {known.name} gave up after its last allowed try failed",
                since=found.lastTransitionTime,
                evidence=(
                    seen(
                        known,
                        found.lastTransitionTime,
                        f"{REASON}: {found.message or ''}; {tries} pods were seen",
                    ),
                ),
            )
            return


FAILURE = Failure(
    id="job-backoff-limit-exceeded",
    title="Job gave up",
    says="The Job tried its pod as often as it may, every try failed, so it gave up.",
    sees="kubectl get jobs shows Failed, with several pods in Error behind it.",
    confirm=(
        "kubectl -n NAMESPACE describe job JOB shows Failed with reason BackoffLimitExceeded",
        "kubectl -n NAMESPACE get pods -l job-name=JOB lists the tries that are left; those that failed may "
        "be deleted by now",
    ),
    judges=("Job.batch",),
    severity="high",
    role="symptom",
    playbook=(
        "Look at why the last pod failed, not at this line",
        "If the tries failed for different reasons, list them",
    ),
    leads_to=("workflow-step-failed", "training-job-failed"),
    find=find,
)
