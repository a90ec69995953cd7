"""A progress bar on stderr while recordings are read."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from collectors.recording import total_bytes
from wakeline.terminal.screen import err


@contextmanager
def reading(files: Sequence[Path], title: str = "Replaying") -> Iterator[Callable[[int], None]]:
    """Show how much of the files is read, where stderr is a terminal; give what is to be told of bytes."""
    console = err()
    shown = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*shown, console=console, disable=not console.is_terminal, transient=True) as progress:
        task = progress.add_task(title, total=total_bytes(files))
        yield lambda count: progress.update(task, advance=count)
