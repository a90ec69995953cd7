"""Kubernetes quantities ("500m", "64Mi") to numbers, and numbers, times and spans to words for people."""

from datetime import datetime, timedelta

# https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
FACTORS = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
    "E": 1e18,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
    "Pi": 2.0**50,
    "Ei": 2.0**60,
}


def quantity(text: str | int | float | None) -> float:
    """Return a quantity as a plain number: cores, bytes or pieces. Absent or unreadable is 0."""
    if text is None or isinstance(text, int | float):
        return float(text or 0)
    for length in (2, 1):
        factor = FACTORS.get(text[-length:])
        if factor is not None:
            return _number(text[:-length]) * factor
    return _number(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def say_bytes(count: float) -> str:
    """16 GiB, 512 MiB, 1.5 KiB."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(count) < 1024:
            return f"{count:.4g} {unit}"
        count /= 1024
    return f"{count:.4g} TiB"


def say_amount(resource: str, count: float) -> str:
    """Return an amount of one resource in words: "16 GiB memory", "2 GPUs (nvidia.com/gpu)", "0.5 CPUs"."""
    plain = resource.removeprefix("requests.").removeprefix("limits.").removeprefix("count/")
    if plain in ("memory", "ephemeral-storage", "storage"):
        return f"{say_bytes(count)} {plain}"
    if plain == "cpu":
        return f"{count:.4g} CPU{'' if count == 1 else 's'}"
    if is_gpu(plain):
        return f"{count:.4g} GPU{'' if count == 1 else 's'} ({plain})"
    return f"{count:.4g} {plain.removesuffix('s') if count == 1 else plain}"


def is_gpu(resource: str) -> bool:
    """Whether an extended resource counts accelerators: nvidia.com/gpu, nvidia.com/mig-1g.5gb."""
    domain, _, name = resource.rpartition("/")
    return bool(domain) and ("gpu" in name or name.startswith(("mig-", "tpu", "neuron", "gaudi")))


def say_span(span: timedelta) -> str:
    """45 s, 3 min 20 s, 2 h 5 min, 3 d 4 h."""
    seconds = round(span.total_seconds())
    if seconds < 60:
        return f"{max(seconds, 0)} s"
    for big, small, unit, rest in ((60, 1, "min", "s"), (3600, 60, "h", "min"), (86400, 3600, "d", "h")):
        if seconds < big * (60 if unit == "min" else 24 if unit == "h" else 10**9):
            whole, left = divmod(seconds, big)
            part = left // small
            return f"{whole} {unit} {part} {rest}" if part else f"{whole} {unit}"
    return f"{seconds} s"


def say_time(time: datetime | None) -> str:
    """Return a UTC time to the second: "2026-11-24 12:25:21 UTC"; "an unknown time" for None."""
    return "an unknown time" if time is None else f"{time:%Y-%m-%d %H:%M:%S} UTC"
