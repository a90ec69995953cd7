"""The ClickHouse engine as a server of its own: chDB behind ClickHouse's HTTP protocol.

`python -m tests.fleet.clickhouse FOLDER PORT` prints the writer's password once it listens.
"""

import sys
from pathlib import Path

from aiohttp import web

from wakeline.store.embedded import EmbeddedStore
from wakeline.store.http import MAX_BODY_BYTES, Endpoint


def main(folder: Path, port: int) -> None:
    """Serve until SIGTERM."""
    store = EmbeddedStore(folder)
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    Endpoint(store).add_to(app)
    sys.stdout.write(f"{store.lock.secret}\n")
    sys.stdout.flush()
    web.run_app(app, host="127.0.0.1", port=port, print=None)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
