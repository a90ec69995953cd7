"""How commands print what they found: tables and verdicts for people, one document for programs."""

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from schemas.contracts import Anomaly, Session
from wakeline.outcome import Outcome, document
from wakeline.terminal.anomalies import anomaly_lines
from wakeline.terminal.screen import out, show, write_data
from wakeline.terminal.sessions import in_order, session_table
from wakeline.terminal.verdict import verdict_panel


def print_document(sessions: Iterable[Session], anomalies: Iterable[Anomaly]) -> None:
    """Print the JSON document, and nothing else, to stdout."""
    write_data(document(sessions, anomalies) + b"\n")


def print_report(outcome: Outcome) -> None:
    """Print the sessions, the verdict of each that is not well, and what is wrong beside them."""
    console = out()
    sessions = in_order(outcome.sessions.values())
    print_sessions(sessions, console)
    show(console, *(verdict_panel(each, console, outcome.anomalies) for each in sessions if each.verdict))
    told = {each.id for each in sessions if each.verdict}
    beside = [each for each in outcome.anomalies.values() if _stands_alone(each, told)]
    if not outcome.wrong:
        show(console, Text("Nothing is wrong."))
    elif beside:
        title = Text("Also wrong" if sessions else "What is wrong", style="bold")
        show(console, title, *anomaly_lines(beside))


def print_sessions(sessions: Sequence[Session], console: Console) -> None:
    """Print the table of sessions, or that there is none."""
    if sessions:
        show(console, session_table(sessions, console), Text(""))
    else:
        show(console, Text("No run of a workflow is in it."))


def _stands_alone(anomaly: Anomaly, told: set[str]) -> bool:
    return anomaly.root and anomaly.severity != "info" and told.isdisjoint(anomaly.sessions)
