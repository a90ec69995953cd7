"""The page of the command line, read from the program."""

import inspect
from collections.abc import Iterator
from typing import Any

import typer.main

from wakeline.cli import app
from wakeline.reference.markdown import listed, page, table


def commands() -> str:
    """Return the page of the command line, with each option and its environment variable."""
    root: Any = typer.main.get_command(app)
    sections = [_command(name, command) for name, command in [("wakeline", root), *_walk("wakeline", root)]]
    return page("Commands", "`wakeline COMMAND --help` says the same.", *sections)


def _walk(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    subcommands = getattr(command, "commands", {})
    if not subcommands:
        yield name, command
    for child in sorted(subcommands):
        yield from _walk(f"{name} {child}", subcommands[child])


def _command(name: str, command: Any) -> str:
    rows = [_parameter(each) for each in command.params if not getattr(each, "hidden", False)]
    options = table(("option", "environment", "default", "what it is"), rows) if rows else ""
    return f"## `{name}`\n\n{inspect.cleandoc(command.help or '')}\n\n{options}".rstrip()


def _parameter(parameter: Any) -> tuple[str, str, str, str]:
    argument = parameter.param_type_name == "argument"
    names = parameter.name.upper() if argument else ", ".join([*parameter.opts, *parameter.secondary_opts])
    variables = [parameter.envvar] if isinstance(parameter.envvar, str) else parameter.envvar or []
    default = _default(parameter.default)
    return (
        f"`{names}`",
        listed(f"`{each}`" for each in variables),
        f"`{default}`" if default else "",
        getattr(parameter, "help", None) or "",
    )


def _default(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, list):
        return ",".join(value)
    return "" if value in (None, False) or callable(value) else str(value)
