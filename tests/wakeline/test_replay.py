"""`wakeline replay`: recordings in, one story out."""

import gzip
import json
import subprocess
import sys
from pathlib import Path

from tests.support.recordings import replayed
from tests.wakeline.conftest import Run
from tests.wakeline.done import lines, stream, write_lines


def test_json_is_one_document_with_the_verdict(program: Run) -> None:
    done = program("replay", "--format", "json", stream("argo-dag-fail"))
    assert done.code == 0
    assert done.err == ""
    session = done.session("nightly-train")
    assert session["engine"] == "argo"
    assert session["phase"] == "Failed"
    assert [step["name"] for step in session["steps"]] == ["fetch", "clean", "train", "publish"]
    verdict = session["verdict"]
    assert verdict["failure"] == "container-exit-error"
    (root,) = [each for each in done.document["anomalies"] if each["id"] == verdict["anomaly"]]
    assert root["root"] is True
    assert root["subject"]["name"] == "nightly-train-bad-3529890825"
    assert root["evidence"]
    assert root["playbook"]
    assert done.session("side-report")["verdict"] is None


def test_json_holds_what_the_core_says_and_nothing_withdrawn(wakeline: Run) -> None:
    document = wakeline("replay", "--format", "json", stream("job-oom")).document
    rows = replayed("job-oom")
    assert [each["id"] for each in document["sessions"]] == sorted(each.id for each in rows.shown_sessions)
    assert {each["id"] for each in document["anomalies"]} == {each.id for each in rows.shown_anomalies}
    order = [(each["since"], each["id"]) for each in document["anomalies"]]
    assert order == sorted(order)


def test_json_needs_no_store(tmp_path: Path) -> None:
    script = (
        "import sys; from wakeline.cli import main; code = main(sys.argv[1:]); "
        "sys.exit(code or ('chdb' in sys.modules))"
    )
    arguments = ["replay", "--format", "json", str(stream("job-oom"))]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], check=False, capture_output=True, timeout=60
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["sessions"]


def test_the_table_tells_the_root_first(wakeline: Run) -> None:
    done = wakeline("replay", stream("job-oom"))
    assert done.code == 0
    text = done.out
    assert "ml-train-oom  job     train-resnet   ▲ Failed" in text
    told = text.index(
        "was stopped for using more memory than its limit of 48 MiB", text.index("ml-train-oom/train-resnet")
    )
    assert told < text.index("What shows it") < text.index("What to do")
    assert "2026-11-24 11:25:33 UTC" in text
    assert "\x1b" not in text


def test_a_healthy_recording_says_so(wakeline: Run) -> None:
    done = wakeline("replay", stream("job-success"))
    assert done.code == 0
    assert "Nothing is wrong." in done.out


def test_files_of_one_cluster_are_one_history(wakeline: Run, tmp_path: Path) -> None:
    """A run that goes on in the second file is one run; each file on its own does not know its end."""
    found = lines("job-oom")
    middle = len(found) // 2
    first, second = (
        write_lines(tmp_path / "a.jsonl", found[:middle]),
        write_lines(tmp_path / "b.jsonl", found[middle:]),
    )
    whole = wakeline("replay", "--format", "json", stream("job-oom")).document
    joined = wakeline("replay", "--format", "json", second, first).document
    assert [(each["id"], each["phase"]) for each in joined["sessions"]] == [
        (each["id"], each["phase"]) for each in whole["sessions"]
    ]


def test_separate_files_are_clusters_of_their_own(wakeline: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl.gz"
    copy.write_bytes(stream("job-oom").read_bytes())
    together = wakeline("replay", "--format", "json", stream("job-oom"), copy).document
    separate = wakeline("replay", "--format", "json", "--separate", stream("job-oom"), copy).document
    assert len({each["cluster"] for each in together["sessions"]}) == 1
    assert {each["cluster"] for each in separate["sessions"]} == {"lab-a/job-oom", "lab-a/copy"}
    assert len(separate["sessions"]) == 2 * len(together["sessions"])


def test_plain_watch_events_are_a_recording_too(wakeline: Run, tmp_path: Path) -> None:
    bare = [
        {"type": "ADDED" if line["type"] == "LISTED" else line["type"], "object": line["object"]}
        for line in lines("job-oom")
        if line["type"] in ("LISTED", "ADDED", "MODIFIED", "DELETED")
    ]
    done = wakeline("replay", "--format", "json", write_lines(tmp_path / "watch.jsonl", bare))
    assert done.code == 0
    assert done.session("train-resnet")["verdict"]["failure"] == "container-oom-killed"


def test_a_file_that_is_none_is_said(wakeline: Run, tmp_path: Path) -> None:
    for name, content, words in (
        ("text.jsonl", b"hello\n", "line 1"),
        ("empty.jsonl", b"", "the file is empty"),
        ("broken.jsonl.gz", stream("job-oom").read_bytes()[:5000], "cannot be read"),
        ("no.jsonl.gz", b"this is not packed", "cannot be read"),
        ("dump.json", b'{"kind": "List", "items": []}', "wakeline explain"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        done = wakeline("replay", "--format", "json", path)
        assert (done.code, done.out) == (2, "")
        assert str(path) in done.err
        assert words in done.err
        assert done.err.count("\n") == 1


def test_no_file(wakeline: Run) -> None:
    assert wakeline("replay").code == 2
    done = wakeline("replay", "nothing.jsonl")
    assert done.code == 2
    assert done.err == "wakeline: nothing.jsonl: cannot be read: No such file or directory\n"


def test_an_object_without_its_kinds_shape_is_left_out_and_said(wakeline: Run, tmp_path: Path) -> None:
    found = lines("job-oom")
    odd = next(line for line in found if line["object"].get("kind") == "Pod" and line["type"] == "ADDED")
    odd = json.loads(json.dumps(odd))
    odd["object"]["metadata"] |= {"name": "odd", "uid": "odd"}
    odd["object"]["spec"]["containers"] = "none"
    path = write_lines(tmp_path / "odd.jsonl", [*found, odd])
    done = wakeline("replay", "--format", "json", path)
    assert done.code == 0
    assert done.session("train-resnet")["verdict"]
    assert done.err.startswith("wakeline: Pod ml-train-oom/odd of cluster lab-a was left out: ")
    kept = wakeline("replay", "--format", "json", "--store", tmp_path / "store", path)
    assert kept.code == 0
    letters = wakeline(
        "query", "--store", tmp_path / "store", "--format", "json", "SELECT stage, body FROM dead_letters"
    )
    (letter,) = json.loads(letters.out)
    assert letter["stage"] == "correlate"
    assert '"name":"odd"' in letter["body"]


def test_kept_in_a_store_it_can_be_asked_later(wakeline: Run, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    kept = wakeline("replay", "--format", "json", "--store", folder, stream("argo-dag-fail"))
    again = wakeline("replay", "--format", "json", "--store", folder, stream("argo-dag-fail"))
    asked = wakeline("sessions", "--format", "json", "--store", folder)
    assert asked.document["sessions"]
    assert sorted(asked.document["sessions"], key=lambda each: str(each["id"])) == kept.document["sessions"]
    assert again.document == kept.document
    assert kept.document == wakeline("replay", "--format", "json", stream("argo-dag-fail")).document


def test_a_packed_and_an_unpacked_file_say_the_same(wakeline: Run, tmp_path: Path) -> None:
    plain = tmp_path / "job-oom.jsonl"
    plain.write_bytes(gzip.decompress(stream("job-oom").read_bytes()))
    packed = wakeline("replay", "--format", "json", stream("job-oom"))
    assert wakeline("replay", "--format", "json", plain).out == packed.out
