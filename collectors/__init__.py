"""One cluster to changes: list, watch, redact, pack. Knows the API of Kubernetes, no engine, no failure."""
