"""Which kinds a cluster serves, custom ones too, and which of them are collected."""

from collections.abc import AsyncIterator, Sequence
from fnmatch import fnmatchcase
from typing import Any

import aiohttp
import orjson

from collectors.access import Access, RefusedError
from collectors.metadata_only import SECRETS
from collectors.resource import Resource
from collectors.settings import CollectSettings

_SECONDS = 30.0


class Discovered:
    """What one discovery found: `resources`, and `failed`, the groups that did not answer."""

    def __init__(self) -> None:
        self.resources: dict[tuple[str, str], Resource] = {}
        self.failed: dict[str, str] = {}  # group: why


async def discover(access: Access, settings: CollectSettings) -> Discovered:
    """Ask the API server for every kind that can be listed and watched and that the settings ask for.

    A group that does not answer (an aggregated API that is down) is named in `failed`; the rest is found.
    Raises RefusedError or aiohttp.ClientError where the API server itself does not answer.
    """
    found = Discovered()
    async for group, version, path in _versions(access):
        try:
            served = await _get(access, path)
        except (RefusedError, aiohttp.ClientError, TimeoutError) as error:
            found.failed[group] = str(error)
            continue
        for resource in _resources(group, version, served):
            if is_collected(resource, settings):
                found.resources.setdefault(resource.key, resource)
    return found


def is_collected(resource: Resource, settings: CollectSettings) -> bool:
    """Whether the settings ask for a kind; Secrets are not collected by a pattern alone."""
    allowed = settings.secrets or resource.key != SECRETS
    return allowed and wanted(resource, settings.include, settings.exclude)


def wanted(resource: Resource, include: Sequence[str], exclude: Sequence[str]) -> bool:
    """Whether a kind is to be collected: in `include` (or that is empty), and not in `exclude`."""
    return (not include or matches(resource, include)) and not matches(resource, exclude)


def matches(resource: Resource, patterns: Sequence[str]) -> bool:
    """Whether "group/resource" matches one of the patterns; the core group is "core", or may be left out."""
    name = f"{resource.group or 'core'}/{resource.resource}"
    return any(fnmatchcase(name, pattern if "/" in pattern else f"core/{pattern}") for pattern in patterns)


async def _versions(access: Access) -> AsyncIterator[tuple[str, str, str]]:
    """Yield (group, version, path); of each group the preferred version first."""
    for version in (await _get(access, "/api")).get("versions", []):
        yield "", version, f"/api/{version}"
    for group in (await _get(access, "/apis")).get("groups", []):
        preferred = group.get("preferredVersion", {}).get("version")
        versions = [each["version"] for each in group.get("versions", [])]
        for version in sorted(versions, key=lambda each: each != preferred):
            yield group["name"], version, f"/apis/{group['name']}/{version}"


async def _get(access: Access, path: str) -> dict[str, Any]:
    async with access.get(path, {}, _SECONDS) as response:
        found: dict[str, Any] = orjson.loads(await response.read())
    return found


def _resources(group: str, version: str, served: dict[str, Any]) -> list[Resource]:
    return [
        Resource(
            group=group,
            version=version,
            resource=each["name"],
            kind=each.get("kind", ""),
            namespaced=bool(each.get("namespaced")),
        )
        for each in served.get("resources") or []
        if "/" not in each["name"] and {"list", "watch"} <= set(each.get("verbs") or [])
    ]
