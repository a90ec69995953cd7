"""The plural under which the API serves a kind, where only the object is at hand."""

from collectors.resource import Resource

_SAME = frozenset({"Endpoints"})


def plural(kind: str) -> str:
    """Return the resource of a kind as the API conventions form it: "Pod" is served as "pods"."""
    word = kind.lower()
    if kind in _SAME:
        return word
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in ("a", "e", "o", "u"):
        return f"{word[:-1]}ies"
    return f"{word}s"


def resource_of(api_version: str, kind: str) -> Resource:
    """Return the resource of an object that says {"apiVersion": api_version, "kind": kind}."""
    group, _, version = api_version.rpartition("/")
    return Resource(group=group, version=version, resource=plural(kind), kind=kind)
