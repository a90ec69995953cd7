"""Pods that failed, were removed or cannot go."""
