"""Run one request on chDB, each on a connection of its own."""

import re
from pathlib import Path

import msgspec
from chdb.state.sqlitelike import Connection

from wakeline.store.request import Request

# A reader must not take the memory of the process that watches a cluster. Before any setting of its own.
_READER_LIMITS = {
    "max_memory_usage": "2000000000",
    "max_execution_time": "60",
    "max_result_bytes": "300000000",
}
# Functions of a FROM that read nothing but this store.
_INSIDE = frozenset(
    (
        "format",
        "generaterandom",
        "generate_series",
        "generateseries",
        "merge",
        "null",
        "numbers",
        "numbers_mt",
        "primes",
        "values",
        "view",
        "zeros",
        "zeros_mt",
    )
)
_OUTSIDE = ("ai", "catboostevaluate", "showcertificate")  # beginnings of other functions that reach outside
_NODE = re.compile(r"(Select|Explain|Describe|Show|Exists)\w*")
_FUNCTION = re.compile(r"\bFunction (\w+)")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The bytes of a result, and the figures of X-ClickHouse-Summary."""

    body: bytes = b""
    format: str
    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0


class EngineError(Exception):
    """The engine refused; the message is the engine's own, with its code."""


class Engine:
    """The engine of one folder. The caller keeps another connection to it open meanwhile."""

    def __init__(self, data: Path) -> None:
        self._path = str(data)
        connection = Connection(self._path)
        names = connection.query("SELECT lower(name) FROM system.table_functions", "TabSeparated").bytes()
        connection.close()
        self._outside = frozenset(names.decode().split()) - _INSIDE

    def run(self, request: Request) -> Answer:
        """Answer one request: SET and USE of one caller never reach another.

        Opening a connection costs about 0.2 ms. Raises EngineError where the engine refuses,
        PermissionError where a reader reaches outside the store.
        """
        connection = Connection(self._path)
        try:
            _prepare(connection, request)
            if request.data is not None:
                return _insert(connection, request, request.data)
            if request.readonly:
                self._check_functions(connection, request)
            return _query(connection, request)
        except UnicodeDecodeError as error:  # the engine's message quotes the caller's bytes
            raise EngineError(bytes(error.object).decode(errors="replace")) from error
        except RuntimeError as error:
            raise EngineError(str(error)) from error
        finally:
            connection.close()

    def _check_functions(self, connection: Connection, request: Request) -> None:
        """Refuse functions that read files, networks or this process.

        `readonly=1` refuses most of them in a FROM, but not the scalar `file()`, nor any in a DESCRIBE. Names
        can be written in many ways (`f\\x69le`), so the engine's own parser is asked for them.
        """
        sql = f"EXPLAIN AST {request.sql}"
        tree = (
            connection.query(sql, "TabSeparatedRaw", params=request.params).bytes().decode(errors="replace")
        )
        if not _NODE.match(tree):  # a FORMAT that was not seen to be one would hide the names
            raise PermissionError("Cannot execute query in readonly mode")
        for name in map(str.lower, _FUNCTION.findall(tree)):
            if name in self._outside or name.startswith(_OUTSIDE):
                raise PermissionError(
                    f"Cannot use function {name} in readonly mode: it reaches outside the store"
                )


def _prepare(connection: Connection, request: Request) -> None:
    if request.database:
        connection.query("USE `" + _escaped(request.database).replace("`", "\\`") + "`")
    wanted = {**_READER_LIMITS, **request.settings} if request.readonly else request.settings
    settings = [f"{name}='{_escaped(value)}'" for name, value in wanted.items()]
    if request.assignments:
        settings.append(request.assignments)
    if request.readonly:  # last: the engine refuses any later change of settings
        settings.append("readonly=1")
    if settings:
        connection.query("SET " + ", ".join(settings))


def _insert(connection: Connection, request: Request, data: bytes) -> Answer:
    with connection.send_insert(request.sql, request.format) as insert:
        insert.append(data)
        done = insert.finish()
    return Answer(format=request.format, written_rows=done.rows_written, written_bytes=len(data))


def _query(connection: Connection, request: Request) -> Answer:
    result = connection.query(request.sql, request.format, params=request.params)
    return Answer(
        body=result.bytes() or b"",
        format=request.format,
        read_rows=result.rows_read(),
        read_bytes=result.bytes_read(),
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
