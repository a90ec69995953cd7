"""Variables of the dashboards, and the filters that use them.

Anyone who writes an address chooses their values. :singlequote leaves a backslash as it is: with a quote
after it the text ends there and the rest is SQL. What :percentencode gives holds neither sign.
"""

from dashboards.page import Json
from dashboards.panels import PLUGIN, SOURCE


def one_of(name: str, column: str = "") -> str:
    """Return the filter of a column by a variable, of the same name unless said, of several values or All.

    Grafana encodes several values as {a,b}; neither names of namespaces nor of clusters hold these signs.
    """
    several = f"splitByChar(',', trim(BOTH '{{}}' FROM decodeURLComponent('${{{name}:percentencode}}')))"
    return f"$__conditionalAll(has({several}, {column or name}), ${name})"


CLUSTER = one_of("cluster")
NAMESPACE = one_of("namespace")
SUBJECT_NAMESPACE = f"(subject_namespace = '' OR {one_of('namespace', 'subject_namespace')})"
SESSION = "decodeURLComponent('${session:percentencode}')"

# What travels with a link: the time range, and what was chosen.
KEPT = "${__url_time_range}&${datasource:queryparam}&${cluster:queryparam}&${namespace:queryparam}"
TO_SESSION = "/d/wl-session?var-session=${__data.fields.session:percentencode}&" + KEPT

DATASOURCE: Json = {
    "name": "datasource",
    "label": "Data source",
    "type": "datasource",
    "query": PLUGIN,
    "current": {},
    "hide": 0,
}


def query(name: str, label: str, sql: str, *, several: bool) -> Json:
    """Return a variable filled by SQL: one column, or (value, label)."""
    made: Json = {
        "name": name,
        "label": label,
        "type": "query",
        "datasource": SOURCE,
        "query": {"refId": "variable", "queryType": "sql", "rawSql": " ".join(sql.split())},
        "refresh": 2,  # with the time range
        "sort": 1,
        "multi": several,
        "includeAll": several,
        "hide": 0,
    }
    if several:
        made["current"] = {"text": ["All"], "value": ["$__all"]}
    return made


CLUSTERS = query(
    "cluster", "Cluster", "SELECT DISTINCT cluster FROM sessions ORDER BY cluster LIMIT 1000", several=True
)
NAMESPACES = query(
    "namespace",
    "Namespace",
    f"SELECT DISTINCT namespace FROM sessions WHERE {CLUSTER} ORDER BY namespace LIMIT 1000",
    several=True,
)
SESSIONS = query(
    "session",
    "Session",
    f"""SELECT id, concat(namespace, '/', name, ' (', phase, ')') AS label FROM sessions
    WHERE {CLUSTER} AND {NAMESPACE} AND created <= $__toTime AND (ended IS NULL OR ended >= $__fromTime)
    ORDER BY created DESC LIMIT 500""",
    several=False,
)
