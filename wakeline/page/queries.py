"""Every statement of the page. All are bounded, and nothing is ever put into their text."""

# What a person asks of a run: failed, stuck (open and something is wrong or it says what it waits for),
# running, waiting, succeeded, or stopped.
_STATE = """multiIf(
        phase IN ('Failed', 'Error'), 'failed',
        phase IN ('Pending', 'Running', 'Suspended') AND (verdict != '' OR wait != ''), 'stuck',
        phase = 'Running', 'running',
        phase IN ('Pending', 'Suspended'), 'waiting',
        phase = 'Succeeded', 'succeeded',
        'stopped'
    )"""

_COLUMNS = f"""
    id, cluster, namespace, engine, kind, name, definition, parent, link, link_score, phase, message, wait,
    created, started, ended, deleted, verdict_failure, verdict_title, {_STATE} AS state"""

_MATCHES = """
    ({cluster:String} = '' OR cluster = {cluster:String})
    AND ({namespace:String} = '' OR namespace = {namespace:String})
    AND ({engine:String} = '' OR engine = {engine:String})
    AND ({failure:String} = '' OR verdict_failure = {failure:String})
    AND ({nested:UInt8} OR parent = '')
    AND ({since_ms:Int64} = 0 OR phase IN ('Pending', 'Running', 'Suspended')
        OR coalesce(ended, deleted, started, created) >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC'))
    AND ({until_ms:Int64} = 0
        OR coalesce(created, started) < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
    AND ({text:String} = ''
        OR positionCaseInsensitiveUTF8(
            concatWithSeparator(
                '\\n', id, name, definition, user, verdict_title, verdict_failure, message, wait
            ),
            {text:String}) > 0
        OR arrayExists(pod -> positionCaseInsensitiveUTF8(pod, {text:String}) > 0, pods)
        OR has(nodes, {text:String}))"""

SESSIONS = f"""
SELECT {_COLUMNS}
FROM sessions
WHERE {_MATCHES} AND (empty({{states:Array(String)}}) OR has({{states:Array(String)}}, state))
ORDER BY
    {{worst_first:UInt8}} AND state IN ('failed', 'stuck') DESC,
    {{worst_first:UInt8}} AND state IN ('running', 'waiting') DESC,
    coalesce(ended, deleted, started, created) DESC,
    id
LIMIT {{limit:UInt32}} OFFSET {{offset:UInt32}}"""

COUNTS = f"SELECT {_STATE} AS state, count() AS sessions FROM sessions WHERE {_MATCHES} GROUP BY state"

CHOICES = """
SELECT
    arraySort(groupUniqArray(1000)(toString(cluster))) AS clusters,
    arraySort(groupUniqArray(1000)(toString(namespace))) AS namespaces,
    arraySort(groupUniqArray(1000)(toString(engine))) AS engines,
    count() AS sessions
FROM sessions"""

COMPLETE = "SELECT cluster, max(until) AS until FROM collector_stats GROUP BY cluster ORDER BY cluster"

COMPLETE_OF = (
    "SELECT max(until) AS until, count() AS rows FROM collector_stats WHERE cluster = {cluster:String}"
)

SESSION = f"""
SELECT {_COLUMNS},
    uid, run, trigger, user, link, queued, admitted, attempt, gpus, cpus, memory_bytes, verdict, steps, nodes
FROM sessions
WHERE id = {{id:String}}
LIMIT 1"""

# Above and below a session; several levels are asked for one by one.
PARENT = f"SELECT {_COLUMNS} FROM sessions WHERE id = {{id:String}} LIMIT 1"

CHILDREN = f"""
SELECT {_COLUMNS}
FROM sessions
WHERE cluster = {{cluster:String}} AND has({{ids:Array(String)}}, parent)
ORDER BY coalesce(created, started), name
LIMIT 200"""

OTHER_RUNS = f"""
SELECT {_COLUMNS}
FROM sessions
WHERE cluster = {{cluster:String}} AND namespace = {{namespace:String}} AND engine = {{engine:String}}
    AND definition = {{definition:String}} AND definition != '' AND id != {{id:String}}
ORDER BY coalesce(created, started) DESC
LIMIT 12"""

ANOMALIES = """
SELECT id, failure, severity, state, root, cause, subject_kind, subject_namespace, subject_name, since, until,
    title, explanation, playbook, evidence, confidence
FROM anomalies
WHERE has(sessions, {id:String})
ORDER BY root DESC, since, id
LIMIT 300"""

EDITS = """
SELECT id, kind, namespace, name, path, old, new, manager, operation, after, before
FROM edits
WHERE has(sessions, {id:String})
ORDER BY before DESC
LIMIT 300"""

EVENTS = """
SELECT involved_kind, involved_name, involved_uid, uid, type, reason, message, component, count,
    first_seen, last_seen
FROM events
WHERE cluster = {cluster:String}
    AND (has({uids:Array(String)}, involved_uid)
        OR involved_kind = 'Node' AND has({nodes:Array(String)}, involved_name)
            AND last_seen BETWEEN fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
                AND fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC'))
ORDER BY type = 'Warning' DESC, last_seen
LIMIT 500"""

NODES = """
WITH arrayFirst(
        each -> each.type = 'Ready',
        JSONExtract(object, 'status', 'conditions', 'Array(Tuple(type String, status String, reason String))')
    ) AS condition
SELECT
    name,
    observed_at AS at,
    verb IN ('deleted', 'vanished') AS gone,
    condition.status AS ready,
    condition.reason AS reason,
    JSONExtractBool(object, 'spec', 'unschedulable') AS closed
FROM changes
WHERE cluster = {cluster:String} AND group = '' AND kind = 'Node' AND has({nodes:Array(String)}, name)
    AND observed_at <= fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
ORDER BY at DESC
LIMIT 2000"""

GAPS = """
SELECT resource, since, until, reason
FROM gaps
WHERE cluster = {cluster:String}
    AND since <= fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
    AND until >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
ORDER BY since
LIMIT 50"""

RECENTLY_FAILED_SO = f"""
SELECT {_COLUMNS}
FROM sessions
WHERE verdict_failure = {{failure:String}}
ORDER BY coalesce(ended, deleted, started, created) DESC
LIMIT 20"""

SEEN_FAILURES = """
SELECT verdict_failure AS failure, count() AS sessions
FROM sessions
WHERE verdict_failure != ''
GROUP BY failure"""
