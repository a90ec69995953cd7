"""A store with recorded runs, runs that nobody recorded, and hostile ones; and the page over it."""

import asyncio
import threading
from collections.abc import Iterable

import msgspec
from aiohttp import web

from schemas import topics
from schemas.codec import pack
from schemas.contracts import Attempt, Evidence, PathStep, Ref, Session, Step, Verdict
from tests.support import rows
from tests.support.loopback import serve
from tests.support.recordings import inputs, replayed
from wakeline.page import ClientQuery, mount
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.http import MAX_BODY_BYTES, Endpoint
from wakeline.store.owner import open_client

RECORDED = ("job-oom", "node-lost", "image-not-found")

EVIL = "<script>window.hacked=1</script>"
QUOTES = "\"'><img src=x onerror=window.hacked=1> onmouseover='window.hacked=1'"
LINK = "javascript:window.hacked=1"
CODES = "red \x1b[31malert\x1b[0m \x07bell \u202egpj.exe\u202c zero\u200bwidth"
HOSTILE = f"evil/job/{QUOTES}/../..?a=1#b%2F&c=\u202e{EVIL}"  # a Session.id


def put(store: EmbeddedStore, topic: str, records: Iterable[msgspec.Struct], token: str) -> None:
    body = pack(records)
    assert not body or store.insert(topic, body, token) == ()


def fill(store: EmbeddedStore) -> None:
    for scenario in RECORDED:
        found = replayed(scenario)
        put(store, topics.CHANGES, inputs(scenario), f"{scenario}/changes")
        put(store, topics.SESSIONS, found.sessions.values(), f"{scenario}/sessions")
        put(store, topics.ANOMALIES, found.anomalies.values(), f"{scenario}/anomalies")
        put(store, topics.EDITS, found.edits.values(), f"{scenario}/edits")
    put(store, topics.SESSIONS, [*family(), crowd(), hostile(), *daily()], "made/sessions")
    put(store, topics.ANOMALIES, [rows.anomaly(1), hostile_anomaly()], "made/anomalies")
    put(
        store,
        topics.EDITS,
        [rows.edit(1), rows.edit(2, id="e2", before=rows.at(90)), hostile_edit()],
        "edits",
    )
    put(store, topics.CHANGES, [rows.gap(), rows.progress(600), hostile_event()], "made/changes")


def family() -> list[Session]:
    """A DAG run, the job it started, and that job's pod; the job is `rows.RUN`, of which more is known."""
    outer = rows.session(1, id="lab/airflow/team/dag", name="nightly-dag", engine="airflow", uid="dag-uid")
    inner = rows.session(1, rows.step("main", 2), parent="lab/airflow/team/dag", link="label")
    pod = rows.session(1, id="lab/pod/team/p", name="helper-pod", engine="pod", uid="p", parent=rows.RUN)
    return [outer, inner, pod]


def crowd() -> Session:
    """A run of 200 pods, of which two failed."""
    tries = [_pod(number, failed=number in (77, 150)) for number in range(1, 201)]
    step = Step(name="worker", phase="Failed", attempts=tuple(tries))
    return rows.session(1, step, id="lab/job/team/crowd", name="crowd", uid="crowd-uid")


def daily() -> list[Session]:
    """Sixty earlier runs of one definition, for more than a page of the list."""
    return [
        rows.session(
            1,
            id=f"lab/job/daily/{number}",
            namespace="daily",
            name=f"daily-{number}",
            definition="daily",
            uid=f"daily-{number}",
            phase="Succeeded",
            verdict=None,
            created=rows.at(86400 * number),
            started=rows.at(86400 * number + 1),
            ended=rows.at(86400 * number + 61),
        )
        for number in range(60)
    ]


def hostile() -> Session:
    """A run whose every text wants to be obeyed."""
    ref = Ref(kind=EVIL, namespace=QUOTES, name=CODES, uid="evil-uid")
    verdict = Verdict(
        failure=LINK,
        anomaly="evil",
        title=f"Title {EVIL} {CODES}",
        explanation=QUOTES,
        path=(
            PathStep(anomaly="evil", failure=f"{LINK}//{QUOTES}", subject=ref, title=EVIL, since=rows.at(1)),
            PathStep(anomaly="evil", failure=EVIL, subject=ref, title=QUOTES, since=rows.at(2)),
        ),
        evidence=(Evidence(at=rows.at(3), ref=ref, says=f"{EVIL}{CODES}"),),
        playbook=(LINK, EVIL),
        instances=4,
        examples=(ref, ref, ref),
        differs=(EVIL, QUOTES),
        checked=(EVIL,),
    )
    tries = (
        rows.attempt(1, pod=f"pod{EVIL}", node=QUOTES, zone=EVIL, reason=QUOTES, message=f"{EVIL}\n{CODES}"),
    )
    step = Step(
        name=f"step {EVIL}", phase="Failed", kind=QUOTES, message=EVIL, after=(EVIL, QUOTES), attempts=tries
    )
    texts = {"namespace": QUOTES, "user": EVIL, "definition": EVIL, "message": CODES, "trigger": QUOTES}
    return rows.session(
        1,
        step,
        id=HOSTILE,
        cluster="evil",
        name=f"run {EVIL} {CODES}",
        uid="evil-uid",
        verdict=verdict,
        **texts,
    )


def hostile_anomaly() -> msgspec.Struct:
    return rows.anomaly(
        1, id=f"x{QUOTES}", cluster="evil", sessions=(HOSTILE,), title=EVIL, explanation=QUOTES, failure=LINK
    )


def hostile_edit() -> msgspec.Struct:
    texts = {"path": EVIL, "old": QUOTES, "new": CODES, "manager": EVIL}
    return rows.edit(1, id="evil", cluster="evil", sessions=(HOSTILE,), **texts)


def hostile_event() -> msgspec.Struct:
    body = {
        "involvedObject": {"kind": "Pod", "namespace": "x", "name": QUOTES, "uid": "pod-uid-1"},
        "reason": EVIL,
        "message": f"{QUOTES} {CODES}",
        "type": "Warning",
        "lastTimestamp": "2026-01-02T03:04:20Z",
        "source": {"component": EVIL},
    }
    return rows.event(1, cluster="evil", body=body)


def _pod(number: int, *, failed: bool) -> Attempt:
    known = {"phase": "Failed", "exit_code": 1, "reason": "Error"}
    fine = {"phase": "Succeeded", "exit_code": 0, "reason": "Completed"}
    return rows.attempt(number, **(known if failed else fine))


class Site(threading.Thread):
    """The page beside the store's endpoint, on a loop of its own, as in the program."""

    def __init__(self, store: EmbeddedStore) -> None:
        super().__init__(name="site")
        self.store = store
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        self.origin = ""

    def run(self) -> None:
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.stopped.set)
        self.join(20)

    async def _serve(self) -> None:
        client = open_client(self.store.path)
        query = ClientQuery(client)
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        Endpoint(self.store).add_to(app, home=mount(app, query, root=False))
        async with serve(app) as self.origin:
            self.stopped = asyncio.Event()
            self.ready.set()
            await self.stopped.wait()
        query.close()
        client.close()
