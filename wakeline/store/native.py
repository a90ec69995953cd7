"""The one block of ClickHouse's Native format that chDB cannot write: the answer to clickhouse-go's hello."""

_HELLO = "SELECT displayName(), version(), revision(), timezone()"


def is_hello(sql: str) -> bool:
    """Tell whether this is the first question of clickhouse-go, the driver in Grafana's ClickHouse plugin."""
    return sql.strip() == _HELLO


def hello_block(version: str, timezone: str) -> bytes:
    """Return the answer, in the Native layout of the driver's own revision.

    It then expects blocks of the revision named here. Zero means the plain layout without block info, and
    that is what chDB writes.
    """
    values = (
        ("displayName()", "String", _text("wakeline")),
        ("version()", "String", _text(version)),
        ("revision()", "UInt32", b"\0\0\0\0"),
        ("timezone()", "String", _text(timezone)),
    )
    columns = b"".join(_text(name) + _text(kind) + b"\0" + value for name, kind, value in values)
    return b"\x01\x00\x02\xff\xff\xff\xff\x00" + b"\x04\x01" + columns


def _text(value: str) -> bytes:
    raw = value.encode()
    return bytes([len(raw)]) + raw
