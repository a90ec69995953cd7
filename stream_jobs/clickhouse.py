"""Connect to a ClickHouse server."""

from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from stream_jobs.settings import MigrateSettings, StoreSettings


def connect(settings: StoreSettings | MigrateSettings) -> Client:
    """Return a client of the server. It has no session, so one after another its calls may repeat freely.

    Raises ValueError where the address is none, the client's DatabaseError where nobody answers.
    """
    address = urlsplit(settings.clickhouse)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise ValueError(
            f"clickhouse must be an address like http://localhost:8123, got {settings.clickhouse!r}"
        )
    secure = address.scheme == "https"
    return clickhouse_connect.get_client(
        host=address.hostname,
        port=address.port or (8443 if secure else 8123),
        secure=secure,
        username=settings.clickhouse_user,
        password=settings.clickhouse_password,
        database=settings.clickhouse_database,
        autogenerate_session_id=False,
        tz_mode="aware",
    )
