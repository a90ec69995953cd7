"""What a pod works on, from its spec alone: stored data by address, claims it may write to, its program."""

import hashlib
import re
from collections.abc import Iterator

from schemas.kubernetes import Container, PodSpec

URI = re.compile(
    r"\b(?:s3[an]?|gc?s|abfss?|wasbs?|adl|hdfs|oss|cos|dbfs|azureml|hf|nfs|file)://[^\s\"',;|&<>]+"
)
OUTPUT = re.compile(r"(?i)out|dest|sink|target|result|write|save|checkpoint")
FLAG = re.compile(r"^--?([A-Za-z][-\w.]*)(?:=(.*))?$", re.DOTALL)

Program = tuple[tuple[object, ...], ...]


def texts(container: Container) -> Iterator[str]:
    """Commands, arguments and literal variables."""
    yield from container.command or ()
    yield from container.args or ()
    yield from (variable.value for variable in container.env or () if variable.value)


def works(spec: PodSpec) -> dict[str, str]:
    """Return a name for each work that the pod does -> the data in words.

    Two pods do the same work where a name is the same: both call an address their output, or the same program
    with the same arguments may write to one claim, or names one address. Many different runs read one input
    or share a large volume: that alone is no work in common.
    """
    mark = hashlib.sha256(repr(_settings(spec)).encode()).hexdigest()[:12]
    found = {f"output {uri}": uri for uri in sorted(outputs_of(spec))}
    found |= {f"claim {name} {mark}": f"PersistentVolumeClaim {name}" for name in sorted(claims_of(spec))}
    return found | {f"data {uri} {mark}": uri for uri in sorted(data_of(spec))}


def data_of(spec: PodSpec) -> set[str]:
    """The addresses of stored data that a pod's environment, commands and arguments name: "s3://lake/x"."""
    said = [text for each in spec.containers or () for text in texts(each)]
    return {found.rstrip("/.)") for text in said for found in URI.findall(text)}


def claims_of(spec: PodSpec) -> set[str]:
    """The claims that the pod may write to."""
    found = set()
    for volume in spec.volumes or ():
        source = volume.persistentVolumeClaim
        if source is not None and not source.readOnly and not _only_read(spec, volume.name):
            found.add(source.claimName)
    return found


def _only_read(spec: PodSpec, volume: str) -> bool:
    everyone = (*(spec.initContainers or ()), *(spec.containers or ()))
    mounts = [each for one in everyone for each in one.volumeMounts or () if each.name == volume]
    return bool(mounts) and all(each.readOnly for each in mounts)


def outputs_of(spec: PodSpec) -> set[str]:
    """The addresses that a variable or a flag calls an output."""
    named = [pair for each in spec.containers or () for pair in _named(each)]
    return {uri.rstrip("/.)") for name, value in named if OUTPUT.search(name) for uri in URI.findall(value)}


def _named(container: Container) -> Iterator[tuple[str, str]]:
    yield from ((variable.name, variable.value) for variable in container.env or () if variable.value)
    given = [*(container.command or ()), *(container.args or ())]
    for word, following in zip(given, [*given[1:], ""], strict=False):
        flag = FLAG.match(word)
        if flag is not None:
            yield flag[1], flag[2] or following


def program_of(spec: PodSpec) -> Program:
    """What the pod runs, whatever its images' versions and its settings."""
    return tuple((each.name, each.command, each.args) for each in spec.containers or ())


def _settings(spec: PodSpec) -> Program:
    return tuple(
        (each.name, each.image, each.command, each.args, each.env, each.envFrom)
        for each in spec.containers or ()
    )
