"""missing-configmap: the pod needs a ConfigMap that its namespace does not have."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.signs.configs import absences, fate, pointed_out, told_by, whose
from stream_jobs.core.signs.messages import shell_word

KIND = "ConfigMap"


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in absences(known, cell, KIND):
        yield Finding(
            says=f"ConfigMap {each.name}, which {whose(each)} of pod {known.name} needs, does not exist in "
            f"namespace {known.namespace}{fate(known, cell, each, KIND)}",
            since=each.since,
            until=each.until,
            occurrence=each.name,
            evidence=(seen(known, each.since, told_by(known, each)),),
            about=(pointed_out(known, each, KIND),),
            playbook=(
                f"See which ones there are, and look for a similar name: kubectl -n "
                f"{shell_word(known.namespace)} get configmaps",
            ),
        )


FAILURE = Failure(
    id="missing-configmap",
    title="ConfigMap missing",
    says="The pod takes settings from a ConfigMap that its namespace does not have, so its container cannot "
    "be made. It starts by itself as soon as the ConfigMap is there.",
    sees="kubectl get pods shows CreateContainerConfigError, or ContainerCreating where a volume needs it.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows configmap NAME not found",
        "kubectl -n NAMESPACE get configmap NAME answers NotFound",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Create the ConfigMap, or correct the name in the pod template",
        "See whether it was deleted, or made in another namespace",
    ),
    leads_to=("pod-stuck-container-creating", "pod-not-ready", "workflow-step-stuck-pending"),
    find=find,
)
