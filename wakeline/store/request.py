"""Read a request of ClickHouse's HTTP protocol: what to run, in which format, with which settings."""

import re
from collections.abc import Mapping
from typing import Any

import lz4.frame
import msgspec

# Parameters of the HTTP transport. Everything else in the URL is a setting of the query.
_TRANSPORT = frozenset(
    (
        "query",
        "database",
        "default_format",
        "user",
        "password",
        "query_id",
        "session_id",
        "session_timeout",
        "session_check",
        "quota_key",
        "compress",
        "decompress",
        "wait_end_of_query",
        "buffer_size",
        "client_protocol_version",
        "role",
        "enable_http_compression",
        "send_progress_in_http_headers",
        "http_headers_progress_interval_ms",
    )
)
# What a reader may set: limits and looks of its own answer, as Grafana's data source and ad hoc filters do.
_READER_SETTINGS = frozenset(
    (
        "max_execution_time",
        "max_result_rows",
        "max_rows_to_read",
        "max_block_size",
        "max_threads",
        "result_overflow_mode",
        "timeout_overflow_mode",
        "additional_table_filters",
        "date_time_output_format",
        "output_format_json_quote_64bit_integers",
    )
)
_INSERT = re.compile(rb"\s*INSERT\s+INTO\s.+?\s+FORMAT\s+(\w+)[ \t;]*(?:\r?\n|$)", re.I | re.S)
_INSERT_VALUES = re.compile(rb"\s*INSERT\s+INTO\s.+?\s(VALUES|SELECT|WITH)\b", re.I | re.S)
_NAME = re.compile(r"[A-Za-z_]\w*\Z")
_READS = re.compile(
    r"(?:[\s(]|--[^\n]*\n|/\*.*?\*/)*(SELECT|WITH|SHOW|DESCRIBE|DESC|EXPLAIN|EXISTS)\b", re.I | re.S
)
# Looked for in the raw text: telling strings from SQL first is what an attacker would play with.
_FORBIDDEN = re.compile(r"\bOUTFILE\b", re.I)
_FORMAT = re.compile(r"\bFORMAT\s+(\w+)\s*;?\s*$", re.I)
_FILTERS = re.compile(r"\bSETTINGS\s+(additional_table_filters\s*=\s*\{[^{}]*\})[\s;]*$", re.I)


class Request(msgspec.Struct):
    """One statement to run. `data` are the rows of an INSERT; `assignments` are checked SQL, not strings."""

    sql: str
    database: str = ""
    format: str = "TabSeparated"
    data: bytes | None = None
    settings: dict[str, str] = {}
    params: dict[str, str] = {}
    assignments: str = ""
    readonly: bool = True


def read_request(
    url: Mapping[str, str], headers: Mapping[str, str], body: bytes, *, readonly: bool
) -> Request:
    """Return what the parts of an HTTP request ask for.

    Raises ValueError where it is no such request, PermissionError where a reader may not.
    """
    request = Request("", url.get("database") or headers.get("X-ClickHouse-Database", ""), readonly=readonly)
    request.format = headers.get("X-ClickHouse-Format") or url.get("default_format") or "TabSeparated"
    if not _NAME.match(request.format):
        raise ValueError(f"bad format name {request.format!r}")
    _read_parameters(request, url)
    head = url.get("query", "").encode()
    _read_statement(request, head + b"\n" + body if head else body)
    if readonly:
        _check_reader(request)
    return request


def _read_parameters(request: Request, url: Mapping[str, str]) -> None:
    for name, value in url.items():
        if name.startswith("param_"):
            request.params[name[6:]] = value
        elif name not in _TRANSPORT:
            if not _NAME.match(name):
                raise ValueError(f"bad setting name {name!r}")
            request.settings[name] = value


def _read_statement(request: Request, text: bytes) -> None:
    found, plain = _INSERT.match(text), _INSERT_VALUES.match(text)
    if found and not (plain and plain.end() < found.start(1)):
        statement = found.group(0)
        request.format = found.group(1).decode()
        request.sql = statement[: statement.upper().rindex(b"FORMAT")].rstrip().decode()
        request.data = text[found.end() :]
        return
    request.sql = text.decode()
    if clause := _FORMAT.search(request.sql):  # the engine takes the format beside the query as well
        request.format = clause.group(1)
        request.sql = request.sql[: clause.start()]


def _check_reader(request: Request) -> None:
    """Close what `readonly=1` leaves open in an in-process engine; the engine's own checks come on top.

    It refuses writes, but not INTO OUTFILE, which would write on this machine. It also refuses SETTINGS
    inside the query, so Grafana's ad hoc filters are moved in front of it.
    """
    if found := _FILTERS.search(request.sql):
        request.assignments = found.group(1)
        request.sql = request.sql[: found.start()]
    if request.data is not None or not _READS.match(request.sql) or _FORBIDDEN.search(request.sql):
        raise PermissionError("Cannot execute query in readonly mode")
    if strange := request.settings.keys() - _READER_SETTINGS:
        raise PermissionError(f"Cannot modify '{min(strange)}' setting in readonly mode")


def decompressed(body: bytes, encoding: str) -> bytes:
    """Undo lz4, clickhouse-connect's first choice; aiohttp has undone gzip, deflate, br and zstd already.

    Clients send one frame a block, one after another. `lz4.frame.decompress` stops after the first and
    would drop all other rows without a word. Raises ValueError where the body is cut off or none.
    """
    if encoding != "lz4":
        return body
    plain = []
    while body:
        decoder: Any = lz4.frame.LZ4FrameDecompressor()
        try:
            plain.append(decoder.decompress(body))
        except RuntimeError as error:
            raise ValueError(f"not lz4: {error}") from error
        if not decoder.eof:
            raise ValueError("the lz4 body is cut off")
        body = decoder.unused_data
    return b"".join(plain)
