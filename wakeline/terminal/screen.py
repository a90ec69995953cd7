"""The two consoles: results go to stdout, everything said about the work to stderr."""

import sys
from typing import IO

from rich.console import Console, RenderableType

from wakeline.terminal.text import clean

PIPE_WIDTH = 10_000  # nothing is cut or wrapped where a program reads


def out() -> Console:
    """Return the console of results; where it is no terminal, nothing is coloured, cut or wrapped."""
    return _console(sys.stdout)


def err() -> Console:
    """Return the console of notes and progress."""
    return _console(sys.stderr)


def show(console: Console, *things: RenderableType) -> None:
    """Print things, one below the other; where it is no terminal, without blanks at the ends of lines."""
    if console.is_terminal:
        for thing in things:
            console.print(thing)
        return
    with console.capture() as captured:
        for thing in things:
            console.print(thing)
    lines = (line.rstrip() for line in captured.get().splitlines())
    console.file.write("".join(f"{line}\n" for line in lines))


def write_data(data: bytes) -> None:
    """Write data for programs to stdout as it is; a terminal gets it without what it would obey."""
    if sys.stdout.isatty():
        lines = data.decode(errors="replace").split("\n")
        data = "\n".join(map(clean, lines)).encode()
    sys.stdout.buffer.write(data)
    sys.stdout.flush()


def _console(file: IO[str]) -> Console:
    width = None if file.isatty() else PIPE_WIDTH
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)
