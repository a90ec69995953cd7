"""Grafana dashboards as code; the built JSON is committed."""
