"""Why a session is not well: the root first, then the path to what one sees, what shows it, what to do."""

from collections.abc import Iterable, Iterator, Mapping

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from schemas.contracts import Anomaly, Evidence, PathStep, Session, Verdict
from wakeline.terminal.text import BAD, WAITING, phase, plain
from wakeline.terminal.times import moment


def verdict_panel(
    session: Session, console: Console, anomalies: Mapping[str, Anomaly] | None = None
) -> RenderableType:
    """Return a session's verdict under the session's name; without a frame where it is no terminal.

    `anomalies`, by id, give words to the other roots that it names.
    """
    head = Text.assemble(plain(f"{session.namespace}/{session.name}", "bold"), "  ", phase(session.phase))
    body = Group(*verdict_lines(session, anomalies or {}))
    if not console.is_terminal:
        return Group(head, Padding(body, (0, 0, 1, 2), expand=False))
    return Panel(body, title=head, title_align="left", border_style=BAD if session.verdict else WAITING)


def verdict_lines(session: Session, anomalies: Mapping[str, Anomaly]) -> Iterator[RenderableType]:
    """Yield what there is to say, in the order in which a person asks."""
    verdict = session.verdict
    if verdict is None:
        yield Text("nothing is wrong")
        return
    yield plain(verdict.title, "bold")
    if verdict.explanation:
        yield plain(verdict.explanation)
    yield from _instances(verdict)
    yield from _path(verdict)
    yield from _section("What shows it", map(_evidence, verdict.evidence))
    yield from _section("What to do", (plain(step) for step in verdict.playbook), numbered=True)
    also = [anomalies[each] for each in verdict.also if each in anomalies]
    yield from _section("Also wrong in this run", (plain(each.title) for each in also))
    yield from _section("What differs from the last good run", map(plain, verdict.differs))
    yield from _section("What could not be checked", (plain(each) for each in verdict.checked))
    if verdict.failure:
        yield Text(f"\n{verdict.failure}, confidence {verdict.confidence:.0%}", style=WAITING)


def _instances(verdict: Verdict) -> Iterator[RenderableType]:
    if verdict.instances > 1:
        names = ", ".join(each.name for each in verdict.examples)
        others = verdict.instances - len(verdict.examples)
        more = f" and {others} others" if others else ""
        yield plain(f"It happened {verdict.instances} times: to {names}{more}.")


def _path(verdict: Verdict) -> Iterator[RenderableType]:
    if len(verdict.path) > 1:
        yield from _section("How it came about", map(_step, verdict.path), numbered=True)


def _step(step: PathStep) -> Text:
    where = f"{step.subject.kind} {step.subject.name}"
    return Text.assemble((moment(step.since), WAITING), "  ", plain(where), ": ", plain(step.title))


def _evidence(each: Evidence) -> Text:
    where = f"{each.ref.kind} {each.ref.name}"
    return Text.assemble((moment(each.at), WAITING), "  ", plain(where), ": ", plain(each.says))


def _section(title: str, lines: Iterable[Text], *, numbered: bool = False) -> Iterator[RenderableType]:
    listed = list(lines)
    if listed:
        yield Text(f"\n{title}", style="bold")
    for number, line in enumerate(listed, start=1):
        yield Padding(Text.assemble(f"{number}. " if numbered else "- ", line), (0, 0, 0, 2), expand=False)
