"""Dumps come in every form in which people keep what kubectl printed."""

import gzip
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest

from collectors.dump import DumpError, read_dump
from schemas.contracts import Change, Input, Progress
from tests.collectors.objects import EVENTS, JOBS, NOW, pod, thing

EVENT = thing(EVENTS, 3, metadata={"name": "e", "uid": "uid-e"}, message="x")
JOB = thing(JOBS, 4, metadata={"name": "j", "uid": "uid-j"})


def read(*sources: str | Path) -> list[Input]:
    return list(read_dump(sources, NOW))


def found(inputs: list[Input]) -> list[tuple[str, str, int]]:
    return [(each.group, each.resource, each.resource_version) for each in inputs if isinstance(each, Change)]


def kubectl(*items: dict[str, Any]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(items)}, indent=4)


THREE = [("", "pods", 1), ("", "events", 3), ("batch", "jobs", 4)]


@pytest.mark.parametrize(
    "text",
    [
        kubectl(pod(), EVENT, JOB),
        "\n".join(json.dumps(each, indent=2) for each in (pod(), EVENT, JOB)),
        "\n".join(json.dumps(each) for each in (pod(), EVENT, JOB)) + "\n",
        kubectl(pod()) + "\n" + kubectl(EVENT) + kubectl(JOB),
        "\ufeff" + kubectl(pod(), EVENT) + json.dumps(JOB),
        json.dumps([pod(), {"kind": "List", "apiVersion": "v1", "items": [EVENT, JOB]}]),
    ],
)
def test_every_form_gives_the_same(tmp_path: Path, text: str) -> None:
    path = tmp_path / "dump.json"
    path.write_text(text, encoding="utf-8")
    inputs = read(path)
    assert found(inputs) == THREE
    kinds = {(each.resource, each.kind, each.until) for each in inputs if isinstance(each, Progress)}
    assert kinds == {("pods", "Pod", NOW), ("events", "Event", NOW), ("jobs", "Job", NOW)}
    assert all(each.observed_at == NOW for each in inputs)


def test_a_single_object_is_a_dump(tmp_path: Path) -> None:
    (tmp_path / "pod.json").write_text(json.dumps(pod()))
    assert found(read(tmp_path / "pod.json")) == THREE[:1]


def test_items_of_a_typed_list_need_not_say_what_they_are(tmp_path: Path) -> None:
    items = [{"metadata": each["metadata"], "spec": each["spec"]} for each in (pod(),)]
    body = {"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": items}
    (tmp_path / "pods.json").write_text(json.dumps(body))
    change = read(tmp_path / "pods.json")[0]
    assert isinstance(change, Change)
    assert (change.kind, change.resource) == ("Pod", "pods")


def test_a_folder_and_an_archive_are_read_whole(tmp_path: Path) -> None:
    folder = tmp_path / "dump"
    (folder / "batch").mkdir(parents=True)
    (folder / "a.json").write_text(kubectl(pod(), EVENT))
    (folder / "batch" / "jobs.json").write_text(json.dumps(JOB))
    (folder / "notes.md").write_text("not JSON")
    assert found(read(folder)) == THREE
    archive = tmp_path / "dump.tar.gz"
    with tarfile.open(archive, "w:gz") as writer:
        writer.add(folder, "dump")
    assert sorted(found(read(archive))) == sorted(THREE)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    stdin = io.TextIOWrapper(io.BytesIO(kubectl(pod(), EVENT, JOB).encode()))
    monkeypatch.setattr(sys, "stdin", stdin)
    assert found(read("-")) == THREE


def test_two_versions_of_one_object_come_older_first(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(kubectl(pod(20, image="new"), JOB))
    (tmp_path / "b.json").write_text(kubectl(pod(10, image="old"), JOB))
    assert found(read(tmp_path / "a.json", tmp_path / "b.json")) == [
        ("", "pods", 10),
        ("", "pods", 20),
        ("batch", "jobs", 4),
    ]


def test_versions_without_a_number_keep_their_order(tmp_path: Path) -> None:
    old, new = pod(image="old"), pod(image="new")
    for body in (old, new):
        del body["metadata"]["resourceVersion"]
    (tmp_path / "a.json").write_text(kubectl(old, new))
    first, second = (each for each in read(tmp_path / "a.json") if isinstance(each, Change))
    assert (b"old" in bytes(first.object), b"new" in bytes(second.object)) == (True, True)
    assert first.resource_version < second.resource_version


def test_an_object_without_uid_is_told_apart_by_its_name(tmp_path: Path) -> None:
    body = pod()
    del body["metadata"]["uid"]
    (tmp_path / "a.json").write_text(json.dumps(body))
    change = read(tmp_path / "a.json")[0]
    assert isinstance(change, Change)
    assert change.uid == "Pod/ns/one"


def test_a_dump_is_redacted_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(kubectl(pod(env=[{"name": "PASSWORD", "value": "canary"}])))
    change = read(tmp_path / "a.json")[0]
    assert isinstance(change, Change)
    assert b"canary" not in bytes(change.object)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no Kubernetes object in it"),
        ('{"kind":"List","apiVersion":"v1","items":[]}', "no Kubernetes object in it"),
        ("No resources found in default namespace.\n", "line 1: kubectl found no resources"),
        (json.dumps(pod()) + "\nError from server (Forbidden): no\n", "line 2: kubectl printed an error"),
        ("Unable to connect to the server: EOF", "kubectl could not reach the cluster"),
        ("NAME   READY   STATUS\na 1/1 Running", "this is kubectl's table"),
        ("apiVersion: v1\nkind: Pod\n", "this is YAML; .*-o json"),
        ('{"kind":"Pod",', "line 1, column 15: expected JSON"),
        ("[1]", "expected a Kubernetes object, got 1"),
        ('{"some":"thing"}', "line 1: expected a Kubernetes object with kind and metadata"),
        ('{"kind":"Pod","metadata":{}}', "expected an object with metadata.name, got a Pod without"),
        ('{"kind":"List","items":[{"kind":"Pod"}]}', "item 1: expected a Kubernetes object with kind and"),
        ('{"type":"ADDED","object":{}}', "this is a recording of a watch; use `wakeline replay`"),
        ("[" * 5000 + "]" * 5000, "nested too deeply"),
        (2 * json.dumps(pod(count=10**30)), "line 1: expected an object of Kubernetes' JSON"),
        (json.dumps(pod()).replace('"spec"', '"\\ud800"'), "line 1: expected an object of Kubernetes' JSON"),
        ("[" + "7" * 500 + "]", "expected a Kubernetes object, got 7{60}$"),
    ],
)
def test_what_is_no_dump_gets_one_clear_sentence(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "dump.json"
    path.write_text(text)
    with pytest.raises(DumpError, match=says) as error:
        read(path)
    assert str(error.value).startswith(str(path))
    assert "\n" not in str(error.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "utf16.json").write_bytes(kubectl(pod()).encode("utf-16"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "bad.tar.gz").write_bytes(b"no archive")
    packed = bytearray(gzip.compress(kubectl(pod()).encode()))
    packed[30:60] = bytes(30)
    (tmp_path / "torn.json.gz").write_bytes(packed)
    for name, says in (
        ("torn.json.gz", "cannot be read: Error -3"),
        ("utf16.json", "in UTF-8"),
        ("empty", "no file in it"),
        ("bad.tar.gz", "cannot be read"),
        ("missing.json", "cannot be read: No such file"),
    ):
        with pytest.raises(DumpError, match=says):
            read(tmp_path / name)


LOG = "==== START logs for container main of pod a/b ====\n{not json\n==== END logs for container main ====\n"


def test_what_cluster_info_dump_prints_holds_logs_too(tmp_path: Path) -> None:
    lists = [{"kind": "PodList", "apiVersion": "v1", "metadata": {}, "items": None}]
    text = json.dumps(lists[0]) + LOG + kubectl(pod(), EVENT) + "\n" + LOG + json.dumps(JOB)
    (tmp_path / "dump.txt").write_text(text)
    assert found(read(tmp_path / "dump.txt")) == THREE


def test_a_folder_of_cluster_info_dump(tmp_path: Path) -> None:
    (tmp_path / "team" / "train").mkdir(parents=True)
    (tmp_path / "team" / "train" / "logs.txt").write_text("Traceback (most recent call last):\n")
    (tmp_path / "team" / "a.json").write_text(kubectl(pod(), EVENT, JOB))
    empty = {"kind": "ServiceList", "apiVersion": "v1", "metadata": {}, "items": None}
    (tmp_path / "team" / "services.json").write_text(json.dumps(empty))
    assert found(read(tmp_path)) == THREE


def test_a_support_bundle_names_kinds_by_its_files(tmp_path: Path) -> None:
    def bare(item: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in item.items() if key not in ("kind", "apiVersion")}

    resources = tmp_path / "bundle" / "cluster-resources"
    for folder, content in (
        ("pods", {"items": [bare(pod())]}),
        ("events", [bare(EVENT)]),
        ("jobs", [bare(JOB)]),
    ):
        (resources / folder).mkdir(parents=True)
        (resources / folder / "team.json").write_text(json.dumps(content))
    (tmp_path / "bundle" / "version.json").write_text('{"version": "v0.100.0"}')
    (tmp_path / "bundle" / "errors.json").write_text('["nodes is forbidden"]')
    assert sorted(found(read(tmp_path))) == sorted(THREE)


def test_a_kind_is_known_only_where_it_occurs(tmp_path: Path) -> None:
    other = pod() | {"metadata": pod()["metadata"] | {"namespace": "other", "uid": "other"}}
    (tmp_path / "dump.json").write_text(kubectl(pod(), other, JOB))
    known = {(each.kind, each.namespace) for each in read(tmp_path) if isinstance(each, Progress)}
    assert {("Pod", pod()["metadata"]["namespace"]), ("Pod", "other")} < known
    assert ("Job", "other") not in known
