"""The command line: `wakeline COMMAND`."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from wakeline.cli.frame import Run, add_commands, run_program, struct_of
from wakeline.cli.replay import explain, replay

PANELS: dict[str, dict[str, Run]] = {
    "Without a cluster": {"replay": replay, "explain": explain},
}

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Record what happens to workflows on Kubernetes, and say what went wrong, why, and what to do.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"wakeline {version('wakeline')}")
        raise typer.Exit


@app.callback()
def _program(
    *,
    print_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None: ...


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, by default the process's own, and return the exit code."""
    return run_program(app, arguments)


_STRUCTS = {name: struct_of(run) for runs in PANELS.values() for name, run in runs.items()}
for _panel, _runs in PANELS.items():
    add_commands(app, _runs, _panel, _STRUCTS)
