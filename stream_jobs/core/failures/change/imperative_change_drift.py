"""imperative-change-drift: somebody changed by hand what a tool deploys from files."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.links import SCALERS
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.changes import REPLICAS, deployed_by, undone, writes


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    tool = deployed_by(known)
    if not tool:
        return
    for write in writes(known):
        if not write.by_hand or (write.first.path == REPLICAS and _autoscaled(known, cell)):
            continue
        yield Finding(
            says=f"{known.kind} {known.name} was changed by hand at {say_time(write.at)}: {write.what()}, by "
            f"{write.writer}, while {tool} deploys it",
            since=write.at,
            until=undone(known, write),
            occurrence=str(write.first.resource_version),
            evidence=tuple(
                seen(known, each.before, f"{each.path}: {each.old or 'nothing'} -> {each.new or 'nothing'}")
                for each in write.edits[:3]
            ),
        )


def _autoscaled(known: Known, cell: Cell) -> bool:
    """Whether an autoscaler scales it: KEDA's scaling to 0 looks the same."""
    return any(each.key in SCALERS for each in cell.used_by(known))


FAILURE = Failure(
    id="imperative-change-drift",
    title="Changed by hand",
    says="Somebody changed the running object directly. It differs now from what its files say, and the next "
    "deployment will undo the change or clash with it.",
    sees="The live object differs from its manifest, chart or Git; kubectl diff shows lines nobody "
    "committed.",
    confirm=(
        "kubectl -n NAMESPACE get KIND NAME --show-managed-fields -o yaml: kubectl-edit, kubectl-scale and "
        "the like own fields there",
        "kubectl diff -f MANIFEST, helm get manifest RELEASE, or the Argo CD application's diff",
    ),
    judges=("Deployment.apps", "StatefulSet.apps", "DaemonSet.apps", "CronJob.batch"),
    severity="medium",
    role="cause",
    playbook=(
        "Ask whether the change was meant",
        "Meant: write it into the manifest or the chart's values",
        "Not meant: put the old value back, or deploy again",
    ),
    leads_to=(
        "change-before-failure",
        "deployment-replicas-unavailable",
        "deployment-rollout-stuck",
        "duplicate-data-processors",
        "service-no-endpoints",
        "dns-unavailable",
        "operator-not-reconciling",  # an engine's controller that was scaled to 0
    ),
    find=find,
)
