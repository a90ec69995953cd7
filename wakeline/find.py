"""Which session is meant, and which others it belongs to."""

from collections.abc import Sequence

from clickhouse_connect.driver.client import Client

from schemas.contracts import Session
from wakeline.errors import UserError
from wakeline.stored import read_sessions

MOST_LEVELS = 8  # of sessions in sessions
SHOWN = 6


def find_session(client: Client, wanted: str) -> Session:
    """Return the session of that id or name, else the only one whose id or name begins so.

    Raises UserError where there is none or more than one, naming them.
    """
    named = (
        "(id = {wanted:String} OR name = {wanted:String} OR concat(namespace, '/', name) = {wanted:String})"
    )
    begins = (
        "(startsWith(id, {wanted:String}) OR startsWith(name, {wanted:String}) "
        "OR startsWith(concat(namespace, '/', name), {wanted:String}))"
    )
    for condition in (named, begins):
        found = read_sessions(client, condition, {"wanted": wanted})
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(f"{wanted!r} may be {_listed(found)}; give more of the id")
    raise UserError(f"there is no session {wanted!r} in the store; `wakeline sessions` lists them")


def outermost(client: Client, session: Session) -> Session:
    """Return the session that is part of no other and holds this one, at whatever depth."""
    for _ in range(MOST_LEVELS):
        above = read_sessions(client, "id = {id:String}", {"id": session.parent}) if session.parent else []
        if not above:
            break
        session = above[0]
    return session


def children_of(client: Client, root: Session) -> dict[str, list[Session]]:
    """Return the sessions below one, by the id of their parent."""
    found: dict[str, list[Session]] = {}
    parents = [root.id]
    for _ in range(MOST_LEVELS):
        below = read_sessions(client, "has({parents:Array(String)}, parent)", {"parents": parents})
        for child in below:
            found.setdefault(child.parent, []).append(child)
        parents = [child.id for child in below if child.id not in found]
        if not parents:
            break
    return found


def _listed(sessions: Sequence[Session]) -> str:
    names = [each.id for each in sessions[:SHOWN]]
    more = f" or one of {len(sessions) - SHOWN} others" if len(sessions) > SHOWN else ""
    return " or ".join(names) + more
