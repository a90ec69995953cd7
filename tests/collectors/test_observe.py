"""One object becomes one Change: owners in brief, the writer, its time, and the object as it was."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from collectors.bodies import UnreadableObjectError
from collectors.observe import Seen, observe
from schemas.contracts import Manager
from tests.collectors.objects import (
    CONFIGMAPS,
    EVENTS,
    JOBS,
    NODES,
    NOW,
    PODS,
    WIDGETS,
    pod,
    see,
    thing,
    told,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{text}").replace(tzinfo=UTC)


def entry(manager: str, time: str | None, fields: dict[str, Any], subresource: str = "") -> dict[str, Any]:
    found = {"manager": manager, "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1"}
    found |= {"time": f"2026-11-24T{time}Z"} if time else {}
    return found | {"fieldsV1": fields} | ({"subresource": subresource} if subresource else {})


OWNERS = [
    entry(
        "kubectl",
        "10:00:00",
        {
            "f:metadata": {"f:labels": {".": {}, "f:team": {}}, "f:annotations": {"f:a": {}}},
            "f:spec": {"f:replicas": {}, "f:template": {"f:spec": {"f:containers": {'k:{"name":"x"}': {}}}}},
        },
    ),
    entry("scaler", "11:00:00", {"f:spec": {"f:replicas": {}}}, "scale"),
    entry("kubelet", "11:30:00", {"f:status": {"f:conditions": {".": {}}, "f:phase": {}}}, "status"),
    entry("events", "09:00:00", {"f:count": {}, "f:message": {}}),
]


def test_owners_are_kept_in_brief_and_cut_out_of_the_object() -> None:
    change = see(JOBS, thing(JOBS, metadata={"managedFields": OWNERS}, spec={"parallelism": 2}))
    assert change.managers[:2] == (
        Manager(
            manager="kubectl",
            operation="Update",
            time=at("10:00:00"),
            fields=("metadata.labels", "metadata.annotations", "spec.replicas", "spec.template"),
        ),
        Manager(
            manager="scaler",
            operation="Update",
            subresource="scale",
            time=at("11:00:00"),
            fields=("spec.replicas",),
        ),
    )
    assert change.managers[2].fields == ("status.conditions", "status.phase")
    assert change.managers[3].fields == ("count", "message")
    assert told(change) == thing(JOBS, spec={"parallelism": 2})


@pytest.mark.parametrize("place", [0, 1, 4])
def test_owners_are_cut_out_wherever_they_stand(place: int) -> None:
    metadata = [*thing(PODS)["metadata"].items()]
    metadata.insert(place, ("managedFields", OWNERS))
    body = {**pod(), "metadata": dict(metadata)}
    for text in (orjson.dumps(body), orjson.dumps(body, option=orjson.OPT_INDENT_2)):
        change = see(PODS, text)
        assert told(change) == pod()
        assert b"\n" not in bytes(change.object)
        assert len(change.managers) == 4


def test_a_text_that_speaks_of_owners_is_no_owner() -> None:
    note = 'has "managedFields":[] in it'
    change = see(PODS, pod(metadata={"annotations": {"note": note}, "managedFields": OWNERS}))
    assert told(change)["metadata"]["annotations"]["note"] == note


def test_the_actor_is_the_newest_writer_that_is_not_to_status() -> None:
    body = thing(JOBS, metadata={"managedFields": OWNERS})
    assert see(JOBS, body).actor == "scaler"
    assert see(JOBS, body, "deleted").actor == ""
    assert see(JOBS, thing(JOBS)).actor == ""


CREATED = {"creationTimestamp": "2026-11-24T09:00:00Z"}


def ended(**times: str | None) -> dict[str, Any]:
    state = {"exitCode": 137, "reason": "ContainerStatusUnknown", **times}
    return {"containerStatuses": [{"name": "main", "state": {"terminated": state}}]}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(pod(metadata=CREATED), at("09:00:00"), id="creation"),
        pytest.param(
            pod(
                metadata=CREATED
                | {"deletionTimestamp": "2026-11-24T10:00:30Z", "deletionGracePeriodSeconds": 30}
            ),
            at("10:00:00"),
            id="deletionTimestamp lies in the future by the grace period",
        ),
        pytest.param(
            pod(
                metadata=CREATED,
                status=ended(startedAt="1970-01-01T00:00:00Z", finishedAt="2026-11-24T09:10:00Z"),
            ),
            at("09:10:00"),
            id="StartError started in 1970",
        ),
        pytest.param(
            pod(metadata={}, status=ended(startedAt="1970-01-01T00:00:00Z")), None, id="never 1970 itself"
        ),
        pytest.param(
            pod(metadata=CREATED, status=ended(startedAt=None, finishedAt=None)),
            at("09:00:00"),
            id="ContainerStatusUnknown has null times",
        ),
        pytest.param(
            pod(
                metadata=CREATED,
                status={"conditions": [{"type": "Ready", "lastTransitionTime": "2026-11-24T09:30:00Z"}]},
            ),
            at("09:30:00"),
            id="condition",
        ),
        pytest.param(
            pod(metadata=CREATED | {"managedFields": OWNERS}), at("11:30:00"), id="newest write, of anything"
        ),
        pytest.param(
            pod(
                metadata={"creationTimestamp": "2026-11-24T09:00:00Z"},
                status={"startTime": "2026-11-24T09:00:00.250000Z"},
            ),
            at("09:00:00.250"),
            id="fractions come after whole seconds",
        ),
        pytest.param(pod(metadata={"creationTimestamp": None}), None, id="null"),
        pytest.param(pod(metadata={"creationTimestamp": "soon"}), None, id="no time at all"),
    ],
)
def test_the_time_of_a_pod(body: dict[str, Any], expected: datetime | None) -> None:
    assert see(PODS, body).happened_at == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {
                "series": {"count": 3, "lastObservedTime": "2026-11-24T10:05:00.000001Z"},
                "lastTimestamp": "2026-11-24T10:09:00Z",
            },
            at("10:05:00.000001"),
        ),
        ({"lastTimestamp": "2026-11-24T10:04:00Z", "firstTimestamp": "2026-11-24T10:00:00Z"}, at("10:04:00")),
        (
            {
                "lastTimestamp": None,
                "firstTimestamp": None,
                "eventTime": "2026-11-24T10:03:00.5Z",
                "source": {},
            },
            at("10:03:00.5"),
        ),
        ({"firstTimestamp": "2026-11-24T10:02:00Z", "eventTime": None, "series": None}, at("10:02:00")),
        ({}, at("09:00:00")),
    ],
)
def test_the_time_of_an_event_is_its_first_that_is_not_null(
    fields: dict[str, Any], expected: datetime
) -> None:
    assert see(EVENTS, thing(EVENTS, metadata=CREATED, **fields)).happened_at == expected


def test_a_heartbeat_is_no_time_of_a_node() -> None:
    beat = {
        "type": "Ready",
        "lastHeartbeatTime": "2026-11-24T11:59:00Z",
        "lastTransitionTime": "2026-11-24T09:05:00Z",
    }
    body = thing(NODES, metadata=CREATED, status={"conditions": [beat]})
    assert see(NODES, body).happened_at == at("09:05:00")


def test_a_custom_kind_with_another_idea_of_status_is_taken_as_it_is() -> None:
    body = thing(WIDGETS, metadata=CREATED, status={"conditions": "fine", "startTime": 12})
    change = see(WIDGETS, body)
    assert told(change) == body
    assert change.happened_at == at("09:00:00")


def test_an_item_of_a_list_gets_the_kind_of_its_list() -> None:
    body = {name: value for name, value in thing(WIDGETS).items() if name not in ("kind", "apiVersion")}
    change = see(WIDGETS, body, "listed")
    assert (change.kind, change.version, change.group) == ("Widget", "v1alpha1", "example.com")
    assert told(change) == thing(WIDGETS)


def test_what_identifies_no_object_is_none() -> None:
    assert observe(Seen("added", PODS, b'{"metadata":{"name":"a"}}', NOW, "lab")) is None


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"metadata":1}', b'{"metadata":{"uid":"x"', b"\xff"])
def test_what_is_no_object_says_so(body: bytes) -> None:
    with pytest.raises(UnreadableObjectError, match="expected an object with metadata"):
        observe(Seen("added", PODS, body, NOW, "lab"))


def test_the_resource_version_is_a_number_and_zero_where_there_is_none() -> None:
    assert see(PODS, pod(version=42)).resource_version == 42
    assert see(PODS, pod(metadata={"resourceVersion": None})).resource_version == 0
    assert see(PODS, pod(metadata={"resourceVersion": "opaque"})).resource_version == 0


@pytest.mark.parametrize("levels", [300, 2000])
def test_an_object_that_is_nested_too_deeply_is_refused_in_one_sentence(levels: int) -> None:
    inside = b'{"a":' * levels + b"1" + b"}" * levels
    head = b'{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","uid":"u"},"data":'
    seen = Seen(verb="listed", resource=CONFIGMAPS, body=head + inside + b"}", observed_at=NOW, cluster="c")
    with pytest.raises(UnreadableObjectError, match="nested at most 200 levels"):
        observe(seen)
