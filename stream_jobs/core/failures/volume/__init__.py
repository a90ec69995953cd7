"""Failures of volumes: claims, storage classes, attaching and mounting."""
