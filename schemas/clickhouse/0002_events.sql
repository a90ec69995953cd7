-- Kubernetes' Events, taken from the changes. Both APIs (v1 and events.k8s.io/v1) show the same objects with
-- the same uid, so they meet in one row. An Event that expired stays: its deletion says nothing.

CREATE TABLE IF NOT EXISTS event_versions (
    cluster            LowCardinality(String) COMMENT 'Name of the cluster',
    namespace          LowCardinality(String) COMMENT 'Namespace of the event',
    involved_kind      LowCardinality(String) COMMENT 'Kind of the object it is about',
    involved_namespace LowCardinality(String) COMMENT 'Namespace of the object it is about',
    involved_name      String CODEC(ZSTD(1)) COMMENT 'Name of the object it is about',
    involved_uid       String CODEC(ZSTD(1)) COMMENT 'uid of the object it is about; empty where the writer gave none',
    field_path         LowCardinality(String) COMMENT 'Which part of it: spec.containers{main}',
    uid                String CODEC(ZSTD(1)) COMMENT 'uid of the event itself; a repeated event keeps it and raises count',
    name               String CODEC(ZSTD(1)) COMMENT 'Name of the event itself',
    type               LowCardinality(String) COMMENT 'Normal or Warning',
    reason             LowCardinality(String) COMMENT 'Short reason in camel case: FailedScheduling',
    message            String CODEC(ZSTD(3)) COMMENT 'What the component says',
    action             LowCardinality(String) COMMENT 'What was done or failed, where stated',
    component          LowCardinality(String) COMMENT 'Who says it: kubelet, default-scheduler',
    host               LowCardinality(String) COMMENT 'Node of the component, where stated',
    count              UInt32 CODEC(ZSTD(1)) COMMENT 'How often it occurred',
    first_seen         Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'First occurrence (the cluster\'s clock)',
    last_seen          DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'Latest occurrence (the cluster\'s clock; the collector\'s where the event states none)',
    observed_at        DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'When the collector saw the newest version (its clock)',
    resource_version   UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'metadata.resourceVersion of the newest version',
    newest_wins        UInt128 CODEC(ZSTD(1)) COMMENT 'Orders versions of one event: epoch, then resource version',
    stored_at          DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed',
    INDEX involved_uid involved_uid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX last_seen last_seen TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(newest_wins)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, involved_namespace, involved_kind, involved_name, uid)
TTL stored_at + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'Kubernetes\' Events by the object they are about; query the view events';

CREATE MATERIALIZED VIEW IF NOT EXISTS changes_to_events TO event_versions AS
WITH JSONExtract(
        object,
        'Tuple(
            involvedObject Tuple(kind String, namespace String, name String, uid String, fieldPath String),
            regarding Tuple(kind String, namespace String, name String, uid String, fieldPath String),
            reason String, type String, action String, message String, note String,
            count UInt32, deprecatedCount UInt32, series Tuple(count UInt32, lastObservedTime String),
            firstTimestamp String, lastTimestamp String, eventTime String,
            deprecatedFirstTimestamp String, deprecatedLastTimestamp String,
            source Tuple(component String, host String), deprecatedSource Tuple(component String, host String),
            reportingComponent String, reportingController String
        )'
    ) AS e
SELECT
    cluster,
    namespace,
    if(e.involvedObject.kind != '', e.involvedObject.kind, e.regarding.kind) AS involved_kind,
    if(e.involvedObject.namespace != '', e.involvedObject.namespace, e.regarding.namespace) AS involved_namespace,
    if(e.involvedObject.name != '', e.involvedObject.name, e.regarding.name) AS involved_name,
    if(e.involvedObject.uid != '', e.involvedObject.uid, e.regarding.uid) AS involved_uid,
    if(e.involvedObject.fieldPath != '', e.involvedObject.fieldPath, e.regarding.fieldPath) AS field_path,
    uid,
    name,
    e.type AS type,
    e.reason AS reason,
    if(e.message != '', e.message, e.note) AS message,
    e.action AS action,
    multiIf(
        e.source.component != '', e.source.component,
        e.deprecatedSource.component != '', e.deprecatedSource.component,
        e.reportingComponent != '', e.reportingComponent,
        e.reportingController
    ) AS component,
    if(e.source.host != '', e.source.host, e.deprecatedSource.host) AS host,
    greatest(e.count, e.deprecatedCount, e.series.count, 1) AS count,
    coalesce(
        parseDateTime64BestEffortOrNull(e.firstTimestamp, 6, 'UTC'),
        parseDateTime64BestEffortOrNull(e.deprecatedFirstTimestamp, 6, 'UTC'),
        parseDateTime64BestEffortOrNull(e.eventTime, 6, 'UTC')
    ) AS first_seen,
    coalesce(
        parseDateTime64BestEffortOrNull(e.series.lastObservedTime, 6, 'UTC'),
        parseDateTime64BestEffortOrNull(e.lastTimestamp, 6, 'UTC'),
        parseDateTime64BestEffortOrNull(e.deprecatedLastTimestamp, 6, 'UTC'),
        parseDateTime64BestEffortOrNull(e.eventTime, 6, 'UTC'),
        happened_at,
        observed_at
    ) AS last_seen,
    observed_at,
    resource_version,
    bitOr(bitShiftLeft(toUInt128(epoch), 64), toUInt128(resource_version)) AS newest_wins
FROM changes_in
WHERE changes_in.type = 'change' AND kind = 'Event' AND group IN ('', 'events.k8s.io') AND verb NOT IN ('deleted', 'vanished');

CREATE VIEW IF NOT EXISTS events (
    cluster            LowCardinality(String) COMMENT 'Name of the cluster',
    namespace          LowCardinality(String) COMMENT 'Namespace of the event',
    involved_kind      LowCardinality(String) COMMENT 'Kind of the object it is about',
    involved_namespace LowCardinality(String) COMMENT 'Namespace of the object it is about',
    involved_name      String COMMENT 'Name of the object it is about',
    involved_uid       String COMMENT 'uid of the object it is about; empty where the writer gave none',
    field_path         LowCardinality(String) COMMENT 'Which part of it: spec.containers{main}',
    uid                String COMMENT 'uid of the event itself; a repeated event keeps it and raises count',
    name               String COMMENT 'Name of the event itself',
    type               LowCardinality(String) COMMENT 'Normal or Warning',
    reason             LowCardinality(String) COMMENT 'Short reason in camel case: FailedScheduling',
    message            String COMMENT 'What the component says',
    action             LowCardinality(String) COMMENT 'What was done or failed, where stated',
    component          LowCardinality(String) COMMENT 'Who says it: kubelet, default-scheduler',
    host               LowCardinality(String) COMMENT 'Node of the component, where stated',
    count              UInt32 COMMENT 'How often it occurred',
    first_seen         Nullable(DateTime64(6, 'UTC')) COMMENT 'First occurrence (the cluster\'s clock)',
    last_seen          DateTime64(6, 'UTC') COMMENT 'Latest occurrence (the cluster\'s clock; the collector\'s where the event states none)',
    observed_at        DateTime64(6, 'UTC') COMMENT 'When the collector saw the newest version (its clock)',
    resource_version   UInt64 COMMENT 'metadata.resourceVersion of the newest version'
) AS
SELECT
    cluster,
    namespace,
    involved_kind,
    involved_namespace,
    involved_name,
    involved_uid,
    field_path,
    uid,
    name,
    type,
    reason,
    message,
    action,
    component,
    host,
    count,
    first_seen,
    last_seen,
    observed_at,
    resource_version
FROM event_versions FINAL
COMMENT 'Kubernetes\' Events, the newest version of each';
