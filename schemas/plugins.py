"""One file, one plugin: find every module of a package that defines a given constant."""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

T = TypeVar("T")


def load_all(package: ModuleType, constant: str, kind: type[T]) -> tuple[T, ...]:
    """Return `constant` of each module in `package`, in file-name order.

    Raises TypeError naming the file whose constant is missing or of another type.
    """
    found = []
    for info in sorted(pkgutil.walk_packages(package.__path__, f"{package.__name__}."), key=lambda m: m.name):
        if info.ispkg:  # an area
            continue
        module = importlib.import_module(info.name)
        value = getattr(module, constant, None)
        if not isinstance(value, kind):
            raise TypeError(f"{module.__name__} must define {constant}: {kind.__name__}, got {value!r}")
        found.append(value)
    return tuple(found)
