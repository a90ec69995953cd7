"""ConfigMaps and Secrets that a pod cannot get: what the kubelet says of them."""

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec

from stream_jobs.core.cell import Cell
from stream_jobs.core.known import Known
from stream_jobs.core.pods import pod_view
from stream_jobs.core.quantities import say_time
from stream_jobs.core.references import target, volume_references
from stream_jobs.core.signs.complaints import Complaint, Source, complaints
from stream_jobs.core.signs.messages import one_line

WAITS = frozenset({"CreateContainerConfigError"})
EVENTS = frozenset({"Failed", "FailedMount"})
TOLD = re.compile(r"^(?:Error: |MountVolume\.SetUp failed)")
MISSING = re.compile(r'\b(configmap|secret) "([^"]+)" not found', re.IGNORECASE)
MISSING_KEY = re.compile(r"couldn't find key|references non-existent (?:config|secret) key", re.IGNORECASE)
WORDS = {"ConfigMap": "configmap", "Secret": "secret"}


def _missing(text: str) -> str:
    """What is missing, a line each; "other" for complaints that show that a container got past these."""
    found = {f"{word.lower()} {name}" for word, name in MISSING.findall(text)}
    return "\n".join(sorted(found)) or ("" if text.startswith("MountVolume") else "other")


SOURCE = Source(WAITS, EVENTS, TOLD, _missing)

KEY_OF_VARIABLE = re.compile(r"couldn't find key (\S+) in (ConfigMap|Secret) (?:[^\s/]+/)?([^\s/]+)")
KEY_OF_VOLUME = re.compile(r"references non-existent (config|secret) key: ([^\s,\]]+)")
VOLUME = re.compile(r'for volume "([^"]+)"')
KINDS = {"config": "ConfigMap", "secret": "Secret"}


def _missing_key(text: str) -> str:
    """What lacks a key, "kind name key" a line; of a volume "kind @volume key": its name is in the pod."""
    found = {f"{kind} {name} {key}" for key, kind, name in KEY_OF_VARIABLE.findall(text)}
    volume = VOLUME.search(text)
    for kind, key in KEY_OF_VOLUME.findall(text):
        found.add(f"{KINDS[kind]} @{volume[1] if volume else ''} {key}")
    return "\n".join(sorted(found)) or ("" if text.startswith("MountVolume") else "other")


KEYS = Source(WAITS, EVENTS, TOLD, _missing_key)


class Absence(msgspec.Struct, frozen=True):
    """One object that a pod could not get; `text` is one of the complaints about it."""

    name: str
    container: str
    text: str
    since: datetime
    until: datetime | None


def absences(known: Known, cell: Cell, kind: str) -> Iterator[Absence]:
    """Yield the ConfigMaps or Secrets (`kind`) that the kubelet did not find for the pod, each once."""
    told: dict[str, list[Complaint]] = {}
    for each in complaints(known, cell, SOURCE):
        for word, _, name in (line.partition(" ") for line in each.key.split("\n")):
            if word == WORDS[kind]:
                told.setdefault(name, []).append(each)
    for name, several in told.items():
        yield _absence(name, several)


class Lack(msgspec.Struct, frozen=True):
    """One key that an existing ConfigMap or Secret lacks; `name` is "" where the pod does not tell it."""

    kind: str
    name: str
    key: str
    told: Absence


def lacks(known: Known, cell: Cell) -> Iterator[Lack]:
    """Yield the keys that the kubelet did not find for the pod, each once."""
    told: dict[tuple[str, str, str], list[Complaint]] = {}
    for each in complaints(known, cell, KEYS):
        for line in each.key.split("\n") if each.key != "other" else ():
            kind, name, key = line.split(" ", 2)
            name = _of_volume(known, name[1:], kind) if name.startswith("@") else name
            told.setdefault((kind, name, key), []).append(each)
    for (kind, name, key), several in told.items():
        yield Lack(kind, name, key, _absence(name, several))


def _of_volume(known: Known, volume: str, kind: str) -> str:
    """The ConfigMap or Secret that a volume of the pod is made from; "" where it is made from several."""
    declared = [each for each in pod_view(known).spec.volumes or () if each.name == volume]
    names = {
        key_of.rpartition("/")[2]
        for each in declared
        for key_of in volume_references(known.namespace, each)
        if key_of.startswith(f"{kind}/")
    }
    return names.pop() if len(names) == 1 else ""


def _absence(name: str, several: list[Complaint]) -> Absence:
    ends = [each.until for each in several if each.until is not None]
    until = max(ends) if len(ends) == len(several) else None
    return Absence(name, several[0].container, several[0].text, several[0].since, until)


def pointed_out(known: Known, absence: Absence, kind: str) -> str:
    """The target that is missing, for a finding's `about`."""
    return target(kind, known.namespace, absence.name)


def fate(known: Known, cell: Cell, absence: Absence, kind: str) -> str:
    """Return ": it was deleted at …" where that was seen, else ""."""
    found = cell.by_name(kind, known.namespace, absence.name)
    return f": it was deleted at {say_time(found.deleted)}" if found is not None and found.deleted else ""


def whose(absence: Absence) -> str:
    """Return "container main", or "a volume" where the pod's volumes name it."""
    return f"container {absence.container}" if absence.container else "a volume"


def told_by(known: Known, absence: Absence) -> str:
    """The complaint, fit to show."""
    where = f"container {absence.container}: " if absence.container else f"pod {known.name}: "
    return where + one_line(absence.text)
