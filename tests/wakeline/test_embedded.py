"""The embedded mode keeps the order of the fleet: rows, then state; a restart goes on where it was."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from schemas import topics
from schemas.contracts import Change, Gap, Input, Progress
from stream_jobs.insert import Refused
from tests.support.recordings import inputs, replayed
from tests.support.rows import at, change, progress
from wakeline.cells import batches
from wakeline.embedded import Embedded
from wakeline.store.embedded import EmbeddedStore
from wakeline.store.errors import StoreError
from wakeline.stored import read_anomalies, read_sessions

SCENARIO = "job-oom"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EmbeddedStore]:
    with EmbeddedStore(tmp_path / "store") as made:
        yield made


def take_all(embedded: Embedded, given: Sequence[Input], size: int = 100) -> None:
    for batch in batches(given, size):
        assert embedded.take(batch).letters == ()


def assert_all_is_there(store: EmbeddedStore) -> None:
    rows = replayed(SCENARIO)

    def gist(found: Iterator[object] | Sequence[object]) -> list[object]:
        return sorted(found, key=lambda each: each.id)

    assert gist(read_sessions(store.client)) == gist(rows.shown_sessions)
    assert gist(read_anomalies(store.client)) == gist(rows.shown_anomalies)


def test_the_store_holds_what_the_core_says(store: EmbeddedStore) -> None:
    take_all(Embedded(store), inputs(SCENARIO), 200)
    assert_all_is_there(store)


def test_a_restart_in_the_middle_changes_nothing(store: EmbeddedStore) -> None:
    given = inputs(SCENARIO)
    take_all(Embedded(store), given[:300], 200)
    take_all(Embedded(store), given[200:], 200)  # the last batch was not acknowledged and comes again
    assert_all_is_there(store)


class Broken:
    """A store that fails at the first batch for one topic, as if the disk were full."""

    def __init__(self, store: EmbeddedStore, topic: str) -> None:
        self._store = store
        self._topic = topic
        self.path, self.client = store.path, store.client

    def insert(self, topic: str, body: bytes, token: str) -> tuple[Refused, ...]:
        if topic == self._topic:
            raise StoreError("no space left")
        return self._store.insert(topic, body, token)


@pytest.mark.parametrize("topic", [topics.CHANGES, topics.SESSIONS, topics.ANOMALIES])
def test_what_could_not_be_stored_is_not_remembered_either(store: EmbeddedStore, topic: str) -> None:
    """Rows come before state: else the rows of this batch would never be written."""
    given = inputs(SCENARIO)
    with pytest.raises(StoreError):
        take_all(Embedded(Broken(store, topic)), given, 2000)  # type: ignore[arg-type]
    take_all(Embedded(store), given, 200)
    assert_all_is_there(store)


def pod(version: int, name: str, verb: str = "listed") -> Change:
    body = {"kind": "Pod", "metadata": {"name": name, "namespace": "team", "uid": name}}
    return change(version, body=body, name=name, uid=name, verb=verb)


def test_what_vanished_while_nothing_ran_is_known_after_the_first_list(store: EmbeddedStore) -> None:
    before = Embedded(store, live=True)
    before.take([pod(1, "stays"), pod(2, "goes"), progress(10, until=at(10))])
    after = Embedded(store, live=True)
    after.take([pod(1, "stays"), progress(100, until=at(100))])
    found = store.client.query("SELECT name, phase, deleted FROM sessions ORDER BY name").result_rows
    assert [(name, phase) for name, phase, _ in found] == [("goes", "Cancelled"), ("stays", "Pending")]
    assert found[0][2] == at(100)
    gaps = store.client.query("SELECT since, until, reason FROM gaps").result_rows
    assert gaps == [(at(10), at(1), "wakeline was not running")] or gaps[0][0] == at(10)
    assert len(gaps) == 1


def test_nothing_vanishes_by_a_list_of_another_namespace(store: EmbeddedStore) -> None:
    Embedded(store, live=True).take([pod(1, "stays"), progress(10, until=at(10))])
    Embedded(store, live=True).take([progress(100, until=at(100), namespace="other")])
    (phase,) = store.client.query("SELECT phase FROM sessions").result_rows[0]
    assert phase == "Pending"


def test_a_replay_infers_nothing(store: EmbeddedStore) -> None:
    Embedded(store).take([pod(1, "stays"), progress(10, until=at(10))])
    taken = Embedded(store).take([progress(100, until=at(100))])
    assert taken.news["lab"].sessions == ()
    assert store.client.query("SELECT count() FROM gaps").result_rows == [(0,)]


def test_inputs_keep_their_kind() -> None:
    assert {type(each) for each in inputs(SCENARIO)} <= {Change, Progress, Gap}
