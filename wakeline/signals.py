"""How a long command is asked to end."""

import asyncio
import signal


def stop_on_signals() -> asyncio.Event:
    """Return an event that Ctrl-C or SIGTERM sets, once: a second one ends the process at once."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def ask() -> None:
        stop.set()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ask)
    return stop
