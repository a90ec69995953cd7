"""What all pages have around them: templates, headers, the files beside them, errors in plain words."""

import hashlib
import logging
from functools import cache
from importlib.resources import files
from typing import Any

from aiohttp import web
from clickhouse_connect.driver.exceptions import ClickHouseError
from jinja2 import Environment, PackageLoader, StrictUndefined

from stream_jobs.core.failures import by_id
from wakeline.page import words
from wakeline.page.filters import Filters
from wakeline.page.lanes import try_anchor
from wakeline.page.text import failure_address, finalized, session_address
from wakeline.store.guard import Handler

# Nothing may run or load but our own two files, whatever a cluster's text holds.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
STATIC = {"app.css": "text/css", "app.js": "text/javascript", "icon.svg": "image/svg+xml"}
_log = logging.getLogger(__name__)
_YEAR = "public, max-age=31536000, immutable"

_ERRORS = {
    404: ("There is no such page", "The address may be mistyped, or the session was never recorded here."),
    405: ("That does not work here", "These pages can only be read."),
}


@cache
def environment() -> Environment:
    """Return the templates: everything printed is made visible, then escaped."""
    made = Environment(
        loader=PackageLoader("wakeline.page"),
        autoescape=True,
        finalize=finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        words=words,
        session_address=session_address,
        failure_address=failure_address,
        try_anchor=try_anchor,
        static_address=static_address,
        no_filters=Filters(),
        failures_known=by_id,
    )
    return made


def page(template: str, *, status: int = 200, **shown: Any) -> web.Response:
    """Return a page of a template."""
    text = environment().get_template(template).render(**shown)
    return web.Response(
        status=status, text=text, content_type="text/html", headers={"Cache-Control": "no-cache"}
    )


@cache
def static_file(name: str) -> bytes:
    """Return one of our own files."""
    return (files("wakeline.page") / "static" / name).read_bytes()


def static_address(name: str) -> str:
    """Return the address of one of our own files; it changes with what the file holds."""
    return f"/static/{name}?v={hashlib.sha256(static_file(name)).hexdigest()[:12]}"


async def static(request: web.Request) -> web.Response:
    """Answer with one of our own files; nothing else can be named."""
    name = request.match_info["name"]
    if name not in STATIC:
        raise web.HTTPNotFound
    return web.Response(
        body=static_file(name), content_type=STATIC[name], charset="utf-8", headers={"Cache-Control": _YEAR}
    )


@web.middleware
async def dressed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Put our headers on every answer, and turn what went wrong into a page."""
    try:
        response = await handler(request)
    except web.HTTPRedirection as moved:
        moved.headers.update(HEADERS)
        raise
    except web.HTTPException as error:
        title, text = _ERRORS.get(error.status, ("That did not work", error.reason))
        response = page("error.html", status=error.status, title=title, text=text)
    except ClickHouseError:
        _log.exception("%s: the store refused a statement or does not answer", request.path)
        response = page(
            "error.html",
            status=503,
            title="The store does not answer",
            text="The data is kept in a store that could not be asked just now. Reload in a moment; "
            "if it stays so, look at what `wakeline` prints in its terminal.",
        )
    if not response.prepared:
        response.headers.update(HEADERS)
    return response
