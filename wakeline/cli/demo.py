"""`wakeline demo`: recordings of a real cluster, what happened in them and why, and the page."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct

from wakeline.cli.options import DEMO, Port, Store


class DemoSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline demo`."""

    serve: Annotated[bool, Meta(description="go on and serve the page until Ctrl-C")] = True
    port: Port = None
    store: Store = DEMO


def demo(settings: DemoSettings) -> None:
    """Replay recordings of a real cluster, say what went wrong and why, and serve the page.

    Needs no cluster and no network. A second start shows what the first one stored.

    For example:

        wakeline demo
    """
    from wakeline.demo import show_demo

    show_demo(Path(settings.store).expanduser(), settings.port, serve=settings.serve)
