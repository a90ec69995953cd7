"""Dashboards, one a file. To add one: copy the smallest; everything else finds it."""
