"""Fleet overview: is anything wrong anywhere, and which session do I open?"""

from dashboards.page import Page
from dashboards.panels import COLOURS, bars, stat, table, timeline
from dashboards.variables import (
    CLUSTER,
    CLUSTERS,
    DATASOURCE,
    NAMESPACE,
    NAMESPACES,
    SUBJECT_NAMESPACE,
    TO_SESSION,
)

HERE = f"{CLUSTER} AND {NAMESPACE}"
OVERLAPS = "created <= $__toTime AND (ended IS NULL OR ended >= $__fromTime)"
SPOILT = "phase IN ('Failed', 'Error')"
# Open and root, of a run that goes on: it is stuck or about to fail.
WAITING = "phase IN ('Pending', 'Running', 'Suspended') AND (verdict_failure != '' OR wait != '')"

FIGURES = (
    stat(
        "Clusters reporting",
        "Clusters from which a collector was heard in the last five minutes of the range.",
        f"""SELECT uniqExact(cluster) AS clusters FROM collector_stats
        WHERE observed_at BETWEEN $__toTime - INTERVAL 5 MINUTE AND $__toTime AND {CLUSTER}""",
    ),
    stat(
        "Running",
        "Runs under way at the end of the range.",
        f"SELECT countIf(phase = 'Running') AS running FROM sessions WHERE {OVERLAPS} AND {HERE}",
    ),
    stat(
        "Failed",
        "Runs that ended badly within the range.",
        f"SELECT count() AS failed FROM sessions WHERE {SPOILT} AND $__timeFilter(ended) AND {HERE}",
        alarm=COLOURS["Failed"],
    ),
    stat(
        "Stuck",
        "Runs that go on, but wait for something or have something wrong with them.",
        f"SELECT count() AS stuck FROM sessions WHERE {WAITING} AND {OVERLAPS} AND {HERE}",
        alarm=COLOURS["Stuck"],
    ),
    stat(
        "GPU hours lost",
        "GPUs times duration of the runs that ended badly within the range.",
        f"""SELECT round(sum(gpus * duration_seconds) / 3600, 1) AS gpu_hours FROM sessions
        WHERE {SPOILT} AND $__timeFilter(ended) AND {HERE}""",
        unit="h",
    ),
    stat(
        "Wait, p95",
        "From creation to start, of the runs created within the range; one in twenty waited longer.",
        f"""SELECT quantile(0.95)(wait_seconds) AS wait FROM sessions
        WHERE wait_seconds IS NOT NULL AND $__timeFilter(created) AND {HERE}""",
        unit="s",
    ),
)

ATTENTION = table(
    "Runs that need attention",
    "Failed, or going on with something wrong. Worst first: most GPUs, then newest. A click opens the run.",
    f"""SELECT created AS time, cluster, namespace, engine, name, phase, verdict_failure AS failure,
    verdict_title AS verdict, wait, gpus, id AS session FROM sessions
    WHERE ({SPOILT} OR {WAITING}) AND {OVERLAPS} AND {HERE} ORDER BY gpus DESC, created DESC LIMIT 200""",
    size=(24, 10),
    name=TO_SESSION,
    session=TO_SESSION,
)

OPEN = table(
    "What is wrong, by root cause",
    "Roots only: what they caused is not counted again. Runs hit and the newest instance; things of the "
    "whole cluster, such as nodes, whatever namespace is chosen.",
    f"""SELECT failure, any(severity) AS how_bad, count() AS times, uniqExactArray(sessions) AS runs_hit,
    max(since) AS newest, argMax(title, since) AS instance FROM anomalies
    WHERE root AND severity != 'info' AND since <= $__toTime AND (until IS NULL OR until >= $__fromTime)
    AND {CLUSTER} AND {SUBJECT_NAMESPACE} GROUP BY failure ORDER BY runs_hit DESC, times DESC LIMIT 50""",
)

COLLECTORS = timeline(
    "Can this be trusted: collectors",
    "Blind: a gap was recorded. Lagging: a resource was more than 30 s behind.",
    f"""SELECT start_time, end_time, cluster, state FROM (
    SELECT toStartOfInterval(observed_at, INTERVAL 5 MINUTE) AS start_time,
    start_time + INTERVAL 5 MINUTE AS end_time, cluster,
    if(quantile(0.99)(lag_ms) > 30000, 'Lagging', 'OK') AS state FROM collector_stats
    WHERE $__timeFilter(observed_at) AND {CLUSTER} GROUP BY cluster, start_time
    UNION ALL SELECT since AS start_time, greatest(until, since + INTERVAL 1 MILLISECOND) AS end_time,
    cluster, 'Blind' AS state FROM gaps
    WHERE since <= $__toTime AND until >= $__fromTime AND {CLUSTER})
    ORDER BY start_time LIMIT 5000""",
    "cluster",
    height=6,
)

CAUSES = bars(
    "Runs that ended badly, by root cause",
    "Each run counts once, under the root that its verdict names.",
    f"""SELECT $__timeInterval(ended) AS time,
    if(verdict_failure = '', 'not explained', verdict_failure) AS cause, count() AS runs
    FROM sessions WHERE {SPOILT} AND $__timeFilter(ended) AND {HERE}
    GROUP BY time, cause ORDER BY time""",
)

WARNINGS = bars(
    "Warning events, by reason",
    "The eight most frequent reasons; the rest is 'other'.",
    f"""SELECT $__timeInterval(last_seen) AS time, if(reason IN (SELECT reason FROM events
    WHERE $__timeFilter(last_seen) AND type = 'Warning' AND {HERE}
    GROUP BY reason ORDER BY count() DESC LIMIT 8), reason, 'other') AS why, sum(count) AS times FROM events
    WHERE $__timeFilter(last_seen) AND type = 'Warning' AND {HERE} GROUP BY time, why ORDER BY time""",
)

PAGE = Page(
    uid="wl-fleet",
    title="Wakeline / Fleet overview",
    answers="Is anything wrong anywhere, and which run do I open?",
    variables=(DATASOURCE, CLUSTERS, NAMESPACES),
    rows=(FIGURES, (ATTENTION,), (CAUSES, WARNINGS), (OPEN,), (COLLECTORS,)),
    refresh="30s",
)
