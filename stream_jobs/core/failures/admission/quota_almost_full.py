"""quota-almost-full: what a namespace may use is nearly used up, before anything was refused."""

from collections.abc import Iterator

from schemas.kubernetes import ResourceQuota
from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import is_gpu, quantity, say_amount
from stream_jobs.core.signs.messages import listed
from stream_jobs.core.thresholds import Level

SHARE = Level(
    id="quota-almost-full.share",
    default=0.9,
    says="From this share on the next run may not fit",
)
COUNTED = frozenset({"cpu", "memory", "pods", "persistentvolumeclaims", "storage", "ephemeral-storage"})


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    view = known.view
    if not isinstance(view, ResourceQuota):
        return
    hard, used = view.status.hard or {}, view.status.used or {}
    words = [
        f"{_share(quantity(used.get(name)) / quantity(limit), cell)} {say_amount(name, quantity(limit))}"
        for name, limit in sorted(hard.items())
        if _counts(name) and 0 < quantity(limit) * SHARE.of(cell) <= quantity(used.get(name))
    ]
    if words:
        yield Finding(
            says=f"Quota {known.name} of namespace {known.namespace} is nearly used up: {listed(words)}",
            since=None,  # no object tells since when
            evidence=(seen(known, None, f"status.used: {listed(words)}"),),
            playbook=(f"kubectl -n {known.namespace} describe resourcequota {known.name}",),
        )


def _share(share: float, cell: Cell) -> str:
    """In steps, so that not every pod that comes or goes changes the sentence."""
    return "all of" if share >= 1 else f"more than {SHARE.of(cell):.0%} of"


def _counts(name: str) -> bool:
    """Whether runs need it: limits of Services or Secrets are seldom what a run waits for."""
    plain = name.removeprefix("requests.").removeprefix("limits.").removeprefix("count/")
    return plain in COUNTED or is_gpu(plain)


FAILURE = Failure(
    id="quota-almost-full",
    title="Quota nearly used up",
    says="What the namespace may use of something is nearly taken. Nothing has been refused yet, but the "
    "next run may be.",
    sees="kubectl describe resourcequota shows Used close to Hard.",
    confirm=("kubectl -n NAMESPACE describe resourcequota lists Used and Hard of each resource",),
    judges=("ResourceQuota",),
    severity="info",  # a quota that is used to the full is well used; what it refuses is another failure
    role="cause",
    playbook=(
        "Before more is started: delete what is finished, or lower requests that nobody uses",
        "Ask for a larger quota where this is how it mostly looks",
    ),
    leads_to=(),  # a refusal says itself which quota it was: that is the cause, not that it was nearly full
    thresholds=(SHARE,),
    find=find,
)
