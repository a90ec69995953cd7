-- What the collectors say of themselves: where they were blind, and how far they are.

CREATE TABLE IF NOT EXISTS gap_versions (
    cluster     LowCardinality(String) COMMENT 'Name of the cluster',
    group       LowCardinality(String) COMMENT 'API group; empty for core kinds',
    resource    LowCardinality(String) COMMENT 'Plural name; * = every resource',
    kind        LowCardinality(String) COMMENT 'Kind',
    since       DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'Blind from here (the collector\'s clock)',
    until       DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'To here (the collector\'s clock)',
    observed_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'When it was known (the collector\'s clock)',
    reason      String CODEC(ZSTD(1)) COMMENT 'Why, in a sentence',
    stored_at   DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed',
    INDEX since since TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(observed_at)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, group, resource, since, until)
TTL stored_at + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'Intervals in which a collector was blind; query the view gaps';

CREATE MATERIALIZED VIEW IF NOT EXISTS changes_to_gaps TO gap_versions AS
SELECT
    cluster,
    group,
    resource,
    kind,
    since,
    until,
    observed_at,
    reason
FROM changes_in
WHERE type = 'gap';

CREATE VIEW IF NOT EXISTS gaps (
    cluster     LowCardinality(String) COMMENT 'Name of the cluster',
    group       LowCardinality(String) COMMENT 'API group; empty for core kinds',
    resource    LowCardinality(String) COMMENT 'Plural name; * = every resource',
    kind        LowCardinality(String) COMMENT 'Kind',
    since       DateTime64(6, 'UTC') COMMENT 'Blind from here (the collector\'s clock)',
    until       DateTime64(6, 'UTC') COMMENT 'To here (the collector\'s clock)',
    observed_at DateTime64(6, 'UTC') COMMENT 'When it was known (the collector\'s clock)',
    reason      String COMMENT 'Why, in a sentence'
) AS
SELECT
    cluster,
    group,
    resource,
    kind,
    since,
    until,
    observed_at,
    reason
FROM gap_versions FINAL
COMMENT 'Intervals in which a collector was blind, and why';

CREATE TABLE IF NOT EXISTS collector_stat_versions (
    cluster     LowCardinality(String) COMMENT 'Name of the cluster',
    group       LowCardinality(String) COMMENT 'API group; empty for core kinds',
    resource    LowCardinality(String) COMMENT 'Plural name',
    kind        LowCardinality(String) COMMENT 'Kind',
    namespace   LowCardinality(String) COMMENT 'Namespace watched; empty = all',
    observed_at DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'When the collector said it (its clock)',
    until       DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'The resource is complete up to here (the collector\'s clock)',
    received    UInt64 CODEC(ZSTD(1)) COMMENT 'Changes received since the last row of this resource',
    dropped     UInt64 CODEC(ZSTD(1)) COMMENT 'Of them, dropped because nothing a person would want changed',
    lag_ms      Int64 CODEC(ZSTD(1)) COMMENT 'How far behind the collector was: observed_at - until, milliseconds',
    stored_at   DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed',
    INDEX observed_at observed_at TYPE minmax GRANULARITY 1
) ENGINE = ReplacingMergeTree(until)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, group, resource, namespace, observed_at)
TTL stored_at + INTERVAL 30 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'Progress of the collectors; query the view collector_stats';

CREATE MATERIALIZED VIEW IF NOT EXISTS changes_to_collector_stats TO collector_stat_versions AS
SELECT
    cluster,
    group,
    resource,
    kind,
    namespace,
    observed_at,
    until,
    received,
    dropped,
    dateDiff('millisecond', until, observed_at) AS lag_ms
FROM changes_in
WHERE type = 'progress';

CREATE VIEW IF NOT EXISTS collector_stats (
    cluster     LowCardinality(String) COMMENT 'Name of the cluster',
    group       LowCardinality(String) COMMENT 'API group; empty for core kinds',
    resource    LowCardinality(String) COMMENT 'Plural name',
    kind        LowCardinality(String) COMMENT 'Kind',
    namespace   LowCardinality(String) COMMENT 'Namespace watched; empty = all',
    observed_at DateTime64(6, 'UTC') COMMENT 'When the collector said it (its clock)',
    until       DateTime64(6, 'UTC') COMMENT 'The resource is complete up to here (the collector\'s clock)',
    received    UInt64 COMMENT 'Changes received since the last row of this resource',
    dropped     UInt64 COMMENT 'Of them, dropped because nothing a person would want changed',
    lag_ms      Int64 COMMENT 'How far behind the collector was: observed_at - until, milliseconds'
) AS
SELECT
    cluster,
    group,
    resource,
    kind,
    namespace,
    observed_at,
    until,
    received,
    dropped,
    lag_ms
FROM collector_stat_versions FINAL
COMMENT 'How far each collector is with each resource, and what it dropped';
