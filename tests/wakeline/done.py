"""What a command did, and what recordings say, for the tests of the command line."""

import gzip
import json
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.recordings import streams


class Done(NamedTuple):
    code: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, list[dict[str, Any]]]:
        """The JSON document that was printed; fails where anything else stands beside it."""
        found: dict[str, list[dict[str, Any]]] = json.loads(self.out)
        assert set(found) == {"sessions", "anomalies"}
        return found

    def session(self, name: str) -> dict[str, Any]:
        (found,) = [each for each in self.document["sessions"] if each["name"] == name]
        return found


def stream(scenario: str) -> Path:
    """The only stream of a scenario."""
    (path,) = streams(scenario)
    return path


def lines(scenario: str) -> list[dict[str, Any]]:
    with gzip.open(stream(scenario), "rt") as file:
        return [json.loads(line) for line in file]


def write_lines(path: Path, found: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in found))
    return path


def last_state(scenario: str) -> list[dict[str, Any]]:
    """What `kubectl get` would have printed at the end of a recording."""
    objects: dict[str, dict[str, Any]] = {}
    for line in lines(scenario):
        if line["type"] in ("LISTED", "ADDED", "MODIFIED"):
            objects[line["object"]["metadata"]["uid"]] = line["object"]
        elif line["type"] == "DELETED":
            objects.pop(line["object"]["metadata"]["uid"], None)
    return list(objects.values())


def dump(objects: list[dict[str, Any]]) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "List", "items": objects}
