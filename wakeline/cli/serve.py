"""`wakeline serve`: a store's page, and ClickHouse's HTTP protocol for Grafana, curl and other clients."""

from pathlib import Path

from msgspec import Struct

from wakeline.cli.options import LIVE, Port, Store
from wakeline.errors import UserError


class ServeSettings(Struct, frozen=True, kw_only=True):
    """Settings of `wakeline serve`."""

    port: Port = None
    store: Store = LIVE


def serve(settings: ServeSettings) -> None:
    """Serve a store's page and ClickHouse's HTTP protocol on this machine, until Ctrl-C.

    Whoever asks over HTTP can only read. `wakeline watch` and `wakeline demo` serve their stores themselves.

    For example:

        wakeline serve --port 8420
    """
    import asyncio

    from wakeline.serving import serve_until_stopped
    from wakeline.store.embedded import EmbeddedStore
    from wakeline.store.owner import DATA, owner_of

    folder = Path(settings.store).expanduser()
    owner = owner_of(folder)
    if owner is not None and owner.port is not None:
        raise UserError(
            f"process {owner.pid} serves the store {folder} already: http://127.0.0.1:{owner.port}"
        )
    if not (folder / DATA).is_dir():
        raise UserError(f"there is no store at {folder}: wakeline watch makes one; or give another --store")
    with EmbeddedStore(folder) as store:
        asyncio.run(serve_until_stopped(store, settings.port))
