"""One session: what happened to this run, in order, and why?"""

from dashboards.page import Page
from dashboards.panels import SOURCE, graph, stat, table, target, timeline
from dashboards.variables import CLUSTERS, DATASOURCE, NAMESPACES, SESSION, SESSIONS

# Found by its id alone, at whatever time it ran.
THIS = f"id = {SESSION}"
OF_THIS = f"session = {SESSION}"
HITS_THIS = f"has(sessions, {SESSION})"
ENDED = f"(SELECT coalesce(ended, deleted) FROM sessions WHERE {THIS} LIMIT 1)"
# A step that never had a pod has no uid, nor has the object of some events: they are no match.
PODS = f"SELECT pod_uid FROM steps WHERE {OF_THIS} AND pod_uid != ''"

VERDICT = (
    stat(
        "Verdict",
        "What went wrong, root first; empty where all is well.",
        f"SELECT if(verdict_title = '', phase, verdict_title) AS verdict FROM sessions WHERE {THIS} LIMIT 1",
        width=12,
        unit="string",
    ),
    stat(
        "Phase",
        "Where the run stands.",
        f"SELECT phase FROM sessions WHERE {THIS} LIMIT 1",
        width=3,
        unit="string",
    ),
    stat(
        "Waited",
        "From creation to start.",
        f"SELECT wait_seconds AS waited FROM sessions WHERE {THIS} LIMIT 1",
        width=3,
        unit="s",
    ),
    stat(
        "Ran",
        "From start to end, or to the end of the range while it goes on.",
        f"""SELECT dateDiff('second', started, coalesce(ended, $__toTime)) AS ran FROM sessions
        WHERE {THIS} LIMIT 1""",
        width=3,
        unit="s",
    ),
    stat(
        "Pods failed",
        "Pods that ended badly, of all pods of the run.",
        f"""SELECT concat(uniqExactIf(pod, phase IN ('Failed', 'Error')), ' of ', uniqExact(pod)) AS pods
        FROM steps WHERE {OF_THIS} AND pod != '' LIMIT 1""",
        width=3,
        unit="string",
    ),
)

STRETCHES = timeline(
    "Pods",
    "One band a pod: how long it waited for a node, started and ran, then how it ended. At most 300 pods, "
    "failed ones first.",
    f"""SELECT start_time, greatest(stop, start_time + INTERVAL 1 MILLISECOND) AS end_time, pod, state FROM (
    SELECT since AS start_time, coalesce(until, {ENDED}, $__toTime_ms) AS stop, pod, name AS state
    FROM spans WHERE {OF_THIS}
    UNION ALL SELECT assumeNotNull(ended) AS start_time, $__toTime_ms AS stop, pod, phase AS state
    FROM steps WHERE {OF_THIS} AND ended IS NOT NULL AND phase NOT IN ('Pending', 'Running'))
    WHERE start_time <= $__toTime_ms AND stop >= $__fromTime_ms AND pod IN (
    SELECT pod FROM steps WHERE {OF_THIS} AND pod != '' GROUP BY pod
    ORDER BY max(phase IN ('Failed', 'Error')) DESC, pod LIMIT 300)
    ORDER BY start_time, pod LIMIT 20000""",
    "pod",
    height=10,
)

ON_NODES = timeline(
    "Nodes under this run",
    "What each node that the run's pods were on said of itself, by the collector's clock. Unreachable: its "
    "kubelet is silent.",
    f"""SELECT start_time, greatest(stop, start_time + INTERVAL 1 MILLISECOND) AS end_time, node, state FROM (
    SELECT observed_at AS start_time,
    leadInFrame(observed_at, 1, toDateTime64($__toTime_ms, 6, 'UTC')) OVER (
    PARTITION BY name ORDER BY epoch, resource_version, observed_at
    ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING) AS stop, name AS node,
    arrayFirst(c -> c.type = 'Ready', JSONExtract(object, 'status', 'conditions',
    'Array(Tuple(type String, status String))')).status AS ready,
    multiIf(verb IN ('deleted', 'vanished'), 'Gone', ready = 'Unknown', 'Unreachable', ready != 'True',
    'Not ready', JSONExtractBool(object, 'spec', 'unschedulable'), 'Cordoned', 'Ready') AS state
    FROM changes WHERE kind = 'Node' AND group = '' AND observed_at <= $__toTime_ms
    AND cluster IN (SELECT cluster FROM sessions WHERE {THIS})
    AND name IN (SELECT arrayJoin(nodes) FROM sessions WHERE {THIS}))
    WHERE stop >= $__fromTime_ms ORDER BY start_time, node LIMIT 20000""",
    "node",
    height=6,
)

WHY = graph(
    "From root to symptom",
    "Each circle is one thing that was wrong; arrows lead from cause to effect.",
    f"""SELECT id, failure AS title, concat(subject_kind, ' ', subject_name) AS subtitle,
    severity AS mainstat,
    multiIf(root, 'red', severity = 'info', 'gray', 'orange') AS color FROM anomalies
    WHERE {HITS_THIS} ORDER BY since LIMIT 300""",
    f"""SELECT concat(cause, '>', id) AS id, cause AS source, id AS target FROM anomalies
    WHERE {HITS_THIS} AND cause IN (SELECT anomalies.id FROM anomalies WHERE {HITS_THIS}) LIMIT 600""",
    size=(12, 10),
)

DO = table(
    "What to do",
    "The verdict's playbook, in order.",
    f"""SELECT arrayJoin(arrayEnumerate(steps_to_take)) AS number, steps_to_take[number] AS what FROM (
    SELECT JSONExtract(verdict, 'playbook', 'Array(String)') AS steps_to_take FROM sessions
    WHERE {THIS} LIMIT 1) LIMIT 50""",
    size=(12, 10),
)

ATTEMPTS = table(
    "Steps and attempts",
    "Each try of each step; message is what the container or the engine said last.",
    f"""SELECT step, attempt, phase, pod, node, zone, started, ended, exit_code, reason,
    if(message = '', step_message, message) AS said FROM steps WHERE {OF_THIS}
    ORDER BY step_started, step, attempt LIMIT 1000""",
    size=(24, 9),
)

FOUND = table(
    "What was wrong",
    "Everything that was found about this run and what it depends on; roots first.",
    f"""SELECT since AS time, until AS over, severity, state, failure,
    if(root, 'root', 'effect') AS role, title,
    concat(subject_kind, ' ', subject_namespace, '/', subject_name) AS subject, confidence FROM anomalies
    WHERE {HITS_THIS} ORDER BY root DESC, since LIMIT 200""",
)

STORY = table(
    "Story: events and changes",
    "Kubernetes' events about the run's objects, and edits of what it depends on, in order of time.",
    f"""SELECT time, level, object, what, detail FROM (
    SELECT last_seen AS time, type AS level, concat(involved_kind, ' ', involved_name) AS object,
    reason AS what, message AS detail FROM events WHERE involved_uid IN ({PODS})
    OR involved_uid IN (SELECT uid FROM sessions WHERE {THIS} AND uid != '')
    UNION ALL SELECT before AS time, 'Change' AS level, concat(kind, ' ', name) AS object, path AS what,
    concat(old, ' -> ', new, ' by ', manager) AS detail FROM edits WHERE {HITS_THIS})
    ORDER BY time LIMIT 2000""",
    size=(24, 12),
)

WARNINGS = {
    "name": "Warnings",
    "enable": True,
    "iconColor": "#FF9830",
    "datasource": SOURCE,
    "target": target(
        f"""SELECT last_seen AS time, concat(reason, ' ', involved_name) AS text, [reason] AS tags FROM events
        WHERE type = 'Warning' AND $__timeFilter(last_seen) AND involved_uid IN ({PODS})
        ORDER BY time LIMIT 500"""
    ),
}

PAGE = Page(
    uid="wl-session",
    title="Wakeline / Session",
    answers="What happened to this run, in order, and why?",
    variables=(DATASOURCE, CLUSTERS, NAMESPACES, SESSIONS),
    rows=(VERDICT, (STRETCHES,), (ON_NODES,), (WHY, DO), (ATTEMPTS,), (FOUND,), (STORY,)),
    annotations=(WARNINGS,),
)
