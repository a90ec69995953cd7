"""The web page: what happened to the sessions of a store, and why."""

from aiohttp import web

from wakeline.page.query import ClientQuery, Query
from wakeline.page.shell import dressed, static
from wakeline.page.views import Pages
from wakeline.store.guard import Handler, loopback_only

__all__ = ["ClientQuery", "Query", "mount"]


def mount(app: web.Application, query: Query, *, root: bool = True) -> Handler:
    """Answer the page's addresses in `app`, to this machine only; return the handler of `/`.

    With `root=False` the address `/` is left free: the store's endpoint answers there too, and takes the
    handler as `Endpoint(store).add_to(app, home=mount(app, query, root=False))`.
    """
    pages = Pages(query)
    if loopback_only not in app.middlewares:
        app.middlewares.append(loopback_only)
    app.middlewares.append(dressed)
    if root:
        app.router.add_get("/", pages.sessions)
    app.router.add_get("/session/{id:.+}", pages.session)
    app.router.add_get("/failures", pages.failures)
    app.router.add_get("/failures/{id}", pages.failure)
    app.router.add_get("/static/{name}", static)
    return pages.sessions
