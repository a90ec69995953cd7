"""No secret leaves the collector; names and shapes stay, so that a change can still be told."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.patterns import _SHAPES, _TEXTS, shows_sign
from schemas.codec import pack
from tests.collectors.objects import (
    CONFIGMAPS,
    EVENTS,
    JOBS,
    PODS,
    SECRETS,
    WIDGETS,
    pod,
    see,
    thing,
    told,
)

MARK = "[redacted]"
CANARY = st.text("abcdefghijkmnopqrstuvwxyz23456789", min_size=12, max_size=24).map("canary".__add__)
NAMES = st.sampled_from(
    [
        "PASSWORD",
        "DB_PASSWORD",
        "API_TOKEN",
        "aws_secret_access_key",
        "SSH_KEY",
        "CREDENTIALS",
        "Authorization",
    ]
)
SHAPES = st.sampled_from(
    [
        "postgres://app:{}@db.example/app",
        "https://{}@git.example/repo.git",
        "Authorization: Bearer {}",
        "curl -H 'authorization: bearer {}' https://x.example",
        "eyJhbGciOi.{}.sig",
        "-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n{}",
        "export DB_PASSWORD={}; run",
        "run --api-token {} --verbose",
        "run --password={}",
        'login failed for {{"user":"me","password":"{}"}}',
        "the password: {}",
        "ghp_{}0000000000",
        "curl -u me:{} https://x.example",
    ]
)


def test_every_value_of_a_secret_goes_and_every_key_stays() -> None:
    change = see(
        SECRETS, thing(SECRETS, data={"user": "bWU=", "password": "aHVudGVy"}, stringData={"x": "plain"})
    )
    assert told(change)["data"] == {"user": None, "password": None}
    assert told(change)["stringData"] == {"x": None}


def test_a_config_map_shows_that_a_value_changed_but_not_the_value() -> None:
    before = told(see(CONFIGMAPS, thing(CONFIGMAPS, data={"rate": "0.1", "none": None})))["data"]
    after = told(see(CONFIGMAPS, thing(CONFIGMAPS, data={"rate": "0.2", "none": None})))["data"]
    assert before["rate"] != after["rate"]
    assert before["rate"].startswith("sha256:")
    assert len(before["rate"]) == len("sha256:") + 12
    assert before["none"] is None
    assert told(see(CONFIGMAPS, thing(CONFIGMAPS, data=before)))["data"] == before


@given(name=NAMES, canary=CANARY)
def test_a_literal_with_the_name_of_a_secret_is_redacted(name: str, canary: str) -> None:
    spec = {"template": {"spec": {"containers": [{"env": [{"name": name, "value": canary}]}]}}}
    for change in (
        see(PODS, pod(env=[{"name": name, "value": canary}])),
        see(JOBS, thing(JOBS, spec=spec)),
        see(WIDGETS, thing(WIDGETS, spec={"arguments": {"parameters": [{"name": name, "value": canary}]}})),
    ):
        assert canary.encode() not in pack([change])
        assert name.encode() in pack([change])


@given(shape=SHAPES, canary=CANARY)
def test_whatever_looks_like_a_secret_is_redacted_wherever_it_stands(shape: str, canary: str) -> None:
    text = shape.format(canary)
    for change in places(text):
        assert canary.encode() not in pack([change]), text


def places(text: str) -> list[Any]:
    ended = {"terminated": {"exitCode": 1, "message": text}}
    nested = orjson.dumps({"container": {"args": [text]}}).decode()
    return [
        see(PODS, pod(env=[{"name": "PLAIN", "value": text}])),
        see(PODS, pod(args=["sh", "-c", text])),
        see(PODS, pod(command=[text])),
        see(PODS, pod(livenessProbe={"exec": {"command": ["sh", "-c", text]}})),
        see(PODS, pod(metadata={"annotations": {"note": text}})),
        see(PODS, pod(metadata={"annotations": {"template": nested}})),
        see(PODS, pod(status={"containerStatuses": [{"name": "main", "state": ended}]})),
        see(PODS, pod(status={"initContainerStatuses": [{"name": "main", "lastState": ended}]})),
        see(PODS, pod(status={"conditions": [{"type": "Ready", "message": text}]})),
        see(EVENTS, thing(EVENTS, message=text, involvedObject={"kind": "Pod", "name": "one"})),
        see(JOBS, thing(JOBS, spec={"template": {"spec": {"containers": [{"args": [text]}]}}})),
        see(WIDGETS, thing(WIDGETS, status={"nodes": {"a": {"message": text}}})),
    ]


@given(canary=CANARY)
def test_an_argument_after_a_flag_that_asks_for_a_secret_is_redacted(canary: str) -> None:
    for flag in ("--password", "--api-token", "-u", "--client-secret"):
        change = see(PODS, pod(args=[flag, canary, "--verbose"]))
        assert told(change)["spec"]["containers"][0]["args"] == [flag, MARK, "--verbose"]


@given(canary=CANARY)
def test_a_field_named_as_a_secret_is_redacted_even_where_its_text_was_seen_before(canary: str) -> None:
    see(WIDGETS, thing(WIDGETS, spec={"title": canary}, token={"kind": "opaque"}))
    change = see(WIDGETS, thing(WIDGETS, spec={"token": canary, "nested": [{"adminPassword": canary}]}))
    assert canary.encode() not in pack([change])


def test_the_second_copy_that_kubectl_apply_leaves_is_dropped() -> None:
    name = "kubectl.kubernetes.io/last-applied-configuration"
    annotations = {name: '{"data":{"password":"canary"}}', "team": "ml"}
    for resource in (SECRETS, PODS, WIDGETS):
        change = see(resource, thing(resource, metadata={"annotations": annotations}))
        assert told(change)["metadata"]["annotations"] == {"team": "ml"}


@pytest.mark.parametrize(
    "text",
    [
        'secret "database-secret" not found',
        "couldn't find key DB_URL in Secret taskboard/taskboard-secrets",
        'MountVolume.SetUp failed for volume "api-credentials" : secret "frontend-api-keys" not found',
        "references non-existent secret key: password.txt",
        "docker-pullable://busybox@sha256:0123456789abcdef",
        "Back-off pulling image registry.example/ml/trainer:2.4.1",
        "0/3 nodes are available: 3 node(s) had untolerated taint(s)",
        "Error: invalid token",
    ],
)
def test_what_explains_a_failure_is_left_alone(text: str) -> None:
    change = see(EVENTS, thing(EVENTS, message=text))
    assert told(change)["message"] == text


def test_harmless_names_and_values_are_left_alone() -> None:
    spec = [{"name": "TOKENIZERS_PARALLELISM", "value": "4"}, {"name": "USE_TOKEN", "value": "false"}]
    assert told(see(PODS, pod(env=spec)))["spec"]["containers"][0]["env"] == spec
    reference = {"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "login", "key": "password"}}}
    assert told(see(PODS, pod(env=[reference])))["spec"]["containers"][0]["env"] == [reference]


def test_a_secret_in_an_object_that_only_looks_like_a_pod_is_found_too() -> None:
    odd = thing(
        PODS, spec=[{"name": "PASSWORD", "value": "canary-odd"}], status={"conditions": "token=canary-odd"}
    )
    assert b"canary-odd" not in pack([see(PODS, odd)])


OWNED = {"managedFields": [{"manager": "kubectl", "operation": "Update", "fieldsV1": {}}]}


def test_a_secret_is_found_beside_a_name_and_a_value() -> None:
    metadata = {"annotations": {"note": "password=canary-note"}, **OWNED}
    pairs: list[dict[str, Any]] = [{"name": "PASSWORD", "value": "canary"}, {"name": "PLAIN", "value": "4"}]
    for fields in pairs:
        assert b"canary" not in pack([see(WIDGETS, thing(WIDGETS, metadata=metadata, **fields))])


@pytest.mark.parametrize(
    "fields",
    [
        {
            "spec": {"containers": []},
            "other": {"env": [{"name": "PASSWORD", "value": "canary"}]},
            "status": {},
        },
        {"spec": {"containers": [{"args": ["--password=canary"]}], "status": {"a": 1}}, "status": {}},
        {"spec": {"containers": {"args": ["--password=canary"]}}, "status": {}},
        {"spec": "password=canary", "status": {}},
        {"status": {}, "spec": {"containers": [{"args": ["--password=canary"]}]}},
        {"spec": {"containers": []}, "status": {"message": 4, "password": "canary"}},
    ],
)
def test_a_pod_of_another_form_is_looked_at_as_a_whole(fields: dict[str, Any]) -> None:
    found = thing(PODS, metadata=OWNED, **fields)
    body = {name: found[name] for name in ("kind", "apiVersion", "metadata", *fields)}
    for _ in range(2):  # nothing is remembered as harmless that is not
        assert b"canary" not in pack([see(PODS, orjson.dumps(body))])


@given(text=st.text(st.sampled_from("aAeEkKsSpPwWdDuU -_=:@'\"/.xX0y\u017f\u212a")), sample=st.data())
def test_no_pattern_matches_where_there_is_no_sign(text: str, sample: st.DataObject) -> None:
    pattern, _ = sample.draw(st.sampled_from([*_SHAPES, *_TEXTS]))
    for candidate in (text, sample.draw(st.from_regex(pattern))):
        if pattern.search(candidate):
            assert shows_sign(candidate), candidate
