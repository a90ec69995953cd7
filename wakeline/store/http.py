"""ClickHouse's HTTP protocol in front of the embedded store: clickhouse-connect, curl, Grafana's data source.

Covered: GET and POST `/?query=...`, database, `param_x`, settings in the URL, FORMAT from the query,
`X-ClickHouse-Format` or `default_format`, INSERT with the rows in the body, lz4 in, gzip both ways, log-in by
URL, header or basic, `/ping`, `X-ClickHouse-Summary`, error codes. Not covered: sessions, temporary tables,
ClickHouse's own block compression (`compress=1`), progress headers, results beyond 300 MB.
"""

import asyncio
import base64
import binascii
import hmac
import re
import uuid
from concurrent.futures import ThreadPoolExecutor

import msgspec
from aiohttp import web

from wakeline.store.embedded import EmbeddedStore
from wakeline.store.engine import Answer, Engine, EngineError
from wakeline.store.guard import Handler, loopback_only
from wakeline.store.native import hello_block, is_hello
from wakeline.store.request import decompressed, read_request

OWNER = "owner"  # may write; its password is the store's secret. All other names only read
MAX_BODY_BYTES = 256 * 1024 * 1024

_CODE = re.compile(r"Code: (\d+)\.")
_STATUS = {60: 404, 81: 404, 36: 400, 62: 400, 47: 400, 164: 403, 497: 403, 516: 401, 159: 408, 241: 507}


class Endpoint:
    """Answers ClickHouse's HTTP protocol for a store, in threads of its own."""

    def __init__(self, store: EmbeddedStore, threads: int = 4) -> None:
        self._store = store
        self._engine = Engine(store.data)
        self._pool = ThreadPoolExecutor(threads, "chdb")
        self._version = str(store.client.command("SELECT version()"))
        self._timezone = str(store.client.command("SELECT timezone()"))

    def add_to(self, app: web.Application, home: Handler | None = None) -> None:
        """Answer at `/` and `/ping` of `app`, to this machine's own programs and pages only.

        A GET of `/` without a query goes to `home`, so that a page can live at the same address. The
        application needs `client_max_size=MAX_BODY_BYTES` where inserts shall come in over HTTP.
        """

        async def root(http: web.Request) -> web.StreamResponse:
            asks = "query" in http.query or http.method not in {"GET", "HEAD"}
            return await (self.query(http) if asks or home is None else home(http))

        app.middlewares.append(loopback_only)
        app.router.add_get("/ping", self.ping)
        app.router.add_route("*", "/", root)
        app.on_cleanup.append(self._close)

    async def ping(self, _: web.Request) -> web.Response:
        """Say that the server lives."""
        return web.Response(text="Ok.\n")

    async def query(self, http: web.Request) -> web.Response:
        """Run the statement of one request."""
        try:
            return await self._answered(http)
        except web.HTTPUnauthorized as error:
            return self._refused(516, f"{error.text}. (AUTHENTICATION_FAILED)")
        except PermissionError as error:
            return self._refused(164, f"{error}. (READONLY)")
        except ValueError as error:
            return self._refused(36, f"{error}. (BAD_ARGUMENTS)")
        except EngineError as error:
            return self._failed(str(error))

    async def _answered(self, http: web.Request) -> web.Response:
        writes = self._is_owner(http) and http.method != "GET"
        body = decompressed(await http.read(), http.headers.get("Content-Encoding", ""))
        if "1" in (http.query.get("compress"), http.query.get("decompress")):
            raise ValueError("use HTTP compression, not compress=1")
        if not body and not http.query.get("query"):
            return web.Response(text="Ok.\n")
        request = read_request(http.query, http.headers, body, readonly=not writes)
        if is_hello(request.sql) and "client_protocol_version" in http.query:
            answer = Answer(body=hello_block(self._version, self._timezone), format="Native", read_rows=1)
        else:
            answer = await asyncio.get_running_loop().run_in_executor(self._pool, self._engine.run, request)
        response = web.Response(body=answer.body, headers=self._headers(http.query.get("query_id"), answer))
        if "gzip" in http.headers.get("Accept-Encoding", "") and len(answer.body) > 1024:
            response.enable_compression(web.ContentCoding.gzip)
        return response

    def _is_owner(self, http: web.Request) -> bool:
        """Raises HTTPUnauthorized where the owner's name comes with another password."""
        name, password = _credentials(http)
        if name != OWNER:
            return False
        if not hmac.compare_digest(password.encode(), self._store.lock.secret.encode()):
            raise web.HTTPUnauthorized(text="Authentication failed: the password is not this store's secret")
        return True

    def _headers(self, query_id: str | None, answer: Answer) -> dict[str, str]:
        return {
            "X-ClickHouse-Query-Id": _header_text(query_id) or str(uuid.uuid4()),
            "X-ClickHouse-Format": answer.format,
            "X-ClickHouse-Timezone": self._timezone,
            "X-ClickHouse-Server-Display-Name": "wakeline",
            "X-ClickHouse-Summary": _summary(answer),
            "Content-Type": "application/json" if "JSON" in answer.format else "application/octet-stream",
        }

    def _refused(self, code: int, text: str) -> web.Response:
        return self._failed(f"Code: {code}. DB::Exception: {text}")

    def _failed(self, text: str) -> web.Response:
        code = int(found.group(1)) if (found := _CODE.search(text)) else 1002
        headers = {"X-ClickHouse-Exception-Code": str(code)}
        return web.Response(status=_STATUS.get(code, 500), text=f"{text}\n", headers=headers)

    async def _close(self, _: web.Application) -> None:
        self._pool.shutdown()


def _credentials(http: web.Request) -> tuple[str, str]:
    if (name := http.query.get("user")) is not None:
        return name, http.query.get("password", "")
    if (name := http.headers.get("X-ClickHouse-User")) is not None:
        return name, http.headers.get("X-ClickHouse-Key", "")
    scheme, _, encoded = http.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return "default", ""
    try:
        name, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise web.HTTPUnauthorized(
            text="Authentication failed: the Authorization header is no base64"
        ) from error
    return name, password


def _header_text(text: str | None) -> str:
    return re.sub(r"[^\w.-]", "", text or "", flags=re.A)


def _summary(answer: Answer) -> str:
    figures = {
        "read_rows": answer.read_rows,
        "read_bytes": answer.read_bytes,
        "written_rows": answer.written_rows,
        "written_bytes": answer.written_bytes,
        "total_rows_to_read": 0,
        "result_rows": 0,
        "result_bytes": 0,
    }
    return msgspec.json.encode({name: str(value) for name, value in figures.items()}).decode()
