"""How a container starts, runs and ends."""
