"""What a person chose above the list of sessions, from the address and back into it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

PAGE_SIZE = 50
RANGES = {
    "1h": ("last hour", timedelta(hours=1)),
    "24h": ("last 24 hours", timedelta(days=1)),
    "7d": ("last 7 days", timedelta(days=7)),
    "30d": ("last 30 days", timedelta(days=30)),
}
GROUPS = {"attention": ("failed", "stuck")}
_LONGEST_TEXT = 200
_LAST_PAGE = 2000


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """The choices; "" is "all". Names are those of the address."""

    state: str = ""  # "attention", or a state of words.STATES
    text: str = ""
    cluster: str = ""
    namespace: str = ""
    engine: str = ""
    failure: str = ""
    range: str = ""  # a key of RANGES
    after: str = ""  # a day, UTC: 2026-11-24
    before: str = ""
    nested: str = ""  # "1": parts of other sessions too
    sort: str = ""  # "newest"; else the worst first
    page: int = 1

    def parameters(self, now: datetime) -> dict[str, Any]:
        """Return the parameters of queries.SESSIONS; `now` is where the ranges end."""
        since = now - RANGES[self.range][1] if self.range in RANGES else _midnight(self.after)
        until = _midnight(self.before)
        return {
            "cluster": self.cluster,
            "namespace": self.namespace,
            "engine": self.engine,
            "failure": self.failure,
            "text": self.text,
            "nested": int(bool(self.nested or self.text or self.failure)),
            "since_ms": milliseconds(since),
            "until_ms": milliseconds(until + timedelta(days=1) if until else None),
        }

    def paging(self) -> dict[str, Any]:
        """Return the parameters that only the list needs, not the counts above it."""
        states = GROUPS.get(self.state, (self.state,) if self.state else ())
        return {
            "states": list(states),
            "worst_first": int(self.sort != "newest"),
            "limit": PAGE_SIZE,
            "offset": (self.page - 1) * PAGE_SIZE,
        }

    def address(self, **changed: Any) -> str:
        """Return the list's address with these choices, some of them changed; back on the first page."""
        chosen = {**msgspec.structs.asdict(self), "page": 1, **changed}
        wanted = {name: value for name, value in chosen.items() if value and (name, value) != ("page", 1)}
        return f"/?{urlencode(wanted)}" if wanted else "/"

    @property
    def narrowed(self) -> bool:
        """Whether anything is left out."""
        return msgspec.structs.replace(self, page=1, sort="", nested="") != Filters()

    @property
    def more(self) -> bool:
        """Whether one of the less common choices is made."""
        return any((self.after, self.before, self.nested, self.sort, self.failure))


def filters_of(query: Mapping[str, str]) -> Filters:
    """Return the choices of an address; what cannot be read is as if it were not there."""
    texts = {
        name: query.get(name, "").strip()[:_LONGEST_TEXT]
        for name in Filters.__struct_fields__
        if name != "page"
    }
    for day in ("after", "before"):
        texts[day] = texts[day] if _midnight(texts[day]) else ""
    texts["range"] = texts["range"] if texts["range"] in RANGES else ""
    return Filters(**texts, page=_page(query.get("page", "")))


def milliseconds(at: datetime | None) -> int:
    """Return a time as ClickHouse's fromUnixTimestamp64Milli takes it; 0 for none."""
    return round(at.timestamp() * 1000) if at else 0


def _page(text: str) -> int:
    return min(max(int(text), 1), _LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 9 else 1


def _midnight(day: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(day), time(), UTC)
    except ValueError:
        return None
