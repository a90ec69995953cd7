"""Every shape that crosses a process: contracts, topics, views of Kubernetes objects, the ClickHouse DDL. No I/O."""
