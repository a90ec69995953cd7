"""A run: what identifies a session, before anything is said about it."""

import msgspec

from schemas.contracts import LinkKind


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one workflow. `id` is cluster/engine/namespace/key and is the Session's."""

    id: str
    engine: str
    namespace: str
    key: str  # uid of the run's object, or the engine's own run id
    parent: str = ""  # Run.id
    link: LinkKind = ""
