"""docs/reference and docs/failures are what the code says now, and miss nothing."""

import re
from pathlib import Path
from typing import Any

import typer.main

from schemas.contracts import Anomaly, Attempt, Edit, Evidence, Ref, Session, Step, Verdict
from schemas.topics import TOPICS
from stream_jobs.core.engines import all_engines
from stream_jobs.core.failures import all_failures
from tests.house.repository import ROOT, name_of, tracked
from wakeline.cli import app
from wakeline.reference import FOLDER, pages
from wakeline.reference.tables import relations

PAGES = pages()


def test_it_is_current() -> None:
    folders = {FOLDER / Path(name).parent for name in PAGES}
    paths = [path for folder in folders for path in folder.glob("*.md")]
    written = {str(path.relative_to(FOLDER)): path.read_text() for path in paths}
    stale = {name for name in PAGES.keys() | written.keys() if PAGES.get(name) != written.get(name)}
    assert not stale, "run `make docs`"


def options(command: Any) -> list[str]:
    found = [name for each in command.params for name in each.opts if name.startswith("--")]
    return found + [name for child in getattr(command, "commands", {}).values() for name in options(child)]


def test_every_command_and_option_is_there() -> None:
    program: Any = typer.main.get_command(app)
    assert program.commands
    for name in program.commands:
        assert f"`wakeline {name}" in PAGES["reference/commands.md"]
    for option in options(program):
        assert option in PAGES["reference/commands.md"]


def test_every_option_says_what_it_is() -> None:
    assert re.findall(r"^\| `.*\|  \|$", PAGES["reference/commands.md"], re.MULTILINE) == []


def test_every_topic_table_engine_and_failure_is_there() -> None:
    for topic in TOPICS:
        assert f"`{topic.name}`" in PAGES["reference/topics.md"]
    for relation in relations():
        assert f"`{relation.name}`" in PAGES["reference/tables.md"]
    for engine in all_engines():
        assert f"`{engine.name}`" in PAGES["reference/engines.md"]
    for failure in all_failures():
        assert f"`{failure.id}`" in PAGES["reference/failures.md"]
        for threshold in failure.thresholds:
            assert threshold.id.startswith(f"{failure.id}.")
            assert f"`{threshold.id}`" in PAGES["reference/thresholds.md"]


def test_every_failure_has_its_page() -> None:
    for failure in all_failures():
        text = PAGES[f"failures/{failure.id}.md"]
        for title in (
            "What it means",
            "What you see",
            "How to make sure",
            "What to do",
            "What usually causes it",
        ):
            assert f"## {title}\n" in text, f"{failure.id} lacks: {title}"


def test_every_contract_of_the_document_is_there_with_its_fields() -> None:
    for struct in (Session, Anomaly, Edit, Verdict, Step, Attempt, Evidence, Ref):
        assert f"## {struct.__name__}\n" in PAGES["reference/json.md"]
        for field in struct.__struct_fields__:
            assert f"| `{field}` |" in PAGES["reference/json.md"]


def test_every_table_and_view_says_what_it_is() -> None:
    assert [each.name for each in relations() if not each.about] == []


def test_the_migrations_make_nothing_that_is_not_there() -> None:
    made = set()
    for path in tracked("schemas/clickhouse/*.sql"):
        made |= set(
            re.findall(r"^CREATE (?:TABLE|VIEW) (?:IF NOT EXISTS )?(\w+)", path.read_text(), re.MULTILINE)
        )
    assert made == {each.name for each in relations()}


def test_every_view_has_an_example() -> None:
    examples = (ROOT / "docs" / "sql.md").read_text()
    for relation in relations():
        if relation.view:
            assert relation.name in examples, f"{relation.name} has no example in docs/sql.md"


def test_commands_in_the_pages_exist() -> None:
    program: Any = typer.main.get_command(app)
    for page in tracked("*.md"):
        for name in re.findall(r"(?:^|`|/)wakeline ([a-z]+)", page.read_text(), re.MULTILINE):
            assert name in program.commands, f"{name_of(page)}: wakeline {name}"
