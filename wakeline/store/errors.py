"""What can go wrong with a store, as one sentence a user can act on."""

import errno
from pathlib import Path

from clickhouse_connect.driver.exceptions import DatabaseError

from wakeline.errors import UserError

_NO_SPACE = 243  # NOT_ENOUGH_SPACE in ClickHouse's src/Common/ErrorCodes.cpp


class StoreError(UserError):
    """The store cannot be used; the message says which, why and what to do."""


def explained(path: Path, error: OSError | DatabaseError) -> StoreError:
    """Return `error`, met while the store at `path` was opened or written, in a user's words."""
    text = str(error)
    if getattr(error, "errno", None) == errno.ENOSPC or _is_full(error, text):
        return StoreError(f"no space left for the store {path}: free some space on its disk and start again")
    if isinstance(error, PermissionError):
        return StoreError(
            f"the store {path} cannot be written: give this user the right to, or choose another --store"
        )
    if isinstance(error, OSError):
        return StoreError(
            f"the store {path} cannot be opened: {error.strerror or text}; choose another --store"
        )
    return StoreError(f"the store {path} cannot be used: {' '.join(text.split())[:500]}")


def _is_full(error: object, text: str) -> bool:
    return getattr(error, "code", None) == _NO_SPACE or "No space left on device" in text
