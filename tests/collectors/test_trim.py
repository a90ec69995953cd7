"""Objects that are too large for a record keep what tells them apart, and say what they lack."""

from typing import Any

import pytest

from collectors.packing import LARGEST_LINE_BYTES, Packer
from collectors.trim import TRIMMED, smaller, trim
from schemas.codec import pack, unpack
from schemas.contracts import Change
from schemas.topics import MAX_RECORD_BYTES
from tests.collectors.objects import WIDGETS, see, thing, told


@pytest.mark.parametrize(
    "large",
    [
        {"status": {"nodes": {"a": "x" * 11_000_000}, "phase": "Failed"}},
        {"metadata": {"annotations": {"template": "x" * 11_000_000}}, "status": {"phase": "Failed"}},
        {"items": ["x" * 6_000_000] * 2, "status": {"phase": "Failed"}},
        {"spec": {str(n): "x" * 1_000_000 for n in range(30)}, "status": {"phase": "Failed"}},
    ],
)
def test_an_object_that_no_record_can_hold_is_trimmed_with_a_mark(large: dict[str, Any]) -> None:
    packer = Packer()
    records = packer.add(see(WIDGETS, thing(WIDGETS, 7, **large)), 0.0) + packer.close()
    assert all(len(record) < MAX_RECORD_BYTES for record in records)
    (found,) = (each for record in records for each in unpack(record))
    assert isinstance(found, Change)
    assert (found.name, found.uid, found.resource_version) == ("one", "uid-one", 7)
    assert told(found)["status"]["phase"] == "Failed"
    assert told(found)["metadata"]["annotations"][TRIMMED]


def test_trimming_leaves_out_the_largest_first_and_says_which() -> None:
    spec = {"small": "s", "large": "x" * 5000, "larger": "y" * 9000}
    found = told(trim(see(WIDGETS, thing(WIDGETS, spec=spec)), 2000))
    assert found["spec"] == {"small": "s"}
    assert found["metadata"]["annotations"][TRIMMED] == "spec.larger, spec.large"
    assert LARGEST_LINE_BYTES < MAX_RECORD_BYTES


def trimmed(most_bytes: int, **fields: Any) -> dict[str, Any]:
    found = trim(see(WIDGETS, thing(WIDGETS, **fields)), most_bytes)
    assert found is not None
    assert len(pack([found])) <= most_bytes
    return told(found)


def test_annotations_are_left_out_before_anything_else() -> None:
    fields = {"metadata": {"annotations": {"a": "x" * 3000, "b": "small"}}, "spec": {"text": "y" * 9000}}
    found = trimmed(12_000, **fields)
    assert found["metadata"]["annotations"] == {"b": "small", TRIMMED: "metadata.annotations.a"}
    assert found["spec"] == {"text": "y" * 9000}


def test_a_text_deep_inside_goes_alone() -> None:
    containers = [{"name": "main", "args": ["run", "x" * 9000]}, {"name": "sidecar"}]
    found = trimmed(4000, spec={"template": {"containers": containers}})
    assert found["spec"]["template"]["containers"] == [
        {"name": "main", "args": ["run", ""]},
        {"name": "sidecar"},
    ]
    assert found["metadata"]["annotations"][TRIMMED] == "spec.template.containers.0.args.1"


def test_lists_and_maps_of_many_small_entries_go_as_a_whole() -> None:
    nodes = {f"node-{n}": {"phase": "Succeeded"} for n in range(1000)}
    found = trimmed(4000, spec={"items": list(range(5000))}, status={"nodes": nodes, "phase": "Failed"})
    assert found["spec"] == {}
    assert found["status"] == {"phase": "Failed"}
    assert found["metadata"]["annotations"][TRIMMED] == "spec.items, status.nodes"


def test_what_cannot_be_told_apart_without_is_never_left_out() -> None:
    labels = {f"label-{n}": "x" * 50 for n in range(100)}
    assert trim(see(WIDGETS, thing(WIDGETS, metadata={"labels": labels})), 3000) is None


def test_a_refused_record_is_halved_then_its_object_trimmed_then_given_up() -> None:
    changes = [see(WIDGETS, thing(WIDGETS, n, spec={"text": "x" * 6000 * n})) for n in (1, 2, 3)]
    halves = smaller(pack(changes))
    assert halves == [pack(changes[:1]), pack(changes[1:])]
    (less,) = smaller(halves[0]) or []
    (found,) = unpack(less)
    assert isinstance(found, Change)
    assert found.resource_version == 1
    assert told(found)["metadata"]["annotations"][TRIMMED] == "spec.text"
    assert smaller(less) is None
    assert smaller(b"no line of ours\n") is None
