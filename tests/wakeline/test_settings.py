"""Settings come from options, environment, file and defaults, in this order; a wrong one is said clearly."""

from pathlib import Path
from typing import Annotated, Literal

import pytest
import typer
from msgspec import Meta, Struct

from tests.wakeline.done import Done
from wakeline.cli.frame import add_commands, run_program


class PartSettings(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(description="what it is called")] = "default"
    page_items: Annotated[int, Meta(description="objects a page", ge=1)] = 500
    retry_seconds: Annotated[float, Meta(description="first wait", gt=0)] = 1.0
    namespaces: Annotated[tuple[str, ...], Meta(description="namespaces", extra={"short": "-n"})] = ()
    watch: Annotated[bool, Meta(description="whether to watch")] = True
    format: Annotated[Literal["table", "json"], Meta(description="how")] = "table"
    port: Annotated[int | None, Meta(description="port", ge=0, le=65535)] = None
    admin_password: Annotated[str, Meta(description="password", max_length=8)] = ""


class OtherSettings(Struct, frozen=True, kw_only=True):
    name: Annotated[str, Meta(description="what it is called")] = "other"
    depth: Annotated[int, Meta(description="how deep")] = 1


GIVEN: list[PartSettings] = []


def part(settings: PartSettings) -> None:
    """Do a part."""
    GIVEN.append(settings)


def other(settings: OtherSettings) -> None:
    """Do another."""


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> Done:
    app = typer.Typer(rich_markup_mode=None)
    add_commands(app, {"part": part, "other": other})
    GIVEN.clear()
    code = run_program(app, ["part", *arguments])
    return Done(code, *capsys.readouterr())


def taken(capsys: pytest.CaptureFixture[str], *arguments: str) -> PartSettings:
    done = run(capsys, *arguments)
    assert (done.code, done.err) == (0, "")
    return GIVEN[0]


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    done = run(capsys, *arguments)
    assert done.code == 2
    assert GIVEN == []
    assert done.err.startswith("wakeline: ")
    assert done.err.count("\n") == 1
    return done.err.removeprefix("wakeline: ").rstrip()


def test_without_anything_the_defaults_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert taken(capsys) == PartSettings()


def test_the_nearer_source_goes_before_the_further(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("wakeline.toml").write_text(
        "page_items = 10\nname = 'top'\n[part]\nname = 'table'\nretry-seconds = 5\n"
    )
    assert taken(capsys) == PartSettings(page_items=10, name="table", retry_seconds=5.0)
    monkeypatch.setenv("WAKELINE_PAGE_ITEMS", "20")
    assert taken(capsys).page_items == 20
    assert taken(capsys, "--page-items", "30").page_items == 30
    assert taken(capsys, "--page-items", "500").page_items == 500  # given, though it is the default


def test_a_file_can_be_named(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    Path("wakeline.toml").write_text("page_items = 10\n")
    Path("mine.toml").write_text("page_items = 11\n")
    assert taken(capsys, "--config", "mine.toml").page_items == 11
    monkeypatch.setenv("WAKELINE_CONFIG", "mine.toml")
    assert taken(capsys).page_items == 11


def test_keys_of_other_commands_are_left_to_them(capsys: pytest.CaptureFixture[str]) -> None:
    Path("wakeline.toml").write_text("depth = 3\n[other]\nname = 'x'\n")
    assert taken(capsys) == PartSettings()


def test_lists_yes_and_no_and_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert taken(capsys, "-n", "a", "--namespace", "b,c", "--namespaces", "d").namespaces == (
        "a",
        "b",
        "c",
        "d",
    )
    assert taken(capsys, "--no-watch").watch is False
    assert taken(capsys, "--port", "0").port == 0
    monkeypatch.setenv("WAKELINE_NAMESPACES", "x,y z")
    monkeypatch.setenv("WAKELINE_WATCH", "false")
    found = taken(capsys)
    assert found.watch is False
    assert found.namespaces == ("x", "y", "z")
    Path("wakeline.toml").write_text("namespaces = ['p', 'q']\nwatch = false\n")
    monkeypatch.delenv("WAKELINE_NAMESPACES")
    assert taken(capsys).namespaces == ("p", "q")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--page-items", "many"], "--page-items: expected a whole number at least 1, got 'many'"),
        (["--page-items", "0"], "--page-items: expected a whole number at least 1, got '0'"),
        (["--retry-seconds", "-1"], "--retry-seconds: expected a number more than 0, got '-1'"),
        (["--port", "70000"], "--port: expected a whole number at least 0 and at most 65535, got '70000'"),
        (["--format", "jsn"], "--format: expected one of table, json, got 'jsn'; did you mean json?"),
        (
            ["--admin-password", "much-too-long"],
            "--admin-password: expected text in quotes, got what it was set to",
        ),
    ],
)
def test_a_wrong_option(capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str) -> None:
    assert refused(capsys, *arguments) == sentence


def test_an_unknown_option_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(capsys, "--page-itens", "3")
    assert "--page-itens" in said
    assert "--page-items" in said
    assert "wakeline part --help" in said


def test_a_wrong_variable(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAKELINE_PAGE_ITEMS", "many")
    assert refused(capsys) == (
        "WAKELINE_PAGE_ITEMS (environment): expected a whole number at least 1, got 'many'"
    )
    monkeypatch.setenv("WAKELINE_PAGE_ITEMS", "5")
    monkeypatch.setenv("WAKELINE_WATCH", "perhaps")
    assert refused(capsys) == "WAKELINE_WATCH (environment): expected true or false, got 'perhaps'"


def test_a_misspelt_variable_is_told_but_others_may_be_there(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAKELINE_PAGE_ITEM", "5")
    monkeypatch.setenv("WAKELINE_SOMETHING_ELSE_ALTOGETHER", "5")
    done = run(capsys)
    assert done.code == 0
    assert done.err == (
        "wakeline: WAKELINE_PAGE_ITEM (environment) sets nothing; did you mean WAKELINE_PAGE_ITEMS?\n"
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("page_items = 'many'", "wakeline.toml, page_items: expected a whole number at least 1, got 'many'"),
        (
            "[part]\npage_items = '5'",
            "wakeline.toml, [part] page_items: expected a whole number at least 1, got '5'",
        ),
        ("namespaces = 'a'", "wakeline.toml, namespaces: expected a list of texts, got 'a'"),
        ("watch = 1", "wakeline.toml, watch: expected true or false, got 1"),
        ("page_item = 5", "wakeline.toml: there is no setting page_item; did you mean page_items?"),
        (
            "[part]\ndepth = 5",
            "wakeline.toml, [part]: there is no setting depth; known are admin_password, format, ",
        ),
        ("[prat]\nname = 'x'", "wakeline.toml: there is no command for the table [prat]; did you mean part?"),
        ("name = ", "wakeline.toml: expected TOML: "),
    ],
)
def test_a_wrong_file(capsys: pytest.CaptureFixture[str], text: str, sentence: str) -> None:
    Path("wakeline.toml").write_text(text)
    assert refused(capsys).startswith(sentence)


def test_a_file_that_is_named_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "--config", "none.toml") == "none.toml: there is no such settings file"
    Path("folder").mkdir()
    assert refused(capsys, "--config", "folder").startswith("folder: the settings file cannot be read: ")


def test_the_help_says_where_settings_may_come_from(capsys: pytest.CaptureFixture[str]) -> None:
    out = run(capsys, "--help").out
    assert "--page-items" in out
    assert "WAKELINE_PAGE_ITEMS" in out
    assert "[part]" in out
    assert "Objects a page." in out
