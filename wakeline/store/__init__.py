"""The embedded store: ClickHouse as a library, one owning process, and its HTTP protocol for all others."""
