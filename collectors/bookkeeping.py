"""Writes notes into the state, in the order in which they became durable, never in the way of the stream."""

import asyncio
import logging
import sqlite3

from collectors.notes import Notes
from collectors.state import State

_LOG = logging.getLogger(__name__)
_PAUSE_SECONDS = 1.0  # between two transactions: what became durable meanwhile is one
_RETRY_SECONDS = 5.0  # after the disk refused
_MOST_OBJECTS = 500_000  # that wait for a disk that takes nothing; beyond that the state stays behind


class Bookkeeper:
    """Holds notes of what is durable until they are written.

    A disk that takes nothing costs no change: the state then stays where it was, and after a restart more is
    asked for again.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self._waiting = Notes()
        self._given_up = False
        self._refused = False

    def add(self, notes: Notes) -> None:
        """Write these down soon."""
        if not self._given_up:
            self._waiting.add(notes)

    async def run(self) -> None:
        """Write until cancelled."""
        while True:
            await asyncio.sleep(_RETRY_SECONDS if self._refused else _PAUSE_SECONDS)
            await self.write()

    async def write(self) -> None:
        """Write what waits."""
        notes, self._waiting = self._waiting, Notes()
        if not notes:
            return
        writing = asyncio.ensure_future(asyncio.to_thread(self._state.write, notes))
        try:
            await asyncio.shield(writing)
        except asyncio.CancelledError:
            await asyncio.wait({writing})
            self._told(writing.exception(), notes)
            raise
        except sqlite3.Error as error:
            self._told(error, notes)
        else:
            self._told(None, notes)

    def _told(self, error: BaseException | None, notes: Notes) -> None:
        if error is None:
            if self._refused:
                _LOG.info("the state is written again")
            self._refused = False
            return
        notes.add(self._waiting)
        self._waiting = notes
        if not self._refused:
            _LOG.warning("the state cannot be written: %s; after a restart more is asked for again", error)
        self._refused = True
        if len(notes.objects) > _MOST_OBJECTS:
            _LOG.warning("the state stays as it was: too much happened since it could be written")
            self._waiting, self._given_up = Notes(), True
