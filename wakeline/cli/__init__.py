"""The command line: `wakeline COMMAND`."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Annotated

import typer

from wakeline.cli import dashboards
from wakeline.cli.demo import demo
from wakeline.cli.fleet import collect, correlate, migrate, store, topics
from wakeline.cli.frame import Run, add_commands, run_program
from wakeline.cli.look import query, sessions, show
from wakeline.cli.rbac import rbac
from wakeline.cli.replay import explain, replay
from wakeline.cli.serve import serve
from wakeline.cli.watch import record, watch

COMMANDS: dict[str, Run] = {
    "demo": demo,
    "watch": watch,
    "replay": replay,
    "explain": explain,
    "record": record,
    "sessions": sessions,
    "show": show,
    "query": query,
    "serve": serve,
    "collect": collect,
    "rbac": rbac,
    "correlate": correlate,
    "store": store,
    "topics": topics,
    "migrate": migrate,
    "dashboards build": dashboards.build,
    "dashboards push": dashboards.push,
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


add_commands(app, COMMANDS)
