"""The cluster as a whole: its central programs, its zones, its load."""
