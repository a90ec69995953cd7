"""The contract of a dashboard: one file in `pages`, one constant."""

from typing import Any

import msgspec

Json = dict[str, Any]


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """One dashboard. `answers` is the question that it answers; rows of panels fill 24 columns each."""

    uid: str  # "wl-...": links hold on to it
    title: str
    answers: str
    variables: tuple[Json, ...]
    rows: tuple[tuple[Json, ...], ...]
    annotations: tuple[Json, ...] = ()
    refresh: str = ""  # "" = only when somebody asks
