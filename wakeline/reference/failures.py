"""The catalogue of failures: one page of all, one page each, which an anomaly's `runbook` names."""

import pkgutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from functools import cache

import stream_jobs.core.failures
from stream_jobs.core.failure import Failure
from stream_jobs.core.failures import all_failures, by_id, causes_of
from stream_jobs.core.quantities import say_span
from stream_jobs.core.thresholds import Threshold
from wakeline.reference.markdown import facts, listed, page, table

_EVERY = "every kind that was refused something, or tells of it in its events"


def failures() -> str:
    """Return the page of all failures, by area."""
    areas: dict[str, list[Failure]] = defaultdict(list)
    for failure in all_failures():
        areas[_areas()[failure.id]].append(failure)
    sections = [
        f"## {area.capitalize().replace('_', ' ')}\n\n"
        + table(("failure", "what it is", "severity"), map(_row, sorted(found, key=lambda each: each.id)))
        for area, found in sorted(areas.items())
    ]
    count = len(all_failures())
    return page("Failures", f"The {count} things that Wakeline can find. Each has its page.", *sections)


def failure_pages() -> dict[str, str]:
    """Return the page of each failure, by its id."""
    return {failure.id: _page(failure) for failure in all_failures()}


def thresholds() -> str:
    """Return the page of the thresholds."""
    rows = [
        (f"`{each.id}`", _value(each), each.says)
        for failure in sorted(all_failures(), key=lambda each: each.id)
        for each in failure.thresholds
    ]
    intro = (
        "How long is too long, and how much too much, where nothing else says so. Set them with "
        "`--threshold NAME=VALUE` of `wakeline watch`, `replay`, `explain` and `correlate`, as in\n"
        "`wakeline watch --threshold pod-stuck-terminating.patience=5m`."
    )
    return page("Thresholds", intro, table(("name", "default", "why"), rows))


@cache
def _areas() -> dict[str, str]:
    """Return the folder of each failure's file, by id."""
    package = stream_jobs.core.failures
    modules = [
        each.name.split(".") for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]
    return {name[-1].replace("_", "-"): name[-2] for name in modules}


def _row(failure: Failure) -> tuple[str, str, str]:
    return _link(failure.id, "../failures/"), f"**{failure.title}.** {failure.says}", failure.severity


def _link(failure: str, folder: str = "") -> str:
    return f"[`{failure}`]({folder}{failure}.md)" if failure in by_id() else f"`{failure}`"


def _page(failure: Failure) -> str:
    causes = sorted(causes_of().get(failure.id, ()))
    kinds = _EVERY if "*" in failure.judges else listed(f"`{kind}`" for kind in failure.judges)
    known = (
        ("id", f"`{failure.id}`"),
        ("severity", f"{failure.severity}, more or less by what waits for it"),
        ("found on", kinds),
        ("needs", listed(f"`{kind}`" for kind in failure.needs)),
    )
    sections = {
        "What it means": failure.says,
        "What you see": failure.sees,
        "How to make sure": _items("-", failure.confirm),
        "What to do": _items("1.", failure.playbook),
        "What usually causes it": _items("-", map(_link, causes))
        or "Nothing else in this list: look here first.",
        "What it causes": _items("-", (_link(each) for each in failure.leads_to if each in by_id())),
        "What can be set": facts((f"`{each.id}`, {_value(each)}", each.says) for each in failure.thresholds),
    }
    told = [f"## {title}\n\n{text}" for title, text in sections.items() if text]
    return page(failure.title, facts(known), *told)


def _items(sign: str, texts: Iterable[str]) -> str:
    return "\n".join(f"{sign} {text}" for text in texts)


def _value(threshold: Threshold) -> str:
    default = threshold.default
    return say_span(default) if isinstance(default, timedelta) else f"{default:g}"
