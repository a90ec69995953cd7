"""What Grafana and its ClickHouse plugin make of a dashboard's SQL before ClickHouse sees it.

Follows grafana-clickhouse-datasource 4.20: first `$__conditionalAll`, then variables, then the back end's
macros. A mock of what cannot run here; an unknown macro, format or variable is an error.
"""

import re
import urllib.parse
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

Json = dict[str, Any]
Chosen = Mapping[str, str | list[str]]
ALL = "$__all"

_CONDITIONAL = "$__conditionalAll("
_VARIABLE = re.compile(r"\$\{(?!__)(\w+)(?::(\w+))?\}|\$(?!__)(\w+)")


class Range(msgspec.Struct, frozen=True):
    """The time range of a page."""

    since: datetime
    until: datetime

    @property
    def macros(self) -> dict[str, str]:
        """Macros without an argument, longest name first."""
        start, end = int(self.since.timestamp()), int(self.until.timestamp())
        return {
            "$__fromTime_ms": f"fromUnixTimestamp64Milli({start * 1000})",
            "$__toTime_ms": f"fromUnixTimestamp64Milli({end * 1000})",
            "$__fromTime": f"toDateTime({start})",
            "$__toTime": f"toDateTime({end})",
            "$__interval_s": "60",
        }


def expand(sql: str, chosen: Chosen, time: Range) -> str:
    """Return the SQL as ClickHouse gets it; raises ValueError where something in it is not known."""
    while (start := sql.find(_CONDITIONAL)) >= 0:
        end = _closing(sql, start + len(_CONDITIONAL) - 1)
        condition, _, name = sql[start + len(_CONDITIONAL) : end].rpartition(",")
        value = chosen[name.strip().removeprefix("$")]
        kept = "1=1" if value in ("", ALL, [ALL]) else condition
        sql = sql[:start] + kept + sql[end + 1 :]
    sql = _VARIABLE.sub(lambda found: _value(found, chosen), sql)
    sql = _with_argument(sql, "$__timeFilter", lambda c: f"{c} >= $__fromTime AND {c} <= $__toTime")
    sql = _with_argument(
        sql, "$__timeInterval", lambda c: f"toStartOfInterval(toDateTime({c}), INTERVAL 60 second)"
    )
    for name, text in time.macros.items():
        sql = sql.replace(name, text)
    if left := re.search(r"\$\S+", sql):
        raise ValueError(f"{left[0]} is no macro of the plugin")
    return sql


def queries(dashboard: Json) -> Iterator[tuple[str, Json]]:
    """Yield (where it stands, target) of every query of a dashboard."""
    for panel in dashboard["panels"]:
        for target in panel.get("targets", []):
            yield f"{panel['title']} {target['refId']}", target
    for variable in dashboard["templating"]["list"]:
        if variable["type"] == "query":
            yield f"variable {variable['name']}", variable["query"]
    for annotation in dashboard["annotations"]["list"]:
        yield f"annotation {annotation['name']}", annotation["target"]


def _value(found: "re.Match[str]", chosen: Chosen) -> str:
    name, form = found[1] or found[3], found[2]
    if form != "percentencode":
        raise ValueError(f"{found[0]}: a variable enters SQL by :percentencode only")
    value = chosen[name]
    several = value if isinstance(value, str) else "{" + ",".join(value) + "}"
    return urllib.parse.quote(several, safe="-_.~")  # as encodeURIComponent, and !'()* too


def _with_argument(sql: str, name: str, make: Any) -> str:
    while (start := sql.find(f"{name}(")) >= 0:
        end = _closing(sql, start + len(name))
        sql = sql[:start] + make(sql[start + len(name) + 1 : end]) + sql[end + 1 :]
    return sql


def _closing(sql: str, opening: int) -> int:
    depth = 0
    for index in range(opening, len(sql)):
        depth += {"(": 1, ")": -1}.get(sql[index], 0)
        if depth == 0:
            return index
    raise ValueError(f"a bracket is not closed: {sql[opening : opening + 80]}")
