"""The command line as a whole: it teaches, it knows its commands, it ends with the right code."""

from collections.abc import Iterator
from typing import Any

import pytest
import typer.main

from tests.wakeline.conftest import Run
from wakeline.cli import COMMANDS, app


def test_help_lists_every_command_with_its_purpose(wakeline: Run) -> None:
    for name, run in COMMANDS.items():
        group, _, own = name.rpartition(" ")
        done = wakeline(*group.split(), "--help")
        assert done.code == 0
        assert f"  {own} " in done.out
        assert (run.__doc__ or "").splitlines()[0][:30] in done.out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_teaches(wakeline: Run, name: str) -> None:
    done = wakeline(*name.split(), "--help")
    assert done.code == 0
    text = " ".join(done.out.split())
    assert f"wakeline {name}" in (COMMANDS[name].__doc__ or "")  # an example
    assert "environment variables" in text
    assert "wakeline.toml" in text
    assert f"[{name.replace(' ', '-')}]" in text


def commands(of: Any) -> Iterator[Any]:
    children = getattr(of, "commands", {}).values()
    yield from (found for child in children for found in commands(child))
    if not children:
        yield of


def test_every_option_has_a_sentence() -> None:
    found = list(commands(typer.main.get_command(app)))
    assert len(found) == len(COMMANDS)
    for command in found:
        for each in command.params:
            assert each.help, (command.name, each.name)


def test_without_a_command_the_help_is_shown(wakeline: Run) -> None:
    done = wakeline()
    assert done.code == 2
    assert "Usage: wakeline" in done.out + done.err


def test_an_unknown_command_names_the_nearest(wakeline: Run) -> None:
    done = wakeline("replya")
    assert done.code == 2
    assert "replay" in done.err
    assert done.err.count("\n") == 1


def test_version(wakeline: Run) -> None:
    done = wakeline("--version")
    assert done.code == 0
    assert done.out.startswith("wakeline 0.")


def test_the_module_is_the_program(program: Run) -> None:
    done = program("sessions")
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("wakeline: there is no store at ")
    assert done.err.count("\n") == 1
