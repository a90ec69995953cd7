"""Machines that are ill or out of reach."""
