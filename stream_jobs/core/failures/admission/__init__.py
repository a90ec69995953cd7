"""Failures of admission: the API refuses to create what a controller asks for."""
