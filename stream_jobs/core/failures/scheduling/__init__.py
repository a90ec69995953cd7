"""Failures of scheduling: a pod finds no node, or loses it to another pod."""
