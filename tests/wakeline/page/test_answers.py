"""Headers, errors and addresses of the page, as a client sees them."""

import http.client
import urllib.error
import urllib.request
from email.message import Message

import clickhouse_connect
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError

from tests.wakeline.page.lonely import answer_over
from wakeline.page import queries
from wakeline.page.query import Row


def ask(address: str, **headers: str) -> tuple[int, str, Message]:
    request = urllib.request.Request(address, headers=headers)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode(), error.headers


@pytest.mark.parametrize(
    "path", ["/", "/failures", "/failures/no-such", "/session/no/such", "/nothing", "/static/app.js"]
)
def test_every_answer_forbids_what_is_not_ours(origin: str, path: str) -> None:
    _, _, headers = ask(origin + path)
    policy = dict(each.strip().split(" ", 1) for each in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/session/no/such", "/nothing", "/static/../query.py", "/static/none.js"])
def test_what_is_not_there_is_told_in_plain_words(origin: str, path: str) -> None:
    status, text, _ = ask(origin + path)
    assert status == 404
    assert "There is no such page" in text
    assert "All sessions" in text


def test_only_this_machines_names_are_answered(origin: str) -> None:
    status, text, _ = ask(f"{origin}/", Host="rebound.example.com")
    assert status == 403
    assert "train-resnet" not in text
    assert ask(f"{origin}/", **{"Sec-Fetch-Site": "cross-site"})[0] == 403
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert ask(f"{origin}/", **link)[0] == 200  # a link in a dashboard or a chat
    assert ask(f"{origin}/?query=SELECT+1", **link)[0] == 403
    assert ask(f"{origin}/", **(link | {"Sec-Fetch-Dest": "iframe"}))[0] == 403


def test_pages_are_only_read(origin: str) -> None:
    connection = http.client.HTTPConnection(origin.removeprefix("http://"))
    connection.request("POST", "/failures")
    answer = connection.getresponse()
    assert answer.status == 405
    assert "These pages can only be read." in answer.read().decode()
    connection.close()


def test_the_store_answers_at_the_same_address(origin: str) -> None:
    port = int(origin.rsplit(":", 1)[1])
    client = clickhouse_connect.get_client(host="127.0.0.1", port=port)
    assert client.command("SELECT count() > 3 FROM sessions") == 1
    client.close()
    assert ask(f"{origin}/?query=SELECT%201")[1].strip() == "1"


def test_our_files_may_be_kept_but_pages_may_not(origin: str) -> None:
    _, text, headers = ask(f"{origin}/")
    assert headers["Cache-Control"] == "no-cache"
    start = text.index("/static/app.css?v=")
    kept = ask(origin + text[start : text.index('"', start)])[2]
    assert "immutable" in kept["Cache-Control"]
    assert kept["Content-Type"].startswith("text/css")


def test_a_store_that_does_not_answer_is_told(caplog: pytest.LogCaptureFixture) -> None:
    async def refuse(_sql: str, **_parameters: object) -> list[Row]:
        raise DatabaseError("gone")

    status, text = answer_over(refuse)
    assert status == 503
    assert "The store does not answer" in text
    assert "gone" in caplog.text


def test_an_empty_store_says_how_to_begin() -> None:
    async def nothing(sql: str, **_parameters: object) -> list[Row]:
        none = {"clusters": [], "namespaces": [], "engines": [], "sessions": 0}
        return [none] if sql == queries.CHOICES else []

    status, text = answer_over(nothing)
    assert status == 200
    assert "Nothing is recorded yet" in text
    assert "wakeline watch" in text
