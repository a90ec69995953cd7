"""Every command and variable of docker-compose.yml is one that the program knows."""

from typing import Any

import pytest
import typer.main

from tests.house.test_compose import OURS
from wakeline.cli import app

PROGRAM: Any = typer.main.get_command(app)


def command_of(name: str) -> Any:
    return PROGRAM.commands[OURS[name]["command"][0]]


@pytest.mark.parametrize("name", OURS)
def test_commands_parse(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in OURS[name]["environment"].items():
        monkeypatch.setenv(variable, value)
    first, *rest = OURS[name]["command"]
    command_of(name).make_context(first, rest)  # raises a usage error where it does not


@pytest.mark.parametrize("name", OURS)
def test_variables_are_read_by_some_command(name: str) -> None:
    known: set[str] = set()
    for command in PROGRAM.commands.values():
        for parameter in command.params:
            variables = parameter.envvar or []
            known.update([variables] if isinstance(variables, str) else variables)
    given = {each for each in OURS[name]["environment"] if each.startswith("WAKELINE_")}
    assert given <= known
