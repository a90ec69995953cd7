-- What could not be taken, and why.

CREATE TABLE IF NOT EXISTS dead_letters_in (
    v         UInt16 COMMENT 'Version of the contract',
    cluster   LowCardinality(String) COMMENT 'Name of the cluster',
    stage     LowCardinality(String) COMMENT 'Who could not take it: collect, correlate or store',
    topic     LowCardinality(String) COMMENT 'Topic it came from; empty = none',
    partition Int32 COMMENT 'Partition; -1 = none',
    offset    Int64 COMMENT 'Offset of its record; -1 = none',
    at        DateTime64(6, 'UTC') COMMENT 'When (the clock of who could not take it)',
    reason    String COMMENT 'Why',
    body      String COMMENT 'The record or line, at most 64 KiB, undecodable bytes escaped',
    CONSTRAINT known_version CHECK v = 1,
    CONSTRAINT names_a_stage CHECK stage != '',
    CONSTRAINT has_a_reason CHECK reason != ''
) ENGINE = Null
COMMENT 'Takes the lines of the topic wakeline.dead-letters as they are; stores nothing itself';

CREATE TABLE IF NOT EXISTS dead_letter_versions (
    cluster   LowCardinality(String) COMMENT 'Name of the cluster',
    stage     LowCardinality(String) COMMENT 'Who could not take it: collect, correlate or store',
    topic     LowCardinality(String) COMMENT 'Topic it came from; empty = none',
    partition Int32 CODEC(ZSTD(1)) COMMENT 'Partition; -1 = none',
    offset    Int64 CODEC(ZSTD(1)) COMMENT 'Offset of its record; -1 = none',
    at        DateTime64(6, 'UTC') CODEC(Delta, ZSTD(1)) COMMENT 'When (the clock of who could not take it)',
    reason    String CODEC(ZSTD(1)) COMMENT 'Why',
    body      String CODEC(ZSTD(3)) COMMENT 'The record or line, at most 64 KiB, undecodable bytes escaped',
    body_hash UInt64 MATERIALIZED cityHash64(body) CODEC(ZSTD(1)) COMMENT 'Tells lines of one record apart',
    stored_at DateTime DEFAULT now() CODEC(Delta, ZSTD(1)) COMMENT 'When the store took this row; retention and partitions count from here, so old recordings can be replayed'
) ENGINE = ReplacingMergeTree(at)
PARTITION BY toYYYYMM(stored_at)
ORDER BY (cluster, stage, topic, partition, offset, body_hash)
TTL stored_at + INTERVAL 400 DAY
SETTINGS non_replicated_deduplication_window = 1000, ttl_only_drop_parts = 1
COMMENT 'What could not be taken; query the view dead_letters';

CREATE MATERIALIZED VIEW IF NOT EXISTS dead_letters_to_versions TO dead_letter_versions AS
SELECT
    cluster,
    stage,
    topic,
    partition,
    offset,
    at,
    reason,
    body
FROM dead_letters_in;

CREATE VIEW IF NOT EXISTS dead_letters (
    cluster   LowCardinality(String) COMMENT 'Name of the cluster',
    stage     LowCardinality(String) COMMENT 'Who could not take it: collect, correlate or store',
    topic     LowCardinality(String) COMMENT 'Topic it came from; empty = none',
    partition Int32 COMMENT 'Partition; -1 = none',
    offset    Int64 COMMENT 'Offset of its record; -1 = none',
    at        DateTime64(6, 'UTC') COMMENT 'When (the clock of who could not take it)',
    reason    String COMMENT 'Why',
    body      String COMMENT 'The record or line, at most 64 KiB, undecodable bytes escaped'
) AS
SELECT
    cluster,
    stage,
    topic,
    partition,
    offset,
    at,
    reason,
    body
FROM dead_letter_versions FINAL
COMMENT 'Records and lines that could not be taken, and why';
