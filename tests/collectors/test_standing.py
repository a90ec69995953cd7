"""What a watch says of itself: up to when all is told, and why a list had to be read again."""

from datetime import timedelta
from pathlib import Path

import pytest

from collectors import standing as standing_module
from collectors.intake import Intake, Stream
from collectors.notes import Place
from collectors.standing import Standing
from tests.collectors.broker import MemoryKafka, Running
from tests.collectors.objects import NOW, PODS
from tests.collectors.tapes import after
from tests.collectors.test_resume import first_run, folder, tape  # noqa: F401 - fixtures
from tests.support.api_server import ApiServer, Fault

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def resumed() -> Standing:
    standing = Standing(Stream(Intake("lab"), PODS))
    standing.resume(Place("10", NOW))
    return standing


def test_what_the_server_still_has_to_send_is_not_said_to_be_told(
    resumed: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert resumed.progress_until(LATER) is None
    resumed.connect(LATER)
    assert resumed.progress_until(LATER) is None
    resumed.begin_burst(LATER)
    resumed.spoke()
    resumed.end_burst()
    assert resumed.progress_until(LATER) is None
    monkeypatch.setattr(standing_module, "_QUIET_SECONDS", 0.0)
    assert resumed.progress_until(LATER) == LATER


def test_a_bookmark_says_that_nothing_older_is_to_come(resumed: Standing) -> None:
    resumed.connect(LATER)
    resumed.begin_burst(LATER)
    resumed.spoke(at_its_end=True)
    assert resumed.progress_until(LATER) == LATER


def test_a_watch_that_was_away_for_seconds_is_up_to_date_at_once(resumed: Standing) -> None:
    soon = NOW + timedelta(seconds=3)
    resumed.connect(soon)
    assert resumed.progress_until(soon) == soon


def test_an_old_wait_is_no_reason_once_the_server_went_on(resumed: Standing) -> None:
    resumed.held(60.0)
    resumed.connect(LATER)
    resumed.spoke()
    resumed.lose("the watch ended: 410")
    assert resumed.reason == "the watch ended: 410"


async def test_records_that_were_not_taken_for_long_are_the_reason_of_the_gap(
    tape: Path,  # noqa: F811
    folder: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(standing_module, "_HELD_SECONDS", 0.0)
    async with ApiServer([tape]) as server:
        await first_run(server, folder)
        server.fail("pods", "watch", Fault(after=1, inside=b"", missed=0))
        server.fail("pods", "watch", Fault(status=410, missed=2))
        kafka = MemoryKafka()
        async with Running(server, kafka, state_dir=folder) as running:
            await running.until(server.delivered.is_set)
    (gap,) = kafka.gaps()
    assert gap.since == after(4)
    assert gap.reason.startswith("records were not taken for 0 s, and the watch was refused: 410")
