"""Keep web pages of other sites away from a server on loopback."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})
_HEADERS = {
    "X-Content-Type-Options": "nosniff",  # an answer must not run as another site's <script>
    "Cross-Origin-Resource-Policy": "same-origin",
}


@web.middleware
async def loopback_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer 403 where the request comes from another site's page; mark every answer as this site's own.

    A page can send requests to loopback, and by rebinding its own name to 127.0.0.1 even read the answers.
    The Host header gives the second away, Origin and Sec-Fetch-Site the first.
    """
    if reason := _foreign(request):
        return web.Response(status=403, text=f"{reason}\n", headers=_HEADERS)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        error.headers.update(_HEADERS)
        raise
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _foreign(request: web.Request) -> str:
    host = request.headers.get("Host", "")
    if _host_of(f"http://{host}") not in HOSTS:
        return f"Host {host!r} is not this machine: use 127.0.0.1 or localhost"
    origin = request.headers.get("Origin")
    if origin is not None and origin != f"http://{host}":
        return f"requests from {origin!r} are not answered"
    if request.headers.get("Sec-Fetch-Site", "none") not in {"none", "same-origin"} and not _is_link(request):
        return "requests from other sites are not answered"
    return ""


def _is_link(request: web.Request) -> bool:
    """Whether somebody followed a link to a page, from a dashboard or a chat: its answer is theirs alone."""
    head = request.headers
    opened = (head.get("Sec-Fetch-Mode"), head.get("Sec-Fetch-Dest")) == ("navigate", "document")
    return opened and request.method == "GET" and "query" not in request.query


def _host_of(address: str) -> str | None:
    try:
        return URL(address).host
    except ValueError:
        return None
