"""The store of the embedded mode: chDB in this process, migrated, and all rows through it."""

from pathlib import Path
from types import TracebackType

from clickhouse_connect.driver.exceptions import DatabaseError

from stream_jobs.insert import Refused, insert
from stream_jobs.migrate import RETENTION_DAYS, migrate
from wakeline.store.errors import explained
from wakeline.store.owner import DATA, Lock, open_client


class EmbeddedStore:
    """A store that this process owns. Close it, or use it in a `with`."""

    def __init__(self, path: Path, retention_days: int = RETENTION_DAYS) -> None:
        """Open the store, making or migrating it. Raises StoreError with one sentence for the user."""
        self.path = path.resolve()
        self.lock = Lock(self.path)
        try:
            self.client = open_client(self.path)
            migrate(self.client, retention_days)
            self.lock.write_secret()
        except (DatabaseError, OSError) as error:
            self.lock.close()
            raise explained(self.path, error) from error
        except BaseException:
            self.lock.close()
            raise

    @property
    def data(self) -> Path:
        """The folder that chDB was opened with."""
        return self.path / DATA

    def insert(self, topic: str, body: bytes, token: str) -> tuple[Refused, ...]:
        """Store the lines of a topic's record; return those that are refused. Raises StoreError."""
        try:
            return insert(self.client, topic, body, token)
        except (DatabaseError, OSError) as error:
            raise explained(self.path, error) from error

    def close(self) -> None:
        """Close chDB and let other processes have the store."""
        self.client.close()
        self.lock.close()

    def __enter__(self) -> "EmbeddedStore":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
