"""Panels of Grafana's classic model (schemaVersion 42), reading ClickHouse by SQL.

The plugin's back end reads only `rawSql` and `format` of a target: 0 time series, 1 table. Facts on it:
grafana-clickhouse-datasource 4.20.
"""

from typing import Any

from dashboards.page import Json

PLUGIN = "grafana-clickhouse-datasource"
PLUGIN_VERSION = "4.20.0"
SOURCE: Json = {"type": PLUGIN, "uid": "${datasource}"}
TIME_SERIES, TABLE = 0, 1

# One colour for one meaning, as on the web page and in the terminal.
COLOURS = {
    "Pending": "#8E8E93",
    "scheduling": "#8E8E93",
    "starting": "#E0B400",
    "init": "#E0B400",
    "Running": "#3274D9",
    "running": "#3274D9",
    "Succeeded": "#37872D",
    "OK": "#37872D",
    "Failed": "#C4162A",
    "Error": "#C4162A",
    "Cancelled": "#A352CC",
    "terminating": "#A352CC",
    "Suspended": "#8E8E93",
    "Skipped": "#8E8E93",
    "Ready": "#37872D",
    "Not ready": "#C4162A",
    "Unreachable": "#FF9830",
    "Cordoned": "#A352CC",
    "Gone": "#C4162A",
    "Stuck": "#FF9830",
    "Blind": "#FF9830",
    "Lagging": "#E0B400",
    "critical": "#C4162A",
    "high": "#C4162A",
    "medium": "#FF9830",
    "low": "#E0B400",
    "info": "#8E8E93",
}
MAPPINGS = [
    {
        "type": "value",
        "options": {
            name: {"color": colour, "index": index} for index, (name, colour) in enumerate(COLOURS.items())
        },
    }
]


def target(sql: str, form: int = TABLE, reference: str = "A") -> Json:
    """Return one query of a panel."""
    kind = "timeseries" if form == TIME_SERIES else "table"
    return {
        "refId": reference,
        "datasource": SOURCE,
        "pluginVersion": PLUGIN_VERSION,
        "editorType": "sql",
        "queryType": kind,
        "format": form,
        "rawSql": " ".join(sql.split()),
    }


def panel(kind: str, title: str, description: str, size: tuple[int, int], *targets: Json) -> Json:
    """Return a panel of any kind; `size` is (columns, rows) of the grid."""
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": SOURCE,
        "gridPos": {"w": size[0], "h": size[1]},
        "targets": list(targets),
        "fieldConfig": {"defaults": {"mappings": MAPPINGS}, "overrides": []},
        "options": {},
    }


def stat(title: str, description: str, sql: str, **look: Any) -> Json:
    """One number, or one sentence, in large letters.

    `look`: width=4 columns, unit="short", alarm="" (the colour of a number from 1 on).
    """
    made = panel("stat", title, description, (look.get("width", 4), 4), target(sql))
    steps: list[Json] = [{"color": "text", "value": None}]
    if alarm := look.get("alarm"):
        steps.append({"color": alarm, "value": 1})
    made["fieldConfig"]["defaults"] |= {
        "unit": look.get("unit", "short"),
        "noValue": "-",
        "color": {"mode": "thresholds"},
        "thresholds": {"mode": "absolute", "steps": steps},
    }
    made["options"] = {
        "colorMode": "value",
        "graphMode": "none",
        "textMode": "value",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "/.*/", "values": False},
    }
    return made


def bars(title: str, description: str, sql: str, *, width: int = 12) -> Json:
    """Counts over time, one stacked bar a label."""
    made = panel("timeseries", title, description, (width, 8), target(sql, TIME_SERIES))
    custom = {
        "drawStyle": "bars",
        "fillOpacity": 70,
        "lineWidth": 0,
        "stacking": {"mode": "normal", "group": "A"},
    }
    made["fieldConfig"]["defaults"] |= {"unit": "short", "min": 0, "custom": custom}
    made["options"] = {
        "legend": {"showLegend": True, "displayMode": "table", "placement": "right", "calcs": ["sum"]},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return made


def timeline(title: str, description: str, sql: str, band: str, *, height: int = 8) -> Json:
    """Stretches of time, one band for each value of the column `band`; start and end come first."""
    made = panel("state-timeline", title, description, (24, height), target(sql))
    made["options"] = {
        "mergeValues": True,
        "showValue": "auto",
        "rowHeight": 0.8,
        "legend": {"showLegend": True},
    }
    made["transformations"] = [
        {
            "id": "partitionByValues",
            "options": {"fields": [band], "keepFields": False, "naming": {"asLabels": True}},
        }
    ]
    return made


def table(title: str, description: str, sql: str, *, size: tuple[int, int] = (24, 8), **links: str) -> Json:
    """Rows; `links` maps a column to the address behind its cells."""
    made = panel("table", title, description, size, target(sql))
    made["options"] = {"showHeader": True, "cellHeight": "sm"}
    made["fieldConfig"]["defaults"]["custom"] = {"cellOptions": {"type": "auto", "wrapText": True}}
    for column, address in links.items():
        shown = [{"title": "Open", "url": address}]
        made["fieldConfig"]["overrides"].append(
            {"matcher": {"id": "byName", "options": column}, "properties": [{"id": "links", "value": shown}]}
        )
    for column in ("phase", "severity", "how_bad"):
        made["fieldConfig"]["overrides"].append(
            {
                "matcher": {"id": "byName", "options": column},
                "properties": [{"id": "custom.cellOptions", "value": {"type": "color-text"}}],
            }
        )
    return made


def graph(title: str, description: str, nodes: str, edges: str, *, size: tuple[int, int]) -> Json:
    """Circles and arrows: `nodes` gives id, title, subtitle, mainstat, color; `edges` id, source, target."""
    return panel(
        "nodeGraph", title, description, size, target(nodes, TABLE, "nodes"), target(edges, TABLE, "edges")
    )
