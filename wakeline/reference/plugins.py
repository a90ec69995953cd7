"""The page of engines, read from their constants."""

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import stream_jobs.core.engines
from stream_jobs.core.engine import Engine
from wakeline.reference.markdown import facts, listed, page, paragraphs


def engines() -> str:
    """Return the page of the workflow engines."""
    sections = [
        f"## `{engine.name}`\n\n{paragraphs(module)}\n\n{facts(_engine_facts(engine))}".rstrip()
        for module, engine in _plugins(stream_jobs.core.engines, "ENGINE")
    ]
    return page("Engines", "Whose runs Wakeline recognises as sessions.", *sections)


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
