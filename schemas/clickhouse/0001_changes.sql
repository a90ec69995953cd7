-- The history of every object. Lines of the topic wakeline.changes land in changes_in (which keeps nothing)
-- and fan out from there, here and in later migrations.

CREATE TABLE IF NOT EXISTS changes_in (
    type             LowCardinality(String) COMMENT 'Which contract the line is: change, progress or gap',
    v                UInt16 COMMENT 'Version of the contract',
    cluster          LowCardinality(String) COMMENT 'Name of the cluster',
    group            LowCardinality(String) COMMENT 'API group; empty for core kinds',
    kind             LowCardinality(String) COMMENT 'Kind, as in the object',
    namespace        LowCardinality(String) COMMENT 'Namespace; empty for cluster-scoped kinds',
    name             String COMMENT 'Name',
    uid              String COMMENT 'metadata.uid',
    epoch            UInt64 COMMENT 'Raised when resource versions went backwards, as after a restored etcd',
    resource_version UInt64 COMMENT 'metadata.resourceVersion; 0 where the source gave none',
    verb             LowCardinality(String) COMMENT 'added, modified, deleted, listed, or vanished: its delete was missed and is inferred',
    observed_at      DateTime64(6, 'UTC') COMMENT 'When the collector saw it (its clock)',
    happened_at      Nullable(DateTime64(6, 'UTC')) COMMENT 'The newest time the object itself states (the cluster\'s clock)',
    version          LowCardinality(String) COMMENT 'Version of the API, such as v1',
    resource         LowCardinality(String) COMMENT 'Plural name, as in the URL: pods',
    actor            LowCardinality(String) COMMENT 'Manager of the newest write that is not to status; empty when unknown',
    managers         String COMMENT 'JSON: who owns which fields (manager, operation, subresource, time, fields)',
    object           String COMMENT 'JSON: the object, redacted, without managedFields',
    since            DateTime64(6, 'UTC') COMMENT 'gap: blind from here (the collector\'s clock)',
    until            DateTime64(6, 'UTC') COMMENT 'gap: to here; progress: complete up to here (the collector\'s clock)',
    received         UInt64 COMMENT 'progress: changes received since the last progress of this resource',
    dropped          UInt64 COMMENT 'progress: of them, dropped because nothing a person would want changed',
    reason           String COMMENT 'gap: why',
    CONSTRAINT known_version CHECK v = 1,
    CONSTRAINT names_a_cluster CHECK cluster != '',
    CONSTRAINT change_progress_or_gap CHECK type IN ('change', 'progress', 'gap'),
    CONSTRAINT names_a_kind_and_a_verb CHECK type != 'change' OR kind != '' AND verb != '',
    CONSTRAINT object_is_json CHECK type != 'change' OR isValidJSON(object)
) ENGINE = Null
COMMENT 'Takes the lines of the topic wakeline.changes as they are; stores nothing itself';

CREATE TABLE IF NOT EXISTS change_versions (
    cluster          LowCardinality(String) COMMENT 'Name of the cluster',
    group            LowCardinality(String) COMMENT 'API group; empty for core kinds',
    kind             LowCardinality(String) COMMENT 'Kind, as in the object',
    namespace        LowCardinality(String) COMMENT 'Namespace; empty for cluster-scoped kinds',
    name             String CODEC(ZSTD(1)) COMMENT 'Name',
    uid              String CODEC(ZSTD(1)) COMMENT 'metadata.uid',
    epoch            UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'Raised when resource versions went backwards, as after a restored etcd',
    resource_version UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'metadata.resourceVersion; 0 where the source gave none',
    verb             LowCardinality(String) COMMENT 'added, modified, deleted, listed, or vanished: its delete was missed and is inferred',
    observed_at      DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'When the collector saw it (its clock)',
    happened_at      Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'The newest time the object itself states (the cluster\'s clock)',
    version          LowCardinality(String) COMMENT 'Version of the API, such as v1',
    resource         LowCardinality(String) COMMENT 'Plural name, as in the URL: pods',
    actor            LowCardinality(String) COMMENT 'Manager of the newest write that is not to status; empty when unknown',
    managers         String CODEC(ZSTD(3)) COMMENT 'JSON: who owns which fields (manager, operation, subresource, time, fields)',
    object           String CODEC(ZSTD(3)) COMMENT 'JSON: the object, redacted, without managedFields',
    undated          DateTime64(6, 'UTC') MATERIALIZED if(resource_version = 0, observed_at, toDateTime64(0, 6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'observed_at where the source gave no resource version, else 1970: part of the identity',
    first_wins       Int64 MATERIALIZED -toUnixTimestamp64Micro(observed_at) CODEC(Delta, ZSTD(1)) COMMENT 'Keeps the earliest sighting of one version of an object',
    stored_at        DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed',
    INDEX uid uid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX observed_at observed_at TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(first_wins)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, group, kind, namespace, name, uid, epoch, resource_version, verb, undated)
TTL stored_at + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'Every version of every object, versions of one object side by side; query the view changes';

CREATE MATERIALIZED VIEW IF NOT EXISTS changes_to_versions TO change_versions AS
SELECT
    cluster,
    group,
    kind,
    namespace,
    name,
    uid,
    epoch,
    resource_version,
    verb,
    observed_at,
    happened_at,
    version,
    resource,
    actor,
    managers,
    object
FROM changes_in
WHERE type = 'change';

CREATE VIEW IF NOT EXISTS changes (
    cluster          LowCardinality(String) COMMENT 'Name of the cluster',
    group            LowCardinality(String) COMMENT 'API group; empty for core kinds',
    kind             LowCardinality(String) COMMENT 'Kind, as in the object',
    namespace        LowCardinality(String) COMMENT 'Namespace; empty for cluster-scoped kinds',
    name             String COMMENT 'Name',
    uid              String COMMENT 'metadata.uid',
    epoch            UInt64 COMMENT 'Raised when resource versions went backwards, as after a restored etcd',
    resource_version UInt64 COMMENT 'metadata.resourceVersion; 0 where the source gave none',
    verb             LowCardinality(String) COMMENT 'added, modified, deleted, listed, or vanished: its delete was missed and is inferred',
    observed_at      DateTime64(6, 'UTC') COMMENT 'When the collector saw it (its clock)',
    happened_at      Nullable(DateTime64(6, 'UTC')) COMMENT 'The newest time the object itself states (the cluster\'s clock)',
    version          LowCardinality(String) COMMENT 'Version of the API, such as v1',
    resource         LowCardinality(String) COMMENT 'Plural name, as in the URL: pods',
    actor            LowCardinality(String) COMMENT 'Manager of the newest write that is not to status; empty when unknown',
    managers         String COMMENT 'JSON: who owns which fields (manager, operation, subresource, time, fields)',
    object           String COMMENT 'JSON: the object, redacted, without managedFields'
) AS
SELECT
    cluster,
    group,
    kind,
    namespace,
    name,
    uid,
    epoch,
    resource_version,
    verb,
    observed_at,
    happened_at,
    version,
    resource,
    actor,
    managers,
    object
FROM change_versions FINAL
COMMENT 'Every version of every object as a collector saw it, each once';

CREATE VIEW IF NOT EXISTS objects_at AS
SELECT
    cluster,
    group,
    kind,
    namespace,
    name,
    uid,
    newest.1 AS resource_version,
    newest.2 AS observed_at,
    newest.3 AS actor,
    newest.4 AS object
FROM (
    SELECT
        cluster,
        group,
        kind,
        namespace,
        name,
        uid,
        argMax(
            (resource_version, observed_at, actor, object, verb),
            (epoch, resource_version, verb = 'vanished', observed_at)
        ) AS newest
    FROM change_versions
    WHERE observed_at <= {at:DateTime64(6, 'UTC')}
    GROUP BY cluster, group, kind, namespace, name, uid
)
WHERE newest.5 NOT IN ('deleted', 'vanished')
COMMENT 'The objects that existed at a time: SELECT * FROM objects_at(at = ...)';
