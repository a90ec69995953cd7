"""Failures, one a file. To add one: copy the smallest, and its test."""

import sys
from collections import defaultdict
from functools import cache

from schemas.plugins import load_all
from stream_jobs.core.failure import Failure
from stream_jobs.core.thresholds import Threshold


@cache
def all_failures() -> tuple[Failure, ...]:
    """Every failure of this folder, in file-name order."""
    return load_all(sys.modules[__name__], "FAILURE", Failure)


@cache
def failures_of(key: str) -> tuple[Failure, ...]:
    """The failures that judge a kind."""
    return tuple(each for each in all_failures() if key in each.judges or "*" in each.judges)


@cache
def by_id() -> dict[str, Failure]:
    """Every failure by its id."""
    return {each.id: each for each in all_failures()}


@cache
def thresholds() -> dict[str, Threshold]:
    """Every threshold of every failure by its id."""
    return {each.id: each for failure in all_failures() for each in failure.thresholds}


@cache
def causes_of() -> dict[str, frozenset[str]]:
    """Symptom id -> ids of the failures that lead to it."""
    found: dict[str, set[str]] = defaultdict(set)
    for failure in all_failures():
        for symptom in failure.leads_to:
            found[symptom].add(failure.id)
    return {symptom: frozenset(causes) for symptom, causes in found.items()}
