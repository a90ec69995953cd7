"""missing-secret: the pod needs a Secret that its namespace does not have."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.configs import absences, fate, pointed_out, told_by, whose
from stream_jobs.core.signs.messages import shell_word

KIND = "Secret"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in absences(known, cell, KIND):
        yield Finding(
            says=f"Secret {each.name}, which {whose(each)} of pod {known.name} needs, does not exist in "
            f"namespace {known.namespace}{fate(known, cell, each, KIND)}",
            since=each.since,
            until=each.until,
            occurrence=each.name,
            evidence=(seen(known, each.since, told_by(known, each)),),
            about=(pointed_out(known, each, KIND),),
            playbook=(
                f"See which ones there are, and look for a similar name: kubectl -n "
                f"{shell_word(known.namespace)} get secrets",
            ),
        )


FAILURE = Failure(
    id="missing-secret",
    title="Secret missing",
    says="The pod takes a password or token from a Secret that its namespace does not have, so its container "
    "cannot be made. It starts by itself as soon as the Secret is there.",
    sees="kubectl get pods shows CreateContainerConfigError, or ContainerCreating where a volume needs it.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows secret NAME not found",
        "kubectl -n NAMESPACE get secret NAME answers NotFound",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Create the Secret in this namespace, or correct the name in the pod template",
        "Where a tool makes Secrets from an outside store, look at that tool",
    ),
    leads_to=("pod-stuck-container-creating", "pod-not-ready", "workflow-step-stuck-pending"),
    find=find,
)
