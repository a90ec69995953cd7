"""Every shape that crosses a process: contracts, topics, views of Kubernetes objects, DDL. No I/O."""
