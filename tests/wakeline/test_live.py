"""A live cluster in one process: what cannot be stored stops it, and what is said is said once."""

import asyncio
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from collectors.settings import CollectSettings
from schemas import topics
from schemas.codec import pack
from schemas.contracts import Session
from stream_jobs.core.advance import News
from tests.support import rows
from tests.support.api_server import ApiServer
from tests.wakeline.done import stream
from tests.wakeline.test_embedded import Broken
from wakeline.cells import refusals
from wakeline.cli.telling import Teller
from wakeline.embedded import Embedded, Taken
from wakeline.live import follow
from wakeline.logs import CleanFormatter, JsonFormatter
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.errors import StoreError


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    with EmbeddedStore(tmp_path / "store") as made:
        yield made


async def test_a_store_that_takes_nothing_ends_the_watch(store: EmbeddedStore) -> None:
    embedded = Embedded(Broken(store, topics.SESSIONS), live=True)  # type: ignore[arg-type]
    told: list[Taken] = []
    async with ApiServer([stream("job-oom")]) as server:
        settings = CollectSettings(cluster="lab-a", server=server.address, recorded_time=True, secrets=True)
        with pytest.raises(StoreError, match="no space left"):
            await asyncio.wait_for(follow(settings, embedded, asyncio.Event(), told.append), 60)


async def test_all_is_stored_before_it_ends(store: EmbeddedStore) -> None:
    stop = asyncio.Event()
    async with ApiServer([stream("job-oom")]) as server:
        settings = CollectSettings(cluster="lab-a", server=server.address, recorded_time=True, secrets=True)
        following = asyncio.create_task(follow(settings, Embedded(store, live=True), stop, lambda _: None))
        await asyncio.wait_for(server.delivered.wait(), 60)
        stop.set()
        stats = await asyncio.wait_for(following, 60)
    stored = store.client.query("SELECT count() FROM changes").result_rows[0][0]
    assert stored == stats.sent


def taken(*sessions: Session, listed: bool = True) -> Taken:
    return Taken({"lab": News(sessions=sessions)}, (), listed)


def said(teller: Teller) -> str:
    file = teller.console.file
    assert isinstance(file, io.StringIO)
    text = file.getvalue()
    file.seek(0)
    file.truncate()
    return text


def test_once_all_is_listed_each_change_is_a_line(store: EmbeddedStore) -> None:
    teller = Teller(Console(file=io.StringIO(), width=200), store)
    running = rows.session(1, phase="Running", ended=None, verdict=None)
    store.insert(topics.SESSIONS, pack([running]), "1")
    teller.tell(taken(running, listed=False))
    assert said(teller) == ""
    teller.tell(taken())
    assert "▶ Running" in said(teller)
    teller.tell(taken(running))
    assert said(teller) == ""  # nothing new
    failed = rows.session(2)
    teller.tell(taken(failed))
    assert "▲ Failed  team/train  Memory ran out" in said(teller)
    teller.tell(taken(rows.session(3)))
    assert said(teller) == ""
    teller.say_what_was_saved(store.path)
    assert f"1 run saved in {store.path}" in said(teller)


def test_what_was_left_out_is_said_and_cleaned(
    store: EmbeddedStore, capsys: pytest.CaptureFixture[str]
) -> None:
    body = {"kind": "Pod", "metadata": {"name": "x\x1b[31m", "namespace": "team", "uid": "u"}}
    news = News(refused=((rows.change(1, name="x\x1b[31m", body=body), "expected\narray"),))
    teller = Teller(Console(file=io.StringIO()), store)
    teller.tell(Taken({"lab": news}, tuple(refusals(news)), listed=False))
    assert capsys.readouterr().err == "wakeline: Pod team/x of cluster lab was left out: expected array\n"


def test_a_log_line_stays_one_line() -> None:
    record = logging.makeLogRecord({"msg": "pods: %s", "args": ("a\nFORGED \x1b[2J",)})
    assert CleanFormatter("wakeline: %(message)s").format(record) == "wakeline: pods: a FORGED "


def test_a_log_line_may_be_json() -> None:
    try:
        int("böse")
    except ValueError:
        record = logging.makeLogRecord(
            {"msg": 'pods: "%s"', "args": ("a\nFORGED \x1b[2J",), "exc_info": sys.exc_info(), "created": 0.25}
        )
    text = JsonFormatter().format(record)
    assert "\n" not in text
    entry = json.loads(text)
    assert entry["message"] == 'pods: "a FORGED "'
    assert entry["time"] == "1970-01-01T00:00:00.250+00:00"
    assert entry["error"].endswith("ValueError: invalid literal for int() with base 10: 'böse'")
