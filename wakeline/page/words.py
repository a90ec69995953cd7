"""Plain words for what Kubernetes and its engines say in terms of their own."""

from datetime import datetime, timedelta

import msgspec

from stream_jobs.core.engines import all_engines
from stream_jobs.core.signs.exit_codes import words


class Meaning(msgspec.Struct, frozen=True):
    """How a state is shown: its look (a class of app.css), its sign (a symbol of signs.html), its word."""

    look: str
    sign: str
    word: str
    says: str


# One meaning, one colour, the same as in the terminal and in Grafana; always with a sign and a word.
PHASES = {
    "Pending": Meaning("waiting", "waiting", "Pending", "it has not started yet"),
    "Running": Meaning("running", "running", "Running", "it is at work"),
    "Succeeded": Meaning("good", "good", "Succeeded", "it finished well"),
    "Failed": Meaning("bad", "bad", "Failed", "it ended without doing what it should"),
    "Error": Meaning("bad", "bad", "Error", "its engine could not carry it on"),
    "Cancelled": Meaning("moved", "stopped", "Cancelled", "it was stopped or deleted before its end"),
    "Suspended": Meaning("waiting", "paused", "Suspended", "it is on hold until something lets it go on"),
    "Skipped": Meaning("waiting", "stopped", "Skipped", "it was not needed"),
}
STATES = {
    "failed": Meaning("bad", "bad", "Failed", "ended without doing what they should"),
    "stuck": Meaning("unknown", "stuck", "Stuck", "not ended, and something is in the way"),
    "running": Meaning("running", "running", "Running", "at work, nothing wrong"),
    "waiting": Meaning("waiting", "waiting", "Waiting", "not started yet, or on hold"),
    "succeeded": Meaning("good", "good", "Succeeded", "finished well"),
    "stopped": Meaning("moved", "stopped", "Stopped", "cancelled, deleted or skipped"),
}
SEVERITIES = {
    "critical": Meaning("bad", "bad", "critical", "work was lost or cannot go on"),
    "high": Meaning("bad", "bad", "high", "it hurts a run now"),
    "medium": Meaning("unknown", "stuck", "medium", "it may hurt a run"),
    "low": Meaning("starting", "stuck", "low", "worth knowing"),
    "info": Meaning("waiting", "waiting", "note", "no harm in itself"),
}
SPANS = {
    "scheduling": ("waiting", "looking for a node"),
    "starting": ("starting", "fetching the image, mounting volumes, starting"),
    "init": ("starting", "preparing (init containers)"),
    "running": ("running", "running"),
    "terminating": ("moved", "stopping"),
}
TRIGGERS = {"manual": "hand", "schedule": "a schedule", "event": "an event", "resubmit": "a new try by hand"}
GLOSSARY = {
    "session": "one run of one workflow, with everything that happened to it in the cluster",
    "step": "one task of a workflow, or one container of a job",
    "try": "one attempt at a step; a step that fails is often tried again in a new pod",
    "pod": "one running copy of your program, with its own address and limits",
    "container": "the packaged program inside a pod; a pod may hold helpers beside it",
    "node": "one machine of the cluster; pods run on nodes",
    "namespace": "a named part of the cluster, often one team or project",
    "cluster": "a set of machines that Kubernetes runs as one",
    "image": "the file that a container is started from, fetched from a registry",
    "event": "a short note of a part of Kubernetes about an object; the cluster forgets it within an hour",
    "exit code": "the number a program ends with; 0 means that it went well",
    "zone": "a separate part of a data centre or region; nodes of one zone can fail together",
    "limit": "the most memory or CPU a container may use, written in its specification",
    "manager": "the program or person that wrote a field of an object",
}


def length(since: datetime | None, until: datetime | None) -> str:
    """Return how long it took, as in "3 min 20 s"; "" where an end is not known."""
    if since is None or until is None:
        return ""
    return spoken((until - since) / timedelta(seconds=1))


def spoken(seconds: float) -> str:
    """Return a number of seconds as people say it, in its two largest units."""
    if seconds < 1:
        return "less than 1 s"
    whole = round(seconds)
    for size, unit, part, smaller in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {unit} {rest} {smaller}" if rest else f"{whole // size} {unit}"
    return f"{whole} s"


def amount(count: float, one: str, many: str) -> str:
    """Return a number with its noun: "1 GPU", "0.5 CPU cores"."""
    return f"{count:g} {one if count == 1 else many}"


def memory(size: float) -> str:
    """Return a number of bytes in its largest unit: "48 MiB"."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.4g} TiB"


def asked_for(gpus: float, cpus: float, memory_bytes: int) -> str:
    """Return what the pods of a session asked for together; "" for nothing."""
    parts = (
        amount(gpus, "GPU", "GPUs") if gpus else "",
        amount(round(cpus, 3), "CPU core", "CPU cores") if cpus else "",
        f"{memory(memory_bytes)} of memory" if memory_bytes else "",
    )
    return ", ".join(filter(None, parts))


def sure(confidence: float) -> str:
    """Return how sure a verdict is, in a word and a number."""
    steps = ((0.95, "certain"), (0.8, "very likely"), (0.6, "likely"), (0.4, "possible"))
    word = next((word for least, word in steps if confidence >= least), "a guess")
    return f"{word} ({confidence:.0%})"


def link(kind: str, score: float) -> str:
    """Return how a run is known to be part of another, as a hint; "" where its owner says so."""
    if kind == "inferred":
        return f"probably started by it ({score:.0%})"
    return "by its labels" if kind == "label" else ""


def examples(instances: int, names: list[str]) -> str:
    """Return "It happened 8 times: to a, b, c and 5 others"; "" for one time."""
    if instances < 2:
        return ""
    others = f" and {instances - len(names)} others" if instances > len(names) else ""
    return f"It happened {instances} times: to {', '.join(names)}{others}"


def exit_words(code: int | None) -> str:
    """Return what an exit code says; "" where none is known."""
    return "" if code is None else f"{code}: {words(code)}"


def engine(name: str) -> str:
    """Return the name of an engine as people write it."""
    return next((each.title for each in all_engines() if each.name == name), "") or name
