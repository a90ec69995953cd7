"""A namespace that goes takes along what is in it: when that began, and how runs in it ended."""

from datetime import datetime

import msgspec

from schemas.contracts import Ref
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import Description
from stream_jobs.core.known import deletion_requested

FAILED = frozenset({"Failed", "Error"})


def namespace_ref(cell: Cell, name: str) -> Ref:
    """The namespace as a subject, with its uid where it was seen."""
    known = cell.by_name("Namespace", "", name)
    return known.ref if known is not None else Ref(kind="Namespace", namespace="", name=name)


def deleted_since(cell: Cell, name: str) -> datetime | None:
    """When the delete of the namespace was asked for; None where it was not, or is not known."""
    known = cell.by_name("Namespace", "", name)
    return deletion_requested(known) if known is not None else None


def with_namespace(cell: Cell, namespace: str, told: Description) -> Description:
    """A run that failed only after its namespace was deleted was cancelled: its pods were taken from it."""
    asked = deleted_since(cell, namespace) if told.phase in FAILED else None
    if asked is None or told.ended is None or told.ended < asked:
        return told
    return msgspec.structs.replace(told, phase="Cancelled", message=f"namespace {namespace} was deleted")
