"""What `wakeline watch` says while it watches: how things stand once all is listed, then each change."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from schemas.contracts import ENDED, Session
from wakeline.cells import sentence
from wakeline.cli.frame import complain
from wakeline.embedded import Taken
from wakeline.store.embedded import EmbeddedStore
from wakeline.stored import read_sessions
from wakeline.terminal.screen import show
from wakeline.terminal.sessions import session_table
from wakeline.terminal.text import phase, plain
from wakeline.terminal.times import clock

MOST_ROWS = 40


class Teller:
    """Remembers what was said of each session, so that only what is new is said."""

    def __init__(self, console: Console, store: EmbeddedStore) -> None:
        self.console = console
        self._said: dict[str, tuple[str, str]] = {}
        self._waiting: dict[str, Session] = {}
        self._listed = False
        self._sessions: set[str] = set()
        self._store = store

    def tell(self, taken: Taken) -> None:
        """Say what a batch brought."""
        for letter in taken.letters:
            complain(sentence(letter))
        for news in taken.news.values():
            self._sessions |= {each.id for each in news.sessions}
            self._waiting |= {each.id: each for each in news.sessions}
        if self._listed:
            self._changes()
        elif taken.listed:
            self._listed = True
            self._state()

    def say_what_was_saved(self, folder: Path) -> None:
        """Say it at the end."""
        if self._sessions and not self._listed:
            self._state()
        if self._listed or self._sessions:
            line = f"{_runs(len(self._sessions))} saved in {folder}; `wakeline watch` goes on from there."
            show(self.console, Text(line))

    def _state(self) -> None:
        """Say how things stand: what goes on and what is not well."""
        sessions = read_sessions(self._store.client, "1 = 1")
        self._said = {each.id: _gist(each) for each in sessions}
        self._waiting.clear()
        unfinished = [each for each in sessions if each.phase not in ENDED or each.verdict]
        if unfinished:
            show(self.console, session_table(unfinished[-MOST_ROWS:], self.console), Text(""))
        well = len(sessions) - len(unfinished)
        show(self.console, Text(f"{_runs(well)} ended well."))

    def _changes(self) -> None:
        for session in self._waiting.values():
            if not session.withdrawn and self._said.get(session.id) != _gist(session):
                self._said[session.id] = _gist(session)
                show(self.console, _line(session))
        self._waiting.clear()


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count} runs"


def _gist(session: Session) -> tuple[str, str]:
    return session.phase, session.verdict.title if session.verdict else session.wait


def _line(session: Session) -> Text:
    at = session.ended or session.started or session.created
    words = session.verdict.title if session.verdict else session.wait
    parts: list[str | Text] = [clock(at), "  ", phase(session.phase), "  "]
    parts.append(plain(f"{session.namespace}/{session.name}", "bold"))
    return Text.assemble(*parts, *(("  ", plain(words)) if words else ()))
