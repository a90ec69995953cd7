-- Steps, attempts and spans of the sessions, unfolded from the newest version of each session.

CREATE VIEW IF NOT EXISTS steps (
    cluster      LowCardinality(String) COMMENT 'Name of the cluster',
    namespace    LowCardinality(String) COMMENT 'Namespace of the session',
    engine       LowCardinality(String) COMMENT 'Workflow engine of the session',
    session      String COMMENT 'sessions.id',
    step         String COMMENT 'Name of the step',
    kind         LowCardinality(String) COMMENT 'The engine\'s own word: Pod, Suspend, container, replicatedJob',
    step_phase   LowCardinality(String) COMMENT 'Phase of the step as a whole',
    step_message String COMMENT 'The engine\'s own words on the step',
    step_started Nullable(DateTime64(6, 'UTC')) COMMENT 'When the step began',
    step_ended   Nullable(DateTime64(6, 'UTC')) COMMENT 'When the step ended',
    after        Array(String) COMMENT 'Steps it waits for',
    attempt      UInt32 COMMENT 'Number of the attempt, from 1; 0 = the step has none (yet), the columns below are the step\'s',
    pod          String COMMENT 'Name of the attempt\'s pod',
    pod_uid      String COMMENT 'uid of the attempt\'s pod',
    node         LowCardinality(String) COMMENT 'Node it ran on',
    zone         LowCardinality(String) COMMENT 'Zone of the node',
    phase        LowCardinality(String) COMMENT 'Phase of the attempt',
    created      Nullable(DateTime64(6, 'UTC')) COMMENT 'When the attempt was created',
    started      Nullable(DateTime64(6, 'UTC')) COMMENT 'When the attempt began',
    ended        Nullable(DateTime64(6, 'UTC')) COMMENT 'When the attempt ended',
    exit_code    Nullable(Int32) COMMENT 'Exit code; null = none known',
    reason       LowCardinality(String) COMMENT 'Why it ended: OOMKilled, Error, Evicted',
    message      String COMMENT 'Words on the attempt',
    restarts     UInt32 COMMENT 'Restarts of its containers'
) AS
SELECT
    cluster,
    namespace,
    engine,
    id AS session,
    a.step AS step,
    a.kind AS kind,
    a.step_phase AS step_phase,
    a.step_message AS step_message,
    a.step_started AS step_started,
    a.step_ended AS step_ended,
    a.after AS after,
    a.attempt AS attempt,
    a.pod AS pod,
    a.pod_uid AS pod_uid,
    a.node AS node,
    a.zone AS zone,
    a.phase AS phase,
    a.created AS created,
    a.started AS started,
    a.ended AS ended,
    a.exit_code AS exit_code,
    a.reason AS reason,
    a.message AS message,
    a.restarts AS restarts
FROM session_versions FINAL
ARRAY JOIN attempts AS a
WHERE NOT withdrawn
COMMENT 'Steps of the sessions, one row an attempt';

CREATE VIEW IF NOT EXISTS spans (
    cluster   LowCardinality(String) COMMENT 'Name of the cluster',
    namespace LowCardinality(String) COMMENT 'Namespace of the session',
    engine    LowCardinality(String) COMMENT 'Workflow engine of the session',
    session   String COMMENT 'sessions.id',
    step      String COMMENT 'Name of the step',
    attempt   UInt32 COMMENT 'Number of the attempt',
    pod       String COMMENT 'Name of the attempt\'s pod',
    node      LowCardinality(String) COMMENT 'Node it ran on',
    name      LowCardinality(String) COMMENT 'scheduling, starting, init, running, terminating',
    since     DateTime64(6, 'UTC') COMMENT 'From',
    until     Nullable(DateTime64(6, 'UTC')) COMMENT 'To; null = goes on'
) AS
SELECT
    cluster,
    namespace,
    engine,
    id AS session,
    s.step AS step,
    s.attempt AS attempt,
    s.pod AS pod,
    s.node AS node,
    s.name AS name,
    s.since AS since,
    s.until AS until
FROM session_versions FINAL
ARRAY JOIN spans AS s
WHERE NOT withdrawn
COMMENT 'Stretches of an attempt\'s life, one row each';
