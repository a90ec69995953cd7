-- Which field of which object changed, from what to what, and by whom.

CREATE TABLE IF NOT EXISTS edits_in (
    v                UInt16 COMMENT 'Version of the contract',
    cluster          LowCardinality(String) COMMENT 'Name of the cluster',
    ref              Tuple(kind String, namespace String, name String, uid String, group String) COMMENT 'The edited object',
    id               String COMMENT 'Hash of uid, path, epoch and resource version; never moves',
    version          UInt64 COMMENT 'Orders rows of one id',
    path             String COMMENT 'Dotted path of the field: spec.replicas',
    old              String COMMENT 'Old value as JSON text; empty = absent',
    new              String COMMENT 'New value as JSON text; empty = absent',
    manager          LowCardinality(String) COMMENT 'Who: the field\'s manager; empty when unknown',
    operation        LowCardinality(String) COMMENT 'Apply or Update',
    after            Nullable(DateTime64(6, 'UTC')) COMMENT 'It happened after this time; null = unknown',
    before           DateTime64(6, 'UTC') COMMENT 'It happened not later than this time',
    resource_version UInt64 COMMENT 'The version of the object that shows it',
    sessions         Array(String) COMMENT 'Ids of the sessions it may concern',
    CONSTRAINT known_version CHECK v = 1,
    CONSTRAINT names_a_cluster CHECK cluster != '',
    CONSTRAINT has_an_id CHECK id != '',
    CONSTRAINT names_a_path CHECK path != ''
) ENGINE = Null
COMMENT 'Takes the lines of the topic wakeline.edits as they are; stores nothing itself';

CREATE TABLE IF NOT EXISTS edit_versions (
    cluster          LowCardinality(String) COMMENT 'Name of the cluster',
    kind             LowCardinality(String) COMMENT 'Kind of the edited object',
    namespace        LowCardinality(String) COMMENT 'Its namespace',
    name             String CODEC(ZSTD(1)) COMMENT 'Its name',
    uid              String CODEC(ZSTD(1)) COMMENT 'Its uid',
    group            LowCardinality(String) COMMENT 'Its API group; empty for core kinds',
    id               String CODEC(ZSTD(1)) COMMENT 'Hash of uid, path, epoch and resource version; never moves',
    version          UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'Orders rows of one id',
    path             String CODEC(ZSTD(1)) COMMENT 'Dotted path of the field: spec.replicas',
    old              String CODEC(ZSTD(3)) COMMENT 'Old value as JSON text; empty = absent',
    new              String CODEC(ZSTD(3)) COMMENT 'New value as JSON text; empty = absent',
    manager          LowCardinality(String) COMMENT 'Who: the field\'s manager; empty when unknown',
    operation        LowCardinality(String) COMMENT 'Apply or Update',
    after            Nullable(DateTime64(6, 'UTC')) CODEC(ZSTD(1)) COMMENT 'It happened after this time; null = unknown',
    before           DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'It happened not later than this time',
    resource_version UInt64 CODEC(Delta, ZSTD(1)) COMMENT 'The version of the object that shows it',
    sessions         Array(String) CODEC(ZSTD(3)) COMMENT 'Ids of the sessions it may concern',
    stored_at        DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed',
    INDEX uid uid TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX sessions sessions TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX before before TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, kind, namespace, name, id)
TTL stored_at + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'Changed fields; query the view edits';

CREATE MATERIALIZED VIEW IF NOT EXISTS edits_to_versions TO edit_versions AS
SELECT
    cluster,
    ref.kind AS kind,
    ref.namespace AS namespace,
    ref.name AS name,
    ref.uid AS uid,
    ref.group AS group,
    id,
    version,
    path,
    old,
    new,
    manager,
    operation,
    after,
    before,
    resource_version,
    sessions
FROM edits_in;

CREATE VIEW IF NOT EXISTS edits (
    cluster          LowCardinality(String) COMMENT 'Name of the cluster',
    kind             LowCardinality(String) COMMENT 'Kind of the edited object',
    namespace        LowCardinality(String) COMMENT 'Its namespace',
    name             String COMMENT 'Its name',
    uid              String COMMENT 'Its uid',
    group            LowCardinality(String) COMMENT 'Its API group; empty for core kinds',
    id               String COMMENT 'Hash of uid, path, epoch and resource version; never moves',
    version          UInt64 COMMENT 'Orders rows of one id',
    path             String COMMENT 'Dotted path of the field: spec.replicas',
    old              String COMMENT 'Old value as JSON text; empty = absent',
    new              String COMMENT 'New value as JSON text; empty = absent',
    manager          LowCardinality(String) COMMENT 'Who: the field\'s manager; empty when unknown',
    operation        LowCardinality(String) COMMENT 'Apply or Update',
    after            Nullable(DateTime64(6, 'UTC')) COMMENT 'It happened after this time; null = unknown',
    before           DateTime64(6, 'UTC') COMMENT 'It happened not later than this time',
    resource_version UInt64 COMMENT 'The version of the object that shows it',
    sessions         Array(String) COMMENT 'Ids of the sessions it may concern'
) AS
SELECT
    cluster,
    kind,
    namespace,
    name,
    uid,
    group,
    id,
    version,
    path,
    old,
    new,
    manager,
    operation,
    after,
    before,
    resource_version,
    sessions
FROM edit_versions FINAL
COMMENT 'Changed fields of objects: old, new, who and when';
