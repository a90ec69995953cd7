-- What is or was wrong.

CREATE TABLE IF NOT EXISTS anomalies_in (
    v           UInt16 COMMENT 'Version of the contract',
    cluster     LowCardinality(String) COMMENT 'Name of the cluster',
    failure     LowCardinality(String) COMMENT 'Id of the failure in the catalogue',
    id          String COMMENT 'Hash of cluster, failure, subject and occurrence; never moves',
    version     UInt64 COMMENT 'Orders rows of one id',
    severity    LowCardinality(String) COMMENT 'critical, high, medium, low or info',
    state       LowCardinality(String) COMMENT 'open, closed or withdrawn',
    root        Bool COMMENT 'It is the root of its incident',
    cause       String COMMENT 'id of the anomaly that caused it; null = none',
    subject     Tuple(kind String, namespace String, name String, uid String, group String) COMMENT 'What is wrong',
    occurrence  String COMMENT 'Which time: container and restart, attempt, generation',
    sessions    Array(String) COMMENT 'Ids of the sessions it hits',
    since       Nullable(DateTime64(6, 'UTC')) COMMENT 'Since when (the cluster\'s clock)',
    until       Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when; null while it is open',
    title       String COMMENT 'What a person would say, one line',
    explanation String COMMENT 'What it means and why it is so',
    playbook    Array(String) COMMENT 'What to do, in order',
    evidence    String COMMENT 'JSON: what was seen, of which object, when',
    confidence  Float64 COMMENT '0 to 1',
    rule        UInt32 COMMENT 'Version of the failure\'s rule',
    CONSTRAINT known_version CHECK v = 1,
    CONSTRAINT names_a_cluster CHECK cluster != '',
    CONSTRAINT has_an_id CHECK id != '',
    CONSTRAINT names_failure_and_state CHECK failure != '' AND state != ''
) ENGINE = Null
COMMENT 'Takes the lines of the topic wakeline.anomalies as they are; stores nothing itself';

CREATE TABLE IF NOT EXISTS anomaly_versions (
    cluster           LowCardinality(String) COMMENT 'Name of the cluster',
    failure           LowCardinality(String) COMMENT 'Id of the failure in the catalogue',
    id                String CODEC(ZSTD(1)) COMMENT 'Hash of cluster, failure, subject and occurrence; never moves',
    version           UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'Orders rows of one id',
    severity          LowCardinality(String) COMMENT 'critical, high, medium, low or info',
    state             LowCardinality(String) COMMENT 'open, closed or withdrawn',
    root              Bool COMMENT 'It is the root of its incident',
    cause             String CODEC(ZSTD(1)) COMMENT 'id of the anomaly that caused it; empty = none',
    subject_kind      LowCardinality(String) COMMENT 'Kind of what is wrong',
    subject_namespace LowCardinality(String) COMMENT 'Its namespace',
    subject_name      String CODEC(ZSTD(1)) COMMENT 'Its name',
    subject_uid       String CODEC(ZSTD(1)) COMMENT 'Its uid; empty where only a name is known',
    subject_group     LowCardinality(String) COMMENT 'Its API group; empty for core kinds',
    occurrence        String CODEC(ZSTD(1)) COMMENT 'Which time: container and restart, attempt, generation',
    sessions          Array(String) CODEC(ZSTD(3)) COMMENT 'Ids of the sessions it hits',
    since             Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'Since when (the cluster\'s clock)',
    until             Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'Until when; null while it is open',
    title             String CODEC(ZSTD(3)) COMMENT 'What a person would say, one line',
    explanation       String CODEC(ZSTD(3)) COMMENT 'What it means and why it is so',
    playbook          Array(String) CODEC(ZSTD(3)) COMMENT 'What to do, in order',
    evidence          String CODEC(ZSTD(3)) COMMENT 'JSON: what was seen, of which object, when',
    confidence        Float64 CODEC(ZSTD(1)) COMMENT '0 to 1',
    rule              UInt32 CODEC(ZSTD(1)) COMMENT 'Version of the failure\'s rule',
    stored_at         DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed',
    INDEX id id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX subject_uid subject_uid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX sessions sessions TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX since since TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, failure, id)
TTL stored_at + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'What is or was wrong; query the view anomalies';

CREATE MATERIALIZED VIEW IF NOT EXISTS anomalies_to_versions TO anomaly_versions AS
SELECT
    cluster,
    failure,
    id,
    version,
    severity,
    state,
    root,
    cause,
    subject.kind AS subject_kind,
    subject.namespace AS subject_namespace,
    subject.name AS subject_name,
    subject.uid AS subject_uid,
    subject.group AS subject_group,
    occurrence,
    sessions,
    since,
    until,
    title,
    explanation,
    playbook,
    evidence,
    confidence,
    rule
FROM anomalies_in;

CREATE VIEW IF NOT EXISTS anomalies (
    cluster           LowCardinality(String) COMMENT 'Name of the cluster',
    failure           LowCardinality(String) COMMENT 'Id of the failure in the catalogue',
    id                String COMMENT 'Hash of cluster, failure, subject and occurrence; never moves',
    version           UInt64 COMMENT 'Orders rows of one id',
    severity          LowCardinality(String) COMMENT 'critical, high, medium, low or info',
    state             LowCardinality(String) COMMENT 'open or closed',
    root              Bool COMMENT 'It is the root of its incident',
    cause             String COMMENT 'id of the anomaly that caused it; empty = none',
    subject_kind      LowCardinality(String) COMMENT 'Kind of what is wrong',
    subject_namespace LowCardinality(String) COMMENT 'Its namespace',
    subject_name      String COMMENT 'Its name',
    subject_uid       String COMMENT 'Its uid; empty where only a name is known',
    subject_group     LowCardinality(String) COMMENT 'Its API group; empty for core kinds',
    occurrence        String COMMENT 'Which time: container and restart, attempt, generation',
    sessions          Array(String) COMMENT 'Ids of the sessions it hits',
    since             Nullable(DateTime64(6, 'UTC')) COMMENT 'Since when (the cluster\'s clock)',
    until             Nullable(DateTime64(6, 'UTC')) COMMENT 'Until when; null while it is open',
    title             String COMMENT 'What a person would say, one line',
    explanation       String COMMENT 'What it means and why it is so',
    playbook          Array(String) COMMENT 'What to do, in order',
    evidence          String COMMENT 'JSON: what was seen, of which object, when',
    confidence        Float64 COMMENT '0 to 1',
    rule              UInt32 COMMENT 'Version of the failure\'s rule'
) AS
SELECT
    cluster,
    failure,
    id,
    version,
    severity,
    state,
    root,
    cause,
    subject_kind,
    subject_namespace,
    subject_name,
    subject_uid,
    subject_group,
    occurrence,
    sessions,
    since,
    until,
    title,
    explanation,
    playbook,
    evidence,
    confidence,
    rule
FROM anomaly_versions FINAL
WHERE state != 'withdrawn'
COMMENT 'What is or was wrong, the newest version of each; what was withdrawn is hidden';
