"""The pages of engines and failures, read from their constants."""

import importlib
import pkgutil
from collections import defaultdict
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import stream_jobs.core.engines
import stream_jobs.core.failures
from stream_jobs.core.engine import Engine
from stream_jobs.core.failure import Failure
from wakeline.reference.markdown import facts, listed, page, paragraphs


def engines() -> str:
    """Return the page of the workflow engines."""
    sections = [
        f"## `{engine.name}`\n\n{paragraphs(module)}\n\n{facts(_engine_facts(engine))}".rstrip()
        for module, engine in _plugins(stream_jobs.core.engines, "ENGINE")
    ]
    return page("Engines", "Whose runs Wakeline recognises as sessions.", *sections)


def failures() -> str:
    """Return the catalogue of failures, by area."""
    areas: dict[str, list[Failure]] = defaultdict(list)
    for module, failure in _plugins(stream_jobs.core.failures, "FAILURE"):
        areas[module.__name__.split(".")[-2]].append(failure)
    count = sum(map(len, areas.values()))
    sections = [
        f"## {area.capitalize()}\n\n" + "\n\n".join(map(_failure, found))
        for area, found in sorted(areas.items())
    ]
    return page(
        "Failures", f"The {count} things that Wakeline can find, where it looks, and what to do.", *sections
    )


def _plugins(package: ModuleType, constant: str) -> Iterator[tuple[ModuleType, Any]]:
    for info in sorted(
        pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda each: each.name
    ):
        if not info.ispkg:
            module = importlib.import_module(info.name)
            yield module, getattr(module, constant)


def _engine_facts(engine: Engine) -> Iterator[tuple[str, str]]:
    yield "kinds", listed(f"`{kind}`" for kind in engine.views)
    yield "inner runs that are its steps", listed(f"`{name}`" for name in engine.absorbs)
    yield "moved by", listed(f"`{name}`" for name in engine.controllers)


def _failure(failure: Failure) -> str:
    known = [
        ("severity", failure.severity),
        ("looks at", listed(f"`{kind}`" for kind in failure.judges)),
        ("needs", listed(f"`{kind}`" for kind in failure.needs)),
        ("leads to", listed(f"`{symptom}`" for symptom in failure.leads_to)),
    ]
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(failure.playbook, 1))
    return f"### `{failure.id}`\n\n**{failure.title}.** {failure.says}\n\n{facts(known)}\n\n{steps}"
