"""An object taken apart by two marks is the same as one decoded as a whole, however it is written."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.bodies import UnreadableObjectError
from collectors.lines import read_lines, resource_of
from collectors.observe import Seen, observe
from collectors.parts import take_apart
from collectors.redact import redact
from collectors.resource import Resource
from tests.collectors.objects import EVENTS, NODES, NOW, PODS, see, told

RECORDINGS = Path(__file__).parents[2] / "wakeline" / "recordings"
KINDS = (PODS, NODES, EVENTS, Resource(group="batch", resource="jobs"))
# What the marks are made of, and what could be mistaken for them.
PIECES = st.sampled_from(
    [
        b',"managedFields":[{"manager":',
        b',"managedFields":[{"manager":"x"}]',
        b'},{"manager":',
        b'}]},"',
        b'"}]},"',
        b',"spec":{',
        b',"status":{',
        b',"status":',
        b',"status":{"phase":"Odd"}',
        b',"other":{"status":[]}',
        b'"metadata":{',
        *(bytes([each]) for each in b'"{}[],:\\ \n1'),
    ]
)


@cache
def served() -> list[tuple[Resource, bytes]]:
    """Real objects as an API server wrote them, a few of each kind."""
    found: list[tuple[Resource, bytes]] = []
    for path in sorted(RECORDINGS.glob("*/stream.jsonl.gz")):
        of_file = [
            (resource_of(line), bytes(line.object))
            for _, line in read_lines(path, None)
            if line.type in ("ADDED", "MODIFIED", "DELETED")
        ]
        for kind in KINDS:
            found += [each for each in of_file if each[0].key == kind.key][:40:3]
    return found


def expected(body: bytes) -> Any:
    """Return the object as it must leave the collector."""
    found = orjson.loads(body)
    found["metadata"].pop("managedFields", None)
    redact(found)
    return found


def test_most_objects_of_an_api_server_are_found_by_the_marks() -> None:
    whole = [resource.title for resource, body in served() if not take_apart(body).fields_at]
    assert len(served()) > 100
    assert len(whole) < len(served()) / 10


def other_orders(body: bytes) -> Iterator[bytes]:
    """Write the object in ways an API server does not."""
    found = orjson.loads(body)
    yield orjson.dumps(found, option=orjson.OPT_SORT_KEYS)
    yield orjson.dumps(found, option=orjson.OPT_INDENT_2)
    yield orjson.dumps({name: found[name] for name in reversed(found)})
    metadata = dict(reversed(found["metadata"].items()))
    yield orjson.dumps({**found, "metadata": metadata})


def test_the_order_of_fields_makes_no_difference() -> None:
    for resource, body in served():
        change = see(resource, body)
        assert told(change) == expected(body)
        for other in other_orders(body):
            again = see(resource, other)
            assert told(again) == told(change)
            assert (again.managers, again.actor) == (change.managers, change.actor)
            assert (again.happened_at, again.name, again.uid) == (change.happened_at, change.name, change.uid)


@settings(deadline=None)  # the first example reads the recordings
@given(data=st.data())
def test_what_is_not_as_an_api_server_writes_it_is_read_right_or_refused(data: st.DataObject) -> None:
    resource, body = data.draw(st.sampled_from(served()))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(body)))
        end = start + data.draw(st.sampled_from([0, 0, 0, 1, 5, 200]))
        body = body[:start] + data.draw(PIECES) + body[end:]
    try:
        change = observe(Seen("modified", resource, body, NOW, "lab"))
    except UnreadableObjectError:
        return
    if change is not None:
        kind_is_added = {"kind": change.kind, "apiVersion": "v1"}
        assert {**told(change), **kind_is_added} == {**expected(body), **kind_is_added}


@pytest.mark.parametrize("kind", [PODS, EVENTS, NODES])
def test_a_mark_inside_a_text_is_no_mark(kind: Resource) -> None:
    body = next(body for resource, body in served() if resource.key == kind.key)
    found = orjson.loads(body)
    for text in (',"managedFields":[{"manager":', '}]},"', ',"status":{', '"},{"manager":'):
        found["metadata"]["annotations"] = {"note": text}
        found["metadata"]["managedFields"] = [{"manager": text, "fieldsV1": {f"f:{text}": {}}}] * 2
        found = {"kind": "", "apiVersion": "", **found}
        change = see(kind, orjson.dumps(found))
        assert told(change) == expected(orjson.dumps(found))
        assert [manager.manager for manager in change.managers] == [text, text]
