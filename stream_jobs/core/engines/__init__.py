"""Engines, one a file. To add one: copy the smallest, and its test."""

import sys
from functools import cache

from schemas.kubernetes import VIEWS, View
from schemas.plugins import load_all
from stream_jobs.core.engine import Engine
from stream_jobs.core.runs import queues


@cache
def all_engines() -> tuple[Engine, ...]:
    """Every engine of this folder, outermost layer first."""
    return tuple(sorted(load_all(sys.modules[__name__], "ENGINE", Engine), key=lambda each: each.layer))


@cache
def all_views() -> dict[str, type[View]]:
    """The view of each kind that has one: the core kinds', the queues' and the engines'."""
    found = {**VIEWS, **queues.VIEWS}
    for engine in all_engines():
        found.update(engine.views)
    return found
