"""A recording cut in two, as if the recorder had been away in between."""

from typing import Any

Line = dict[str, Any]


def cut(lines: list[Line], place: int, gone: frozenset[str] = frozenset()) -> tuple[list[Line], list[Line]]:
    """Return the lines before `place`, and those after it behind new lists of what is there then.

    Objects with a name in `gone` were deleted meanwhile: they are in no list and no line behind it.
    """
    first, rest = lines[:place], lines[place:]
    found: list[Line] = []
    for resource, (end, objects) in _state(first).items():
        found += [
            {**end, "at": rest[0]["at"], "type": "LISTED", "object": each}
            for each in objects.values()
            if each["metadata"]["name"] not in gone
        ]
        version = str(max([int(each["metadata"]["resourceVersion"]) for each in objects.values()] or [1]))
        head = {**end["object"], "metadata": {"resourceVersion": version}}
        found.append({**end, "at": rest[0]["at"], "object": head})
        assert resource == (end["group"], end["resource"])
    return first, found + [line for line in rest if line["object"]["metadata"].get("name") not in gone]


def _state(lines: list[Line]) -> dict[tuple[str, str], tuple[Line, dict[str, Line]]]:
    ends = {(line["group"], line["resource"]): line for line in lines if line["type"] == "LIST_END"}
    found: dict[tuple[str, str], tuple[Line, dict[str, Line]]] = {key: (end, {}) for key, end in ends.items()}
    for line in lines:
        objects = found[line["group"], line["resource"]][1]
        if line["type"] in ("LISTED", "ADDED", "MODIFIED"):
            objects[line["object"]["metadata"]["uid"]] = line["object"]
        elif line["type"] == "DELETED":
            objects.pop(line["object"]["metadata"]["uid"], None)
    return found
