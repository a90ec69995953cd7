"""`wakeline explain`: a diagnosis of what kubectl printed at one moment."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.wakeline.conftest import Run
from tests.wakeline.done import dump, last_state

NOW = ("--now", "2026-11-24T11:26:00Z")


@pytest.fixture
def failed(tmp_path: Path) -> Path:
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(dump(last_state("job-oom"))))
    return path


def pod(name: str, **status: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": "team",
            "uid": f"uid-{name}",
            "creationTimestamp": "2026-11-24T11:00:00Z",
        },
        "spec": {"containers": [{"name": "main", "image": "trainer:1"}]},
        "status": {"phase": "Running", **status},
    }


def test_something_is_wrong(program: Run, failed: Path) -> None:
    done = program("explain", *NOW, failed)
    assert done.code == 1
    assert done.err == ""
    assert "Container main of pod train-resnet-mzw5d was stopped for using more memory" in done.out


def test_the_same_as_one_document(program: Run, failed: Path) -> None:
    done = program("explain", "--format", "json", *NOW, failed)
    assert done.code == 1
    assert done.session("train-resnet")["verdict"]["failure"] == "container-oom-killed"
    assert done.session("tokenize-wiki")["phase"] == "Succeeded"


def test_nothing_is_wrong(wakeline: Run, tmp_path: Path) -> None:
    (tmp_path / "pod.json").write_text(json.dumps(pod("train")))
    done = wakeline("explain", "pod.json")
    assert done.code == 0
    assert "Nothing is wrong." in done.out


def test_of_an_empty_list_nothing_can_be_said(wakeline: Run, tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text(json.dumps(dump([])))
    done = wakeline("explain", "none.json")
    assert done.code == 2
    assert "no Kubernetes object in it" in done.err


def test_of_events_alone_nothing_can_be_said(wakeline: Run, tmp_path: Path) -> None:
    told = {"kind": "Event", "metadata": {"name": "train.1", "namespace": "team"}, "reason": "FailedCreate"}
    (tmp_path / "events.json").write_text(json.dumps(dump([{"apiVersion": "v1", **told}])))
    done = wakeline("explain", "events.json")
    assert done.code == 2
    assert "only events are in it" in done.err


def test_standard_input(program: Run, failed: Path) -> None:
    done = program("explain", "--format", "json", *NOW, "-", stdin=failed.read_bytes())
    assert done.code == 1
    assert done.session("train-resnet")["phase"] == "Failed"


def test_a_folder_and_an_archive_say_the_same_as_the_file(
    wakeline: Run, tmp_path: Path, failed: Path
) -> None:
    folder = tmp_path / "dumps"
    folder.mkdir()
    objects = last_state("job-oom")
    (folder / "a.json").write_text(json.dumps(dump(objects[::2])))
    (folder / "b.jsonl").write_text("\n".join(json.dumps(each) for each in objects[1::2]))
    with tarfile.open(tmp_path / "dumps.tar.gz", "w:gz") as archive:
        for path in sorted(folder.iterdir()):
            info = tarfile.TarInfo(f"dumps/{path.name}")
            info.size = path.stat().st_size
            archive.addfile(info, io.BytesIO(path.read_bytes()))

    def found(*sources: object) -> list[tuple[str, str]]:
        done = wakeline("explain", "--format", "json", *NOW, *sources)
        return [(each["failure"], each["subject"]["name"]) for each in done.document["anomalies"]]

    whole = sorted(found(failed))
    assert whole
    assert sorted(found(folder)) == whole
    assert sorted(found(tmp_path / "dumps.tar.gz")) == whole
    assert sorted(found(folder / "a.json", folder / "b.jsonl")) == whole


def test_ages_count_from_now(wakeline: Run, tmp_path: Path) -> None:
    """A pod that waits for a node is nothing at first, and something after a time."""
    condition = {
        "type": "PodScheduled",
        "status": "False",
        "reason": "Unschedulable",
        "lastTransitionTime": "2026-11-24T11:00:00Z",
        "message": "0/3 nodes are available: 3 Insufficient cpu.",
    }
    (tmp_path / "pod.json").write_text(json.dumps(pod("train", phase="Pending", conditions=[condition])))
    done = {
        now: wakeline("explain", "--now", f"2026-11-24T{now}:00Z", "--format", "json", "pod.json")
        for now in ("11:00", "13:00")
    }
    assert done["11:00"].document["sessions"][0]["phase"] == "Pending"
    severe = [each for each in done["13:00"].document["anomalies"] if each["severity"] != "info"]
    assert done["13:00"].code == 1
    assert severe


@pytest.mark.parametrize("ago", ["99999999999w", "3000000d"])
def test_a_time_before_all_time(wakeline: Run, failed: Path, ago: str) -> None:
    done = wakeline("explain", str(failed), "--now", ago)
    assert done.code == 2
    assert done.err.startswith("wakeline: --now: expected a time like ")


def test_a_wrong_time(wakeline: Run, failed: Path) -> None:
    done = wakeline("explain", "--now", "yesterday", failed)
    assert done.code == 2
    assert done.err == (
        "wakeline: --now: expected a time like 2026-11-24T13:25:00Z or a length like 2h, got 'yesterday'\n"
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Error from server (Forbidden): pods is forbidden", "kubectl printed an error"),
        ("NAME   READY\ntrain   1/1\n", "this is kubectl's table"),
        ("apiVersion: v1\nkind: List\n", "this is YAML"),
        ('{"type": "ADDED", "object": {}}', "wakeline replay"),
        ("", "no Kubernetes object in it"),
        ("[1, 2]", "expected a Kubernetes object"),
    ],
)
def test_what_is_no_dump(program: Run, text: str, words: str) -> None:
    done = program("explain", "-", stdin=text.encode())
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert done.err.count("\n") == 1


def test_where_no_object_can_be_read_nothing_is_said_to_be_well(wakeline: Run, tmp_path: Path) -> None:
    odd = pod("odd") | {"status": {"phase": 3}}
    (tmp_path / "odd.json").write_text(json.dumps(odd))
    (tmp_path / "both.json").write_text(json.dumps(dump([odd, pod("train")])))
    alone, both = (wakeline("explain", name) for name in ("odd.json", "both.json"))
    assert (alone.code, alone.out) == (2, "")
    assert "none of the objects could be read" in alone.err
    assert (both.code, both.err.count("was left out")) == (0, 1)


def test_a_file_that_is_not_there(wakeline: Run) -> None:
    done = wakeline("explain", "none.json")
    assert done.code == 2
    assert done.err == "wakeline: none.json: cannot be read: No such file or directory\n"


def test_a_threshold_that_was_set_decides(wakeline: Run, tmp_path: Path) -> None:
    stays = pod("slow")
    stays["metadata"] |= {"deletionTimestamp": "2026-11-24T11:20:00Z", "deletionGracePeriodSeconds": 30}
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(dump([stays])))
    assert "was to be gone" in wakeline("explain", *NOW, path).out
    patient = ("--threshold", "pod-stuck-terminating.patience=1h")
    assert "was to be gone" not in wakeline("explain", *NOW, *patient, path).out


def test_a_threshold_that_does_not_exist_names_the_nearest(wakeline: Run, failed: Path) -> None:
    done = wakeline("explain", *NOW, "--threshold", "pod-stuck-terminating.patienc=1h", failed)
    assert done.code == 2
    assert "did you mean pod-stuck-terminating.patience?" in done.err
