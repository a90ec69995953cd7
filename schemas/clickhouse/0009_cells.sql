-- Where the embedded mode keeps what the correlator remembers. In a fleet Kafka's changelog does, and this
-- table stays empty.

CREATE TABLE IF NOT EXISTS cells (
    cluster LowCardinality(String) COMMENT 'Name of the cluster',
    key     String COMMENT 'Name of the entry inside the cell' CODEC(ZSTD(1)),
    version UInt64 COMMENT 'Orders writes of one entry',
    deleted Bool COMMENT 'The entry is gone',
    value   String COMMENT 'The entry, as the correlator wrote it' CODEC(ZSTD(1))
) ENGINE = ReplacingMergeTree(version)
ORDER BY (cluster, key)
COMMENT 'State of the correlator in the embedded mode';
