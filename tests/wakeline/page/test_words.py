"""Lengths, amounts and filters in plain words; text of a cluster made visible."""

from datetime import UTC, datetime

import pytest
from markupsafe import Markup

from schemas.contracts import SEVERITIES, PathStep, Phase, Ref, Verdict
from tests.support.rows import at
from wakeline.page import words
from wakeline.page.changes import changes_of
from wakeline.page.filters import Filters, filters_of
from wakeline.page.text import finalized, session_address, visible


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.2, "less than 1 s"),
        (59.6, "1 min"),
        (61, "1 min 1 s"),
        (3600, "1 h"),
        (7380, "2 h 3 min"),
        (90000, "1 d 1 h"),
    ],
)
def test_lengths(seconds: float, said: str) -> None:
    assert words.spoken(seconds) == said


def test_amounts() -> None:
    assert words.asked_for(1, 0.5, 48 * 2**20) == "1 GPU, 0.5 CPU cores, 48 MiB of memory"
    assert words.asked_for(0, 0, 0) == ""
    assert words.memory(3 * 2**41) == "6 TiB"


def test_how_a_part_is_known_and_how_often_it_happened() -> None:
    assert words.link("inferred", 0.8) == "probably started by it (80%)"
    assert words.link("owner", 1.0) == ""
    assert words.examples(1, []) == ""
    assert words.examples(2, ["a", "b"]) == "It happened 2 times: to a, b"
    assert words.examples(8, ["a", "b", "c"]) == "It happened 8 times: to a, b, c and 5 others"


def test_an_engine_has_the_name_that_people_use() -> None:
    assert words.engine("airflow") == "Airflow DAG run"
    assert words.engine("of another version") == "of another version"


def test_exit_codes_and_certainty() -> None:
    assert words.exit_words(137).startswith("137: killed")
    assert words.exit_words(None) == ""
    assert words.sure(0.7) == "likely (70%)"


def test_every_phase_and_severity_has_a_look_a_sign_and_a_word() -> None:
    assert set(words.PHASES) == set(Phase.__args__)
    assert set(words.SEVERITIES) == set(SEVERITIES)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[1;31mred\x1b[0m", "ared"),
        ("a\u202eb\u2066c", "a⟨U+202E⟩b⟨U+2066⟩c"),
        ("null\x00 del\x7f", "null⟨U+0000⟩ del⟨U+007F⟩"),
        ("line\r\nline\ttab", "line\nline\ttab"),
        ("\ud800", "⟨U+D800⟩"),
        ("سلام 日本 ü", "سلام 日本 ü"),
    ],
)
def test_hidden_letters_are_named(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_only_our_own_markup_is_left_alone() -> None:
    assert finalized(Markup("<b>")) == "<b>"
    assert finalized(None) == ""
    assert finalized("\u200b") == "⟨U+200B⟩"


def test_an_address_holds_an_id_in_one_part() -> None:
    assert session_address("a/b/../c?d#e%2F") == "/session/a%2Fb%2F..%2Fc%3Fd%23e%252F"


def test_an_address_of_the_list_says_only_what_was_chosen() -> None:
    filters = filters_of({"text": " gpu ", "page": "3", "range": "24h", "state": "failed", "more": "x"})
    assert filters == Filters(text="gpu", page=3, range="24h", state="failed")
    assert filters.address() == "/?state=failed&text=gpu&range=24h"
    assert filters.address(state="", text="", range="") == "/"
    assert filters.address(page=2).endswith("&page=2")


def test_a_range_ends_now_and_days_are_whole() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    hour = filters_of({"range": "1h"}).parameters(now)
    assert hour["since_ms"] == int(now.timestamp() * 1000) - 3600_000
    days = filters_of({"after": "2026-11-23", "before": "2026-11-23"}).parameters(now)
    assert days["until_ms"] - days["since_ms"] == 86400_000


def test_a_search_looks_into_parts_of_sessions_too() -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert filters_of({"text": "x"}).parameters(now)["nested"] == 1
    assert filters_of({}).parameters(now)["nested"] == 0


def edit(path: str, seconds: float, manager: str = "kubectl") -> dict[str, object]:
    return {"before": at(seconds), "kind": "ConfigMap", "name": "c", "manager": manager, "path": path}


def test_fields_of_one_write_are_one_change() -> None:
    edits = [edit("data.b", 5), edit("data.a", 5), edit("data.a", 5, "argo"), edit("data.a", 50)]
    root = PathStep(anomaly="a", failure="f", subject=Ref(kind="Pod", name="p"), title="t", since=at(10))
    found = changes_of(edits, Verdict(failure="f", title="t", path=(root,)))
    assert [(each.manager, [field["path"] for field in each.fields]) for each in found.before] == [
        ("kubectl", ["data.a", "data.b"]),
        ("argo", ["data.a"]),
    ]
    assert [each.at for each in found.later] == [at(50)]
    assert len(changes_of(edits, None).before) == 3
