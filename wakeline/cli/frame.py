"""How a function becomes a command: its settings struct turns into options, its errors into sentences."""

import inspect
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter
from typing import Annotated, Any, get_type_hints

import msgspec
import typer
from typer._click.exceptions import ClickException, NoArgsIsHelpError, UsageError

from wakeline.configuration import FILE, Commands, read_file, unknown_variables
from wakeline.errors import UserError
from wakeline.settings import gather, parameters
from wakeline.terminal.text import clean

Run = Callable[..., None]  # its first parameter is its settings; the others are typer's arguments

_CONFIG = typer.Option(
    "--config",
    envvar="WAKELINE_CONFIG",
    metavar="FILE",
    help=f"Settings file in TOML; without it {FILE} in the working directory, if there is one.",
)
USAGE = 2


def add_commands(app: typer.Typer, runs: Mapping[str, Run]) -> None:
    """Make each function a command of the program, in this order; "a b" is the command b of the group a.

    Its table in the settings file is called [a] or [a-b].
    """
    structs = {_table(name): struct_of(run) for name, run in runs.items()}
    groups: dict[str, typer.Typer] = {"": app}
    for name, run in runs.items():
        group, _, own = name.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
            app.add_typer(groups[group], name=group, help=_group_help(group, runs))
        table = _table(name)
        groups[group].command(own, epilog=_where_from(table))(_command(table, run, structs))


def struct_of(run: Run) -> type[msgspec.Struct]:
    """Return the settings struct that a command takes."""
    first = next(iter(inspect.signature(run).parameters))
    struct: type[msgspec.Struct] = get_type_hints(run)[first]
    return struct


def run_program(app: typer.Typer, arguments: Sequence[str] | None) -> int:
    """Run a command line and return the exit code. What the user can mend is one sentence on stderr."""
    try:
        code = app(args=arguments, prog_name="wakeline", standalone_mode=False)
    except NoArgsIsHelpError as error:
        error.show()
        return USAGE
    except ClickException as error:
        complain(_usage(error))
        return USAGE
    except typer.Abort:
        return 130
    return code if isinstance(code, int) else 0


def complain(sentence: str) -> None:
    """Say one sentence on stderr, as the program."""
    sys.stderr.write(f"wakeline: {clean(sentence)}\n")
    sys.stderr.flush()


def _command(name: str, run: Run, commands: Commands) -> Callable[..., None]:
    own, *others = inspect.signature(run, eval_str=True).parameters.values()

    def call(typer_context: typer.Context, config: str | None = None, **given: Any) -> None:
        rest = {each.name: given.pop(each.name) for each in others}
        try:
            file = read_file(config, name, commands)
            for sentence in unknown_variables(os.environ, commands):
                complain(sentence)
            run(gather(struct_of(run), given, _source(typer_context), file), **rest)
        except UserError as error:
            complain(str(error))
            raise typer.Exit(USAGE) from error

    made = [
        Parameter("typer_context", Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context),
        *(each.replace(kind=Parameter.KEYWORD_ONLY) for each in others),
        *parameters(own.annotation),
        Parameter("config", Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[str | None, _CONFIG]),
    ]
    command: Any = call
    command.__signature__ = inspect.Signature(made)
    command.__annotations__ = {each.name: each.annotation for each in made}
    command.__doc__ = run.__doc__
    typed: Callable[..., None] = command
    return typed


def _source(context: typer.Context) -> Callable[[str], str]:
    def source(name: str) -> str:
        found = context.get_parameter_source(name)
        return found.name if found else ""

    return source


def _table(name: str) -> str:
    return name.replace(" ", "-")


def _group_help(group: str, runs: Mapping[str, Run]) -> str:
    names = [name.rpartition(" ")[2] for name in runs if name.startswith(f"{group} ")]
    return f"{' or '.join(names).capitalize()} {group}."


def _where_from(name: str) -> str:
    return (
        f"Options go before environment variables, these before {FILE} (keys at the top, or under [{name}]), "
        "it before the defaults."
    )


def _usage(error: ClickException) -> str:
    variable = getattr(getattr(error, "param", None), "envvar", None)
    if variable and variable in os.environ:  # of all settings only a yes or no is read before `gather`
        return f"{variable} (environment): expected true or false, got {os.environ[variable]!r}"
    said = " ".join(error.format_message().split()).rstrip(".")
    context = error.ctx if isinstance(error, UsageError) else None
    return f"{said}; see `{context.command_path} --help`" if context else said
