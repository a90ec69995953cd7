-- Runs of workflows. Steps, attempts and spans are kept inside their session's row, so a newer version of a
-- session replaces them all at once and no old step can linger; the views unfold them.

CREATE TABLE IF NOT EXISTS sessions_in (
    v          UInt16 COMMENT 'Version of the contract',
    withdrawn  Bool COMMENT 'It was no run of its own after all',
    cluster    LowCardinality(String) COMMENT 'Name of the cluster',
    namespace  LowCardinality(String) COMMENT 'Namespace',
    id         String COMMENT 'cluster/engine/namespace/run; never moves',
    version    UInt64 COMMENT 'Orders rows of one id',
    engine     LowCardinality(String) COMMENT 'Workflow engine: job, cronjob, argo, airflow, jobset, pod',
    kind       LowCardinality(String) COMMENT 'Kind of the object that is the run',
    name       String COMMENT 'Name',
    uid        String COMMENT 'uid of the object that is the run; empty where it has none',
    run        String COMMENT 'The engine\'s run id',
    definition String COMMENT 'What it is a run of: the CronJob, the template, the DAG',
    trigger    LowCardinality(String) COMMENT 'schedule, manual, event, resubmit; empty when unknown',
    user       LowCardinality(String) COMMENT 'Who started it, where known',
    parent     String COMMENT 'id of the session it is part of; empty for the outermost',
    link       LowCardinality(String) COMMENT 'How the parent is known: owner, label or inferred',
    link_score Float64 COMMENT '0 to 1: how sure that is',
    phase      LowCardinality(String) COMMENT 'Pending, Running, Succeeded, Failed, Error, Cancelled, Suspended or Skipped',
    message    String COMMENT 'The engine\'s own words',
    wait       String COMMENT 'What it waits for, stated by an engine or the scheduler; empty = nothing',
    created    Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was created (the cluster\'s clock, as all times of a session)',
    queued     Nullable(DateTime64(6, 'UTC')) COMMENT 'When it began to queue',
    admitted   Nullable(DateTime64(6, 'UTC')) COMMENT 'When a queue let it through',
    started    Nullable(DateTime64(6, 'UTC')) COMMENT 'When its first work began',
    ended      Nullable(DateTime64(6, 'UTC')) COMMENT 'When it ended',
    deleted    Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was deleted',
    attempt    UInt32 COMMENT 'Which attempt of the run this is',
    verdict    String COMMENT 'JSON: how a run that is not well came to be so; null = it went, or goes, well',
    steps      String COMMENT 'JSON: steps, their attempts and spans; the views steps and spans show them as rows',
    requests   Tuple(gpus Float64, cpus Float64, memory_bytes UInt64) COMMENT 'What its pods ask for together, at its widest',
    CONSTRAINT known_version CHECK v = 1,
    CONSTRAINT names_a_cluster CHECK cluster != '',
    CONSTRAINT has_an_id CHECK id != '',
    CONSTRAINT names_engine_and_phase CHECK engine != '' AND phase != ''
) ENGINE = Null
COMMENT 'Takes the lines of the topic wakeline.sessions as they are; stores nothing itself';

CREATE TABLE IF NOT EXISTS session_versions (
    cluster            LowCardinality(String) COMMENT 'Name of the cluster',
    namespace          LowCardinality(String) COMMENT 'Namespace',
    id                 String CODEC(ZSTD(1)) COMMENT 'cluster/engine/namespace/run; never moves',
    version            UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'Orders rows of one id',
    engine             LowCardinality(String) COMMENT 'Workflow engine: job, cronjob, argo, airflow, jobset, pod',
    kind               LowCardinality(String) COMMENT 'Kind of the object that is the run',
    name               String CODEC(ZSTD(1)) COMMENT 'Name',
    uid                String CODEC(ZSTD(1)) COMMENT 'uid of the object that is the run; empty where it has none',
    run                String CODEC(ZSTD(1)) COMMENT 'The engine\'s run id',
    definition         String CODEC(ZSTD(1)) COMMENT 'What it is a run of: the CronJob, the template, the DAG',
    trigger            LowCardinality(String) COMMENT 'schedule, manual, event, resubmit; empty when unknown',
    user               LowCardinality(String) COMMENT 'Who started it, where known',
    parent             String CODEC(ZSTD(1)) COMMENT 'id of the session it is part of; empty for the outermost',
    link               LowCardinality(String) COMMENT 'How the parent is known: owner, label or inferred',
    link_score         Float64 CODEC(ZSTD(1)) COMMENT '0 to 1: how sure that is',
    phase              LowCardinality(String) COMMENT 'Pending, Running, Succeeded, Failed, Error, Cancelled, Suspended or Skipped',
    message            String CODEC(ZSTD(3)) COMMENT 'The engine\'s own words',
    wait               String CODEC(ZSTD(3)) COMMENT 'What it waits for, stated by an engine or the scheduler; empty = nothing',
    created            Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'When it was created (the cluster\'s clock, as all times of a session)',
    queued             Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'When it began to queue',
    admitted           Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'When a queue let it through',
    started            Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'When its first work began',
    ended              Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'When it ended',
    deleted            Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'When it was deleted',
    attempt            UInt32 CODEC(ZSTD(1)) COMMENT 'Which attempt of the run this is',
    gpus               Float64 CODEC(ZSTD(1)) COMMENT 'GPUs its pods ask for together, at its widest',
    cpus               Float64 CODEC(ZSTD(1)) COMMENT 'CPU cores they ask for',
    memory_bytes       UInt64 CODEC(ZSTD(1)) COMMENT 'Memory they ask for',
    verdict_failure    LowCardinality(String) COMMENT 'Failure id of the root cause; empty = it went well, or is not explained by Kubernetes data',
    verdict_anomaly    String CODEC(ZSTD(1)) COMMENT 'id of the anomaly that is the root cause',
    verdict_title      String CODEC(ZSTD(3)) COMMENT 'One sentence: what went wrong and why; empty = it went well',
    verdict_confidence Float64 CODEC(ZSTD(1)) COMMENT '0 to 1',
    verdict            String CODEC(ZSTD(3)) COMMENT 'JSON: the whole verdict, with path, evidence and playbook; empty = it went, or goes, well',
    steps              String CODEC(ZSTD(3)) COMMENT 'JSON: steps, their attempts and spans; the views steps and spans show them as rows',
    withdrawn          Bool COMMENT 'It was no run of its own after all',
    attempts           Array(Tuple(
        step String, kind LowCardinality(String), step_phase LowCardinality(String), step_message String,
        step_started Nullable(DateTime64(6, 'UTC')), step_ended Nullable(DateTime64(6, 'UTC')), after Array(String),
        attempt UInt32, pod String, pod_uid String, node LowCardinality(String), zone LowCardinality(String),
        phase LowCardinality(String), created Nullable(DateTime64(6, 'UTC')), started Nullable(DateTime64(6, 'UTC')),
        ended Nullable(DateTime64(6, 'UTC')),
        exit_code Nullable(Int32), reason LowCardinality(String), message String, restarts UInt32
    )) CODEC(ZSTD(3)) COMMENT 'One entry an attempt of a step; a step without attempts has one with attempt 0',
    spans              Array(Tuple(
        step String, attempt UInt32, pod String, node LowCardinality(String), name LowCardinality(String),
        since DateTime64(6, 'UTC'), until Nullable(DateTime64(6, 'UTC'))
    )) CODEC(ZSTD(3)) COMMENT 'One entry a stretch of an attempt\'s life',
    stored_at          DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed',
    INDEX id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX uid uid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX pod_uid attempts.pod_uid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX created created TYPE minmax GRANULARITY 1,
    INDEX ended ended TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, namespace, id)
TTL stored_at + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'Runs of workflows; query the views sessions, steps and spans';

CREATE MATERIALIZED VIEW IF NOT EXISTS sessions_to_versions TO session_versions AS
WITH
    JSONExtract(
        steps,
        'Array(Tuple(
            name String, kind String, phase String, message String,
            started Nullable(DateTime64(6, \'UTC\')), ended Nullable(DateTime64(6, \'UTC\')), after Array(String),
            attempts Array(Tuple(
                number UInt32, pod String, pod_uid String, node String, zone String, phase String,
                created Nullable(DateTime64(6, \'UTC\')), started Nullable(DateTime64(6, \'UTC\')),
                ended Nullable(DateTime64(6, \'UTC\')), exit_code Nullable(Int32), reason String, message String,
                restarts UInt32,
                spans Array(Tuple(
                    name String, since DateTime64(6, \'UTC\'), until Nullable(DateTime64(6, \'UTC\'))
                ))
            ))
        ))'
    ) AS parsed,
    JSONExtract(
        verdict, 'Tuple(failure String, anomaly String, title String, confidence Float64)'
    ) AS root
SELECT
    cluster,
    namespace,
    id,
    version,
    engine,
    kind,
    name,
    uid,
    run,
    definition,
    trigger,
    user,
    parent,
    link,
    link_score,
    phase,
    message,
    wait,
    created,
    queued,
    admitted,
    started,
    ended,
    deleted,
    attempt,
    requests.gpus AS gpus,
    requests.cpus AS cpus,
    requests.memory_bytes AS memory_bytes,
    root.failure AS verdict_failure,
    root.anomaly AS verdict_anomaly,
    root.title AS verdict_title,
    root.confidence AS verdict_confidence,
    verdict,
    steps,
    withdrawn,
    arrayFlatten(arrayMap(
        s -> if(
            empty(s.attempts),
            [(
                s.name, s.kind, s.phase, s.message, s.started, s.ended, s.after,
                0, '', '', '', '', s.phase, NULL, s.started, s.ended, NULL, '', s.message, 0
            )],
            arrayMap(
                a -> (
                    s.name, s.kind, s.phase, s.message, s.started, s.ended, s.after,
                    a.number, a.pod, a.pod_uid, a.node, a.zone, a.phase, a.created, a.started, a.ended,
                    a.exit_code, a.reason, a.message, a.restarts
                ),
                s.attempts
            )
        ),
        parsed
    )) AS attempts,
    arrayFlatten(arrayMap(
        s -> arrayFlatten(arrayMap(
            a -> arrayMap(p -> (s.name, a.number, a.pod, a.node, p.name, p.since, p.until), a.spans),
            s.attempts
        )),
        parsed
    )) AS spans
FROM sessions_in;

CREATE VIEW IF NOT EXISTS sessions (
    cluster            LowCardinality(String) COMMENT 'Name of the cluster',
    namespace          LowCardinality(String) COMMENT 'Namespace',
    id                 String COMMENT 'cluster/engine/namespace/run; never moves',
    version            UInt64 COMMENT 'Orders rows of one id',
    engine             LowCardinality(String) COMMENT 'Workflow engine: job, cronjob, argo, airflow, jobset, pod',
    kind               LowCardinality(String) COMMENT 'Kind of the object that is the run',
    name               String COMMENT 'Name',
    uid                String COMMENT 'uid of the object that is the run; empty where it has none',
    run                String COMMENT 'The engine\'s run id',
    definition         String COMMENT 'What it is a run of: the CronJob, the template, the DAG',
    trigger            LowCardinality(String) COMMENT 'schedule, manual, event, resubmit; empty when unknown',
    user               LowCardinality(String) COMMENT 'Who started it, where known',
    parent             String COMMENT 'id of the session it is part of; empty for the outermost',
    link               LowCardinality(String) COMMENT 'How the parent is known: owner, label or inferred',
    link_score         Float64 COMMENT '0 to 1: how sure that is',
    phase              LowCardinality(String) COMMENT 'Pending, Running, Succeeded, Failed, Error, Cancelled, Suspended or Skipped',
    message            String COMMENT 'The engine\'s own words',
    wait               String COMMENT 'What it waits for, stated by an engine or the scheduler; empty = nothing',
    created            Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was created (the cluster\'s clock, as all times of a session)',
    queued             Nullable(DateTime64(6, 'UTC')) COMMENT 'When it began to queue',
    admitted           Nullable(DateTime64(6, 'UTC')) COMMENT 'When a queue let it through',
    started            Nullable(DateTime64(6, 'UTC')) COMMENT 'When its first work began',
    ended              Nullable(DateTime64(6, 'UTC')) COMMENT 'When it ended',
    deleted            Nullable(DateTime64(6, 'UTC')) COMMENT 'When it was deleted',
    attempt            UInt32 COMMENT 'Which attempt of the run this is',
    gpus               Float64 COMMENT 'GPUs its pods ask for together, at its widest',
    cpus               Float64 COMMENT 'CPU cores they ask for',
    memory_bytes       UInt64 COMMENT 'Memory they ask for',
    verdict_failure    LowCardinality(String) COMMENT 'Failure id of the root cause; empty = it went well, or is not explained by Kubernetes data',
    verdict_anomaly    String COMMENT 'id of the anomaly that is the root cause',
    verdict_title      String COMMENT 'One sentence: what went wrong and why; empty = it went well',
    verdict_confidence Float64 COMMENT '0 to 1',
    verdict            String COMMENT 'JSON: the whole verdict, with path, evidence and playbook; empty = it went, or goes, well',
    steps              String COMMENT 'JSON: steps, their attempts and spans; the views steps and spans show them as rows',
    duration_seconds   Nullable(Float64) COMMENT 'From start to end; null while it runs or where it never started',
    wait_seconds       Nullable(Float64) COMMENT 'From creation to start; null where it has not started',
    pods               Array(String) COMMENT 'Names of its pods',
    nodes              Array(String) COMMENT 'Nodes its pods ran on'
) AS
SELECT
    cluster,
    namespace,
    id,
    version,
    engine,
    kind,
    name,
    uid,
    run,
    definition,
    trigger,
    user,
    parent,
    link,
    link_score,
    phase,
    message,
    wait,
    created,
    queued,
    admitted,
    started,
    ended,
    deleted,
    attempt,
    gpus,
    cpus,
    memory_bytes,
    verdict_failure,
    verdict_anomaly,
    verdict_title,
    verdict_confidence,
    verdict,
    steps,
    dateDiff('millisecond', started, ended) / 1000 AS duration_seconds,
    dateDiff('millisecond', created, started) / 1000 AS wait_seconds,
    arrayDistinct(arrayFilter(pod -> pod != '', attempts.pod)) AS pods,
    arrayDistinct(arrayFilter(node -> node != '', arrayMap(node -> toString(node), attempts.node))) AS nodes
FROM session_versions FINAL
WHERE NOT withdrawn
COMMENT 'Runs of workflows, the newest version of each';
