"""Tells whoever watches over a process that its event loop runs: a file that is touched every few seconds.

A health check asks how old the file is. A loop that hangs touches nothing; a process that is gone neither.
"""

import asyncio
from pathlib import Path
from typing import NoReturn

from wakeline.errors import UserError

BEAT_SECONDS = 5.0


async def beat(path: str) -> None:
    """Touch the file once."""
    await asyncio.to_thread(Path(path).touch)


async def keep_beating(path: str) -> NoReturn:
    """Touch the file until cancelled."""
    while True:
        await beat(path)
        await asyncio.sleep(BEAT_SECONDS)


def check_alive_file(path: str) -> None:
    """Raise UserError where the file cannot be written; an old one must not speak for the new process."""
    try:
        if path:
            Path(path).touch()
            Path(path).unlink()
    except OSError as error:
        raise UserError(f"{path}: the alive file cannot be written: {error.strerror or error}") from error
