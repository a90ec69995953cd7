"""A Faust application in a thread of its own, for tests."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

import faust

T = TypeVar("T")


class Background:
    """Runs an application while its `with` lasts. Touch its objects only through `call`."""

    def __init__(self, app: faust.App) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.error: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name="faust", daemon=True)

    def call(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Run a coroutine on the application's loop."""
        return asyncio.run_coroutine_threadsafe(make(), self.loop).result(60)

    def __enter__(self) -> "Background":
        self._thread.start()
        assert self.ready.wait(60), "the worker got no partitions"
        if self.error:
            raise self.error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(60)
        assert not self._thread.is_alive(), "the worker did not stop"
        if self.error and error is None:
            raise self.error

    def _main(self) -> None:
        asyncio.set_event_loop(self.loop)

        async def recovered(*_: Any, **__: Any) -> None:
            self.ready.set()

        # After the state was read back, where the application has any.
        self.app.on_rebalance_complete.connect(recovered, weak=False)
        try:
            self.loop.run_until_complete(self._live())
        except BaseException as error:  # noqa: BLE001 - handed to the test in __enter__ and __exit__
            self.error = error
        finally:
            self.ready.set()
            self.loop.close()

    async def _live(self) -> None:
        self._stop = asyncio.Event()
        await self.app.start()
        await self._stop.wait()
        await self.app.stop()
