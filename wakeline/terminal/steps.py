"""One session in full: what it is, its steps and their attempts, and its place among other sessions."""

from collections.abc import Iterator, Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from schemas.contracts import Attempt, Phase, Session, Step
from stream_jobs.core.quantities import say_amount
from wakeline.terminal.text import WAITING, phase, plain
from wakeline.terminal.times import NONE, length, moment


def session_facts(session: Session) -> Iterator[Text]:
    """Yield a line for each thing that is known of the session."""
    yield Text.assemble(plain(f"{session.namespace}/{session.name}", "bold"), "  ", phase(session.phase))
    for name, value in _facts(session):
        if value:
            yield Text.assemble((f"{name:<12}", "bold"), plain(value))


def steps_table(session: Session, console: Console) -> Table:
    """Return the steps, a row for each attempt."""
    table = Table(box=SIMPLE_HEAD if console.is_terminal else None, pad_edge=False, header_style="bold")
    for name in ("step", "phase", "try", "pod", "node", "started", "took", "exit", "why"):
        table.add_column(name, overflow="fold")
    for step in session.steps:
        for attempt in step.attempts or (None,):
            table.add_row(*_cells(step, attempt))
    return table


def family_tree(root: Session, children: Mapping[str, Sequence[Session]], shown: str) -> Tree:
    """Return the tree of sessions from the outermost down; the one that is shown stands out."""
    tree = Tree(_branch(root, shown))
    _grow(tree, root, children, shown)
    return tree


def _grow(tree: Tree, session: Session, children: Mapping[str, Sequence[Session]], shown: str) -> None:
    for child in children.get(session.id, ()):
        _grow(tree.add(_branch(child, shown)), child, children, shown)


def _branch(session: Session, shown: str) -> Text:
    style = "bold" if session.id == shown else ""
    guess = f"  probably started by it ({session.link_score:.0%})" if session.link == "inferred" else ""
    named = plain(f"{session.kind} {session.name}", style)
    return Text.assemble(named, "  ", phase(session.phase), (guess, WAITING))


def _facts(session: Session) -> Iterator[tuple[str, str]]:
    yield "id", session.id
    yield "engine", f"{session.engine} ({session.kind})"
    yield "run of", session.definition
    yield "started by", " ".join(word for word in (session.trigger, session.user) if word)
    yield "created", moment(session.created)
    yield "started", moment(session.started)
    yield "ended", moment(session.ended) if session.ended else ""
    yield "deleted", moment(session.deleted) if session.deleted else ""
    yield "took", length(session.started, session.ended) if session.ended else ""
    yield "asks for", _requests(session)
    yield "waits", session.wait
    yield "says", session.message


def _requests(session: Session) -> str:
    asked = session.requests
    parts = (
        (asked.gpus, "1 GPU" if asked.gpus == 1 else f"{asked.gpus:g} GPUs"),
        (asked.cpus, say_amount("cpu", asked.cpus)),
        (asked.memory_bytes, say_amount("memory", asked.memory_bytes)),
    )
    return ", ".join(words for amount, words in parts if amount)


def _cells(step: Step, attempt: Attempt | None) -> tuple[Text, ...]:
    if attempt is None:
        times = Text(moment(step.started)), Text(length(step.started, step.ended))
        empty = Text(NONE)
        return plain(step.name), phase(step.phase), empty, empty, empty, *times, empty, plain(step.message)
    state: Phase = attempt.phase
    return (
        plain(step.name),
        phase(state),
        Text(str(attempt.number)),
        plain(attempt.pod or NONE),
        plain(attempt.node or NONE),
        Text(moment(attempt.started)),
        Text(length(attempt.started, attempt.ended)),
        Text(NONE if attempt.exit_code is None else str(attempt.exit_code)),
        plain(" ".join(word for word in (attempt.reason, attempt.message) if word)),
    )
