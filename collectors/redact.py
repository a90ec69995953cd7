"""Secrets out, before anything leaves the process: values go, names stay, so that changes can be told."""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import orjson

from collectors.patterns import (
    MARK,
    announces_secret,
    field_is_secret,
    names_a_secret,
    scrub_text,
)
from collectors.views import read_pod_spec

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # a second copy of the whole object
_DIGEST = re.compile(r"sha256:[0-9a-f]{12}")
_HARMLESS = frozenset({"", "true", "false", "True", "False"})


class _Known(set[str]):
    """Strings that were found harmless before; emptied when full, so that memory is bounded."""

    __slots__ = ()

    def remember(self, text: str) -> None:
        if len(self) >= 16_384:
            self.clear()
        if len(text) <= 1024:
            self.add(text)


_clean_texts = _Known(_HARMLESS)  # versions of one object repeat nearly all of their strings
_plain_names = _Known()
_MOST_SECTIONS = 65_536
_clean_sections: set[int] = set()  # hashes of JSON, good for this process
_clean_pod_specs: set[int] = {hash(b"")}  # hashes of whole specs, whose other fields were not looked at


def texts_hold_secret(texts: Sequence[str | None]) -> bool:
    """Whether `redact` would change one of the texts."""
    for text in texts:  # noqa: SIM110 - any() with a generator costs twice as much
        if text and text not in _clean_texts and _scrub(text) != text:
            return True
    return False


def sections_hold_secret(sections: Sequence[tuple[str, msgspec.Raw]]) -> bool:
    """Whether `redact` would change one of an object's fields (metadata's labels and annotations among them).

    Most were found clean in an earlier version of the object, or in another one of the same owner.
    """
    for name, section in sections:
        text = bytes(section)
        if (hash(text) not in _clean_sections or name not in _plain_names) and not _is_clean(name, text):
            return True
    return False


def pod_spec_holds_secret(spec: bytes) -> bool:
    """Whether `redact` may change the spec of a pod; nearly all versions of one pod have the same."""
    if hash(spec) in _clean_pod_specs:
        return False
    try:
        read = read_pod_spec(spec)
    except msgspec.DecodeError:  # no spec of a pod, or not only one: `redact` looks at everything
        return True
    if read and sections_hold_secret(read.sections()):
        return True
    _remember(_clean_pod_specs, spec)
    return False


def _remember(clean: set[int], text: bytes) -> None:
    if len(clean) >= _MOST_SECTIONS:
        clean.clear()
    clean.add(hash(text))


def _is_clean(name: str, section: bytes) -> bool:
    fields = {name: orjson.loads(section)}
    if name == "annotations" and LAST_APPLIED in (fields[name] or ()):
        return False
    if _scrub_fields(fields):
        return False
    if not field_is_secret(name):
        _plain_names.remember(name)
    _remember(_clean_sections, section)
    return True


def redact(body: dict[str, Any]) -> None:
    """Redact an object in place.

    Secrets keep their keys with null values, ConfigMaps get a digest for each value.
    """
    metadata = body.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict):
        annotations.pop(LAST_APPLIED, None)
    if body.get("kind") == "Secret":
        _each_value(body, ("data", "stringData"), lambda _: None)
    elif body.get("kind") == "ConfigMap":
        _each_value(body, ("data", "binaryData"), _digest)
    _scrub_fields(body)


def for_recording(body: dict[str, Any]) -> bytes:
    """Return the object as a recording keeps it: redacted, ConfigMaps without even a digest of a value."""
    redact(body)
    if body.get("kind") == "ConfigMap":
        _each_value(body, ("data", "binaryData"), lambda _: None)
    return orjson.dumps(body)


def _each_value(
    body: dict[str, Any], fields: tuple[str, ...], stands_for: Callable[[object], object]
) -> None:
    for field in fields:
        values = body.get(field)
        if isinstance(values, dict):
            body[field] = {name: stands_for(value) for name, value in values.items()}
        elif values is not None:
            body[field] = None  # not what the API allows: keep nothing of it


def _digest(value: object) -> str | None:
    """A change of the value can be seen in its digest, the value cannot. Null (a recording) stays null."""
    if value is None:
        return None
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if _DIGEST.fullmatch(text) else f"sha256:{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _scrub_fields(fields: dict[str, Any]) -> bool:
    """Scrub a JSON object in place; return whether anything changed."""
    changed = False
    for name, value in fields.items():
        if type(value) is str:
            if (value not in _clean_texts or name not in _plain_names) and (
                new := _named(name, value)
            ) != value:
                fields[name] = new
                changed = True
        elif type(value) is dict:
            changed |= _scrub_fields(value)
        elif type(value) is list and value:
            changed |= _scrub_items(value)
    return ("value" in fields and _scrub_literal(fields)) or changed


def _scrub_literal(fields: dict[str, Any]) -> bool:
    """Scrub `value` of {"name": ..., "value": ...}: a variable, a parameter, a header."""
    value = fields["value"]
    name = fields.get("name")
    if type(name) is not str or value is None or value == MARK or str(value) in _HARMLESS:
        return False
    if names_a_secret(name):
        fields["value"] = MARK
        return True
    return False


def _scrub_items(items: list[Any]) -> bool:
    changed = announced = False
    for index, value in enumerate(items):
        if type(value) is str:
            new = MARK if announced and not value.startswith("--") else _scrub(value)
            if new != value:
                items[index] = new
                changed = True
            announced = announces_secret(value)
        elif type(value) is dict:
            changed |= _scrub_fields(value)
        elif type(value) is list:
            changed |= _scrub_items(value)
    return changed


def _named(name: str, value: str) -> str:
    if value in _HARMLESS or value == MARK:
        return value
    if field_is_secret(name):
        return MARK
    _plain_names.remember(name)
    return _scrub(value)


def _scrub(text: str) -> str:
    if text in _clean_texts:
        return text
    scrubbed = _scrub_document(text) if text[:1] in ("{", "[") else None
    if scrubbed is None:
        scrubbed = scrub_text(text)
    if scrubbed == text:
        _clean_texts.remember(text)
    return scrubbed


def _scrub_document(text: str) -> str | None:
    """Scrub JSON inside a string (a template in an annotation or a variable); None where it is no JSON."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if isinstance(document, dict):
        changed = _scrub_fields(document)
    else:
        changed = isinstance(document, list) and _scrub_items(document)
    return orjson.dumps(document).decode() if changed else text
