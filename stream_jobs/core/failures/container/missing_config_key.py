"""missing-config-key: the ConfigMap or Secret is there, but lacks the entry that the pod asks for."""

from collections.abc import Iterator

from stream_jobs.core.cell import Cell
from stream_jobs.core.failure import Failure
from stream_jobs.core.finding import Finding
from stream_jobs.core.known import Known
from stream_jobs.core.pods import seen
from stream_jobs.core.quantities import say_time
from stream_jobs.core.signs.configs import Lack, lacks, pointed_out, told_by, whose
from stream_jobs.core.signs.messages import one_line, shell_word


def find(known: Known, cell: Cell) -> Iterator[Finding]:
    for each in lacks(known, cell):
        told, holder = each.told, f"{each.kind} {each.name}" if each.name else f"A {each.kind}"
        lacks_it = "has no" if told.until is None else "had no"
        yield Finding(
            says=f"{holder} of namespace {known.namespace} {lacks_it} key {one_line(each.key, 200)}, which "
            f"{whose(told)} of pod {known.name} needs{_fate(known, cell, each)}",
            since=told.since,
            until=told.until,
            occurrence=f"{each.kind}/{each.name}/{each.key}",
            evidence=(seen(known, told.since, told_by(known, told)),),
            about=(pointed_out(known, told, each.kind),) if each.name else (),
            playbook=_steps(known, each),
        )


def _fate(known: Known, cell: Cell, lack: Lack) -> str:
    """Return ": it was removed …" where that was seen, else ""."""
    holder = cell.by_name(lack.kind, known.namespace, lack.name)
    paths = (f"data.{lack.key}", f"binaryData.{lack.key}")
    for edit in reversed(holder.edits if holder is not None else ()):
        if edit.path in paths and not edit.new:
            by = f" by {one_line(edit.manager, 100)}" if edit.manager else ""
            return f": it was removed{by} before {say_time(edit.before)}"
    return ""


def _steps(known: Known, lack: Lack) -> tuple[str, ...]:
    if not lack.name:
        return ()
    what = f"{lack.kind.lower()} {shell_word(lack.name)}"
    return (f"See the keys that there are: kubectl -n {shell_word(known.namespace)} describe {what}",)


FAILURE = Failure(
    id="missing-config-key",
    title="Key missing in settings",
    says="The pod takes one entry of a ConfigMap or Secret by its key. The object is there, the entry is "
    "not, so the container cannot be made. It starts by itself as soon as the entry is there.",
    sees="kubectl get pods shows CreateContainerConfigError, or ContainerCreating where a volume needs the "
    "key.",
    confirm=(
        "kubectl -n NAMESPACE describe pod POD shows couldn't find key, or references non-existent key",
        "kubectl -n NAMESPACE describe configmap NAME (or secret NAME) lists the keys: the one asked for is "
        "not among them",
    ),
    judges=("Pod",),
    severity="high",
    role="cause",
    playbook=(
        "Add the key, or correct its name in the pod template: upper and lower case count",
        "See who edited the object last, and whether the key was renamed",
        "Where the program can do without it, mark the reference optional: true",
    ),
    leads_to=("pod-stuck-container-creating", "pod-not-ready", "workflow-step-stuck-pending"),
    find=find,
)
