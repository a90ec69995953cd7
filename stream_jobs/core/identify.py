"""Whose run is this object part of? Walk its owners, ask every engine at each, keep the runs as a nest."""

from collections.abc import Iterable
from functools import cache

from schemas.contracts import LinkKind
from stream_jobs.core.cell import Cell
from stream_jobs.core.engine import BARE, Claim, Engine
from stream_jobs.core.engines import all_engines
from stream_jobs.core.known import Known
from stream_jobs.core.run import Run

NATIVE = frozenset({"", "apps", "autoscaling", "policy"})  # groups of Kubernetes, beside *.k8s.io


def place(cell: Cell, known: Known) -> set[str]:
    """Give the object its homes; return the ids of the sessions that gained, lost or hold it.

    A late parent changes the homes of what it owns: those objects are placed again when it arrives.
    """
    runs = nest(cell, known)
    before = cell.homes.get(known.uid, ())
    now = tuple(run.id for run in runs)
    for run in runs:
        held = cell.runs.get(run.id)
        if held is None or run.parent > held.parent:  # a member without labels may not know the parent
            cell.runs[run.id] = run
    if now == before:
        return set(now)
    for gone in set(before) - set(now):
        _leave(cell, gone, known.uid)
    for home in now:
        cell.members.setdefault(home, set()).add(known.uid)
    if now:
        cell.homes[known.uid] = now
    else:
        cell.homes.pop(known.uid, None)
    return {*before, *now}


def place_all(cell: Cell, uids: Iterable[str]) -> set[str]:
    """Place the objects, and what they own where they moved; then mend parents that were a first guess."""
    sessions: set[str] = set()
    waiting = list(uids)
    for uid in waiting:  # grows
        before = cell.homes.get(uid, ())
        sessions |= place(cell, cell.objects[uid])
        if before and before != cell.homes.get(uid, ()):
            waiting.extend(each.uid for each in cell.descendants(cell.objects[uid]))
    for session in sessions:
        run = cell.runs.get(session)
        if run is not None and run.parent and run.parent not in cell.members:
            members = sorted(cell.members[session])
            again = [each for uid in members for each in nest(cell, cell.objects[uid]) if each.id == session]
            cell.runs[session] = max(again, key=lambda each: each.parent, default=run)
    return sessions


def nest(cell: Cell, known: Known) -> list[Run]:
    """Return the runs the object is part of, innermost first, each with its parent."""
    found = _claims(cell, known)
    if not found:
        return []
    if any(engine.layer < BARE for engine, *_ in found):
        found = [each for each in found if each[0].layer < BARE]
    found.sort(key=lambda each: (each[0].layer, -each[1]))  # outermost first
    owners = _owner_uids(cell, known)
    kept: list[Run] = []
    absorbed = {(name, each.layer) for each, *_ in found for name in each.absorbs}
    for engine, _, key, namespace in found:
        identity = f"{cell.cluster}/{engine.name}/{namespace}/{key}"
        if any(name == engine.name and layer <= engine.layer for name, layer in absorbed):
            continue
        if any(run.id == identity for run in kept):
            continue
        link: LinkKind = "" if not kept else "owner" if kept[-1].key in owners else "label"
        parent = kept[-1].id if kept else ""
        kept.append(
            Run(id=identity, engine=engine.name, namespace=namespace, key=key, parent=parent, link=link)
        )
    return kept[::-1]


def _owner_uids(cell: Cell, known: Known) -> set[str]:
    """Every uid that the object or one of its owners names as owner, seen or not."""
    chain = (known, *cell.owners(known))
    return {owner.uid for each in chain for owner in each.view.metadata.ownerReferences or ()}


def _claims(cell: Cell, known: Known) -> list[tuple[Engine, int, str, str]]:
    found: list[tuple[Engine, int, str, str]] = []
    if _is_bystander(known):
        return found
    for level, each in enumerate((known, *cell.owners(known))):
        for engine, claim in _own_claims(cell, each):
            if engine.nests or not any(engine is other for other, *_ in found):
                found.append((engine, level, claim.key, claim.namespace))
    return found


def _own_claims(cell: Cell, known: Known) -> list[tuple[Engine, Claim]]:
    """What engines say of one object; asked once a judgement, as what it owns asks for it again."""
    memo = ("claims", known.uid)
    if memo not in cell.memo:
        asked = ((engine, engine.claim(known, cell)) for engine in all_engines())
        cell.memo[memo] = [(engine, claim) for engine, claim in asked if claim is not None]
    found: list[tuple[Engine, Claim]] = cell.memo[memo]
    return found


def _is_bystander(known: Known) -> bool:
    """Whether nothing ties the object to a run: of no engine's kind, owned by none, and cluster-wide or bare.

    Most of what a cluster lists at first is so: roles, their bindings, accounts, settings of the API server.
    """
    if known.view.metadata.ownerReferences or not _is_native(known.key):
        return False
    return not known.namespace or not (known.labels or known.annotations)


@cache
def _is_native(key: str) -> bool:
    """Whether a kind is Kubernetes' own, and no engine's."""
    group = key.partition(".")[2]
    if key == "Pod" or not (group in NATIVE or group.endswith(".k8s.io")):
        return False
    return not any(key in each.views or key in each.starters for each in all_engines())


def _leave(cell: Cell, session: str, uid: str) -> None:
    members = cell.members.get(session)
    if members is None:
        return
    members.discard(uid)
    if not members:
        del cell.members[session]
        cell.runs.pop(session, None)
