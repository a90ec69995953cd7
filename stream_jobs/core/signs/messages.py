"""Text from a cluster made fit to show: one line, cut; image references and the commands to type."""

import re

import msgspec

LIMIT = 500  # characters of a message that are shown as evidence
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\s]+")
PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]+")
QUOTED = re.compile(r'"[^"]*"')
DEFAULT_REGISTRY = "docker.io"


def one_line(text: str, limit: int = LIMIT) -> str:
    """Collapse white space and control characters into single blanks, and cut with an ellipsis."""
    flat = CONTROL.sub(" ", text).strip()
    return flat if len(flat) <= limit else flat[: limit - 1].rstrip() + "…"


def without_quotes(text: str) -> str:
    """The text with all that stands in double quotes left out: names there are no part of an error."""
    return QUOTED.sub('""', text)


def listed(names: list[str]) -> str:
    """Return "a", "a and b", "a, b and c"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else ""


def times(count: int) -> str:
    """Return "" for once, ", 3 times" for more."""
    return f", {count} times" if count > 1 else ""


class Image(msgspec.Struct, frozen=True):
    """An image reference in its parts; `tag` is "" where a digest stands instead."""

    registry: str
    repository: str
    tag: str = ""
    digest: str = ""


def image_reference(text: str) -> Image:
    """Split an image reference as containerd does: no registry is Docker Hub, no tag is "latest".

    https://github.com/distribution/reference: the first part is a registry where it has a dot, a colon, or
    is "localhost".
    """
    name, _, digest = text.strip().partition("@")
    first, slash, rest = name.partition("/")
    registry, path = (first, rest) if slash and _is_host(first) else (DEFAULT_REGISTRY, name)
    head, colon, tag = path.rpartition(":")
    repository = head if colon else path
    tag = tag if colon else "" if digest else "latest"
    return Image(registry, repository, tag, digest)


def _is_host(part: str) -> bool:
    return "." in part or ":" in part or part == "localhost"


def shell_word(text: str) -> str:
    """Quote a name for a shell where it is not plain: it comes from the cluster."""
    return text if PLAIN_NAME.fullmatch(text) else "'" + text.replace("'", "'\\''") + "'"


def logs_command(namespace: str, pod: str, container: str, *, previous: bool = False) -> str:
    """Return the command that shows a container's log; `previous`: the log of the life before this one."""
    words = ["kubectl", "-n", namespace, "logs", pod, "-c", container]
    return " ".join(shell_word(word) for word in words) + (" --previous" if previous else "")
