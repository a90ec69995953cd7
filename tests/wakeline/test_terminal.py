"""The terminal shows text of a cluster and never obeys it."""

import io
import re
import sys
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from rich.console import Console

from schemas.contracts import Evidence, PathStep, Ref, Requests, Session, Verdict
from tests.support import rows
from tests.support.rows import at
from wakeline.cli.printing import print_report
from wakeline.outcome import Outcome
from wakeline.terminal.screen import write_data
from wakeline.terminal.sessions import session_table
from wakeline.terminal.steps import family_tree, session_facts, steps_table
from wakeline.terminal.text import clean
from wakeline.terminal.times import length, moment
from wakeline.terminal.verdict import verdict_panel

HOSTILE = (
    "\x1b[31mred\x1b[0m\x1b]0;title\x07 [bold]x[/bold] [link=http://evil.test]y[/] "
    "\u202egnp.exe\u2066 \x9b5m\r\n\x00end"
)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def hostile() -> Session:
    ref = Ref(kind="Pod", namespace=HOSTILE, name=HOSTILE)
    verdict = Verdict(
        failure="container-oom-killed",
        title=HOSTILE,
        explanation=HOSTILE,
        path=tuple(
            PathStep(anomaly=each, failure="f", subject=ref, title=HOSTILE, since=at(0)) for each in "ab"
        ),
        evidence=(Evidence(at=at(1), ref=ref, says=HOSTILE),),
        playbook=(HOSTILE,),
        instances=2,
        examples=(ref, ref),
        differs=(HOSTILE,),
        checked=(HOSTILE,),
    )
    step = rows.step(HOSTILE, 1, message=HOSTILE)
    bare = rows.step(HOSTILE, 0, message=HOSTILE)
    return rows.session(
        1, step, bare, name=HOSTILE, namespace=HOSTILE, message=HOSTILE, wait=HOSTILE, verdict=verdict
    )


def drawn(session: Session, *, terminal: bool, width: int = 100) -> str:
    console = Console(
        file=io.StringIO(), width=width, force_terminal=terminal, markup=False, emoji=False, highlight=False
    )
    child = rows.session(2, name=HOSTILE, id="child", parent=session.id)
    console.print(session_table([session], console))
    console.print(*session_facts(session))
    console.print(steps_table(session, console))
    console.print(family_tree(session, {session.id: [child]}, session.id))
    console.print(verdict_panel(session, console))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("terminal", [True, False])
def test_hostile_text_is_shown_and_never_obeyed(terminal: bool) -> None:
    shown = drawn(hostile(), terminal=terminal)
    bare = ANSI.sub("", shown)  # our own colours
    assert [letter for letter in bare if letter != "\n" and not letter.isprintable()] == []
    assert "[bold]x[/bold]" in bare
    assert "gnp.exe" in bare
    if not terminal:
        assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "ab"),
        ("a\x1b]8;;http://x\x1b\\b\x1b]8;;\x1b\\c", "abc"),
        ("a\x1bb", "a"),
        ("a\x1b", "a"),
        ("a\nb\r\nc\td", "a b  c d"),
        ("a\u202eb\u2066c\u200bd\ufeff", "abcd"),
        ("a\x9b31mb", "a31mb"),
        ("a\ud800b", "ab"),
        ("ünïcödé 日本 🚀", "ünïcödé 日本 🚀"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_a_narrow_terminal_loses_columns_and_not_the_verdict() -> None:
    session = rows.session(1)
    wide, narrow = drawn(session, terminal=False, width=160), drawn(session, terminal=False, width=60)
    assert "2026-01-02 03:04:15" in wide
    assert "started" not in narrow.splitlines()[0]
    assert "Memory ran out" in narrow
    assert max(map(len, narrow.splitlines())) <= 60


def test_several_of_one_kind_and_what_is_new_are_told() -> None:
    pods = tuple(Ref(kind="Pod", name=f"worker-{number}") for number in range(3))
    verdict = Verdict(failure="f", title="t", instances=8, examples=pods, differs=("image was a, now b",))
    shown = drawn(rows.session(1, verdict=verdict), terminal=False)
    assert "It happened 8 times: to worker-0, worker-1, worker-2 and 5 others." in shown
    assert "What differs from the last good run" in shown
    assert "- image was a, now b" in shown


def test_a_guess_at_who_started_it_is_called_one() -> None:
    parent = rows.session(1)
    child = rows.session(2, id="child", parent=parent.id, link="inferred", link_score=0.8)
    out = io.StringIO()
    Console(file=out, width=100).print(family_tree(parent, {parent.id: [child]}, parent.id))
    assert "probably started by it (80%)" in out.getvalue()


def test_colour_never_stands_alone(capsys: pytest.CaptureFixture[str]) -> None:
    print_report(Outcome({"a": rows.session(1)}, {}))
    out = capsys.readouterr().out
    assert "▲ Failed" in out
    assert "\x1b" not in out


def test_no_color_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    shown = drawn(rows.session(1), terminal=True)
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]", shown)


def test_data_on_a_terminal_is_cleaned_and_in_a_pipe_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    for terminal, written in ((True, b"a,b\nc,d\n"), (False, b"a,b\nc\x1b[2J,d\n")):
        stdout = io.TextIOWrapper(io.BytesIO())
        monkeypatch.setattr(stdout, "isatty", lambda terminal=terminal: terminal)
        with monkeypatch.context() as patched:
            patched.setattr(sys, "stdout", stdout)
            write_data(b"a,b\nc\x1b[2J,d\n")
        assert stdout.buffer.getvalue() == written


def test_times_are_local_with_their_zone() -> None:
    found = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
    assert moment(found) == found.astimezone().strftime("%Y-%m-%d %H:%M:%S %Z")
    assert moment(None) == "-"


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0s"), (59, "59s"), (200, "3m 20s"), (7500, "2h 05m"), (273600, "3d 04h")]
)
def test_lengths(seconds: int, words: str) -> None:
    start = datetime(2026, 11, 24, tzinfo=UTC)
    assert length(start, start + timedelta(seconds=seconds)) == words
    assert length(start, None) == "-"


def test_what_a_run_asks_for_is_said_in_fitting_units() -> None:
    small = Requests(gpus=1, cpus=0.01, memory_bytes=48 * 2**20)
    facts = session_facts(msgspec.structs.replace(rows.session(1), requests=small))
    assert any(each.plain.endswith("1 GPU, 0.01 CPUs, 48 MiB memory") for each in facts)
