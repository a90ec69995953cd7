"""What the endpoint refuses: writes, files and networks to readers; other sites' pages to all."""

import http.client
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from wakeline.store.embedded import EmbeddedStore

SECRET_TEXT = "only for this machine's owner"


@pytest.fixture
def reader(port: int) -> Iterator[Client]:
    with clickhouse_connect.get_client(host="127.0.0.1", port=port) as client:
        yield client


def status(port: int, method: str = "GET", **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, "/?query=SELECT+42", skip_host="Host" in headers)
    for name, text in headers.items():
        connection.putheader(name.replace("_", "-"), text)
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.getheader("Access-Control-Allow-Origin") is None
    assert answer.getheader("X-Content-Type-Options") == "nosniff"
    assert answer.getheader("Cross-Origin-Resource-Policy") == "same-origin"
    found = answer.status, answer.read()
    connection.close()
    return found


REFUSED = (
    "INSERT INTO dead_letters_in (stage, reason, v) VALUES ('x', 'x', 1)",
    "INSERT INTO dead_letters_in FORMAT JSONEachRow {}",
    "DROP TABLE session_versions",
    "ALTER TABLE session_versions DELETE WHERE 1",
    "TRUNCATE TABLE session_versions",
    "CREATE TEMPORARY TABLE t (a UInt8)",
    "CREATE FUNCTION f AS (x) -> x",
    "SET readonly = 0",
    "KILL QUERY WHERE 1",
    "SYSTEM FLUSH LOGS",
    "ATTACH TABLE t",
    "BACKUP TABLE session_versions TO Disk('x', 'y')",
    "SELECT 1 SETTINGS readonly = 0",
    "SELECT 1 INTO/* */OUTFILE '{new}'",
    "SELECT $$'$$ INTO OUTFILE '{new}'",
    "WITH 1 AS x SELECT x INTO OUTFILE '{new}'",
    "EXPLAIN SELECT 1 INTO OUTFILE '{new}'",
    "INSERT INTO FUNCTION file('{new}', 'CSV', 'a String') VALUES ('x')",
    "SELECT * FROM file('{file}', 'LineAsString')",
    "SELECT * FROM fileCluster('default', '{file}', 'LineAsString')",
    "SELECT file('{file}')",
    "SELECT `f\\x69le`('{file}')",
    "SELECT \"file\"('{file}')",
    "SELECT FILE /* */ ('{file}') FORMAT Parquet",
    "SELECT file('{file}') FORMAT Parquet -- x",
    "SELECT file('{file}') FORMAT Null /* */",
    "WITH x AS (SELECT file('{file}') AS a) SELECT a FROM x",
    "EXPLAIN SELECT file('{file}')",
    "SELECT * FROM eval('SELECT file(\\'{file}\\')')",
    "DESCRIBE TABLE file('{file}', 'CSVWithNames')",
    "DESCRIBE TABLE filesystem('/')",
    "SELECT aiGenerate('x')",
    "SELECT * FROM `{file}`",
    "SELECT * FROM '{file}'",
    "DESCRIBE TABLE file('{file}', 'LineAsString')",
    "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
    "SELECT * FROM s3('http://127.0.0.1:1/a', 'CSV', 'a String')",
    "SELECT * FROM remote('127.0.0.1:1', system.one)",
    "SELECT * FROM mysql('127.0.0.1:1', 'a', 'b', 'c', 'd')",
    "SELECT * FROM sqlite('{file}', 't')",
    "SELECT * FROM executable('id', 'TSV', 'a String')",
    "SELECT * FROM python('x')",
    "SELECT * FROM Python(x)",
    "SELECT * FROM python /* */ (x)",
    "SELECT * FROM loop(file('{file}', 'LineAsString'))",
    "SELECT * FROM (SELECT * FROM file('{file}', 'LineAsString'))",
    "(SELECT * FROM file('{file}', 'LineAsString'))",
    "SELECT 1; DROP TABLE session_versions",
    "SELECT 1; SET readonly = 0; DROP TABLE session_versions",
)


def test_a_reader_can_neither_write_nor_reach_files_and_networks(
    port: int, tmp_path: Path, store: EmbeddedStore
) -> None:
    old, new = tmp_path / "old.csv", tmp_path / "new.csv"
    old.write_text(SECRET_TEXT)
    for sql in REFUSED:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", "/", sql.replace("{file}", str(old)).replace("{new}", str(new)).encode())
        answer = connection.getresponse()
        body = answer.read().decode(errors="replace")
        connection.close()
        assert answer.status != 200, sql
        assert SECRET_TEXT not in body, sql
        assert not new.exists(), sql
    assert store.client.command("SELECT count() FROM session_versions") == 0


def test_a_reader_changes_no_settings_but_limits_of_its_own(port: int) -> None:
    def get(**query: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/?" + urllib.parse.urlencode({"query": "SELECT 1", **query}))
        answer = connection.getresponse().status
        connection.close()
        return answer

    assert get(max_execution_time="5") == 200
    assert get(readonly="0") == 403
    assert get(max_memory_usage="0") == 403
    assert get(**{"a=1, readonly": "0"}) == 400


def test_readers_use_all_functions_that_stay_inside(reader: Client) -> None:
    assert reader.command("SELECT sum(number) FROM numbers(10)") == 45
    assert reader.query("SELECT * FROM objects_at(at = '2026-01-01 00:00:00')").result_rows == []
    assert reader.query("SELECT 'a file' AS a, {b:String} AS b", parameters={"b": "file("}).row_count == 1
    assert reader.query("DESCRIBE TABLE sessions").row_count > 10
    assert "sessions" in reader.command("SHOW TABLES")
    assert reader.command("EXISTS TABLE sessions") == 1
    assert reader.query("EXPLAIN SELECT 1").row_count > 0


def test_ad_hoc_filters_of_grafana_pass(store: EmbeddedStore, reader: Client) -> None:
    store.client.command("CREATE TABLE t (id UInt64, name String) ENGINE = MergeTree ORDER BY id")
    store.client.insert("t", [[1, "a"], [2, "b"]], column_names=["id", "name"])
    filtered = "SELECT name FROM t ORDER BY id SETTINGS additional_table_filters={'t': 'name = \\'b\\''}"
    assert reader.query(filtered).result_rows == [("b",)]


def test_a_wrong_secret_is_no_owner(port: int) -> None:
    with pytest.raises(DatabaseError, match="516"):
        clickhouse_connect.get_client(host="127.0.0.1", port=port, username="owner", password="guess")


def test_this_machine_may_ask(port: int) -> None:
    for host in ["127.0.0.1", "localhost", "localhost:1", "127.0.0.1:8123", "[::1]:8123"]:
        assert status(port, Host=host) == (200, b"42\n"), host


def test_a_name_that_was_rebound_to_loopback_may_not(port: int) -> None:
    for host in ("evil.example", "evil.example:8123", "localhost.evil.example", "", "[", "a@localhost:x"):
        code, body = status(port, Host=host)
        assert code in {400, 403}, host
        assert b"42" not in body, host


def test_only_its_own_pages_may_ask(port: int) -> None:
    own = f"127.0.0.1:{port}"
    assert status(port, Host=own, Origin=f"http://{own}") == (200, b"42\n")
    for origin in ("http://evil.example", "null", "http://127.0.0.1:1", f"https://{own}", ""):
        assert status(port, Host=own, Origin=origin)[0] == 403
        assert status(port, "OPTIONS", Host=own, Origin=origin)[0] == 403
    assert status(port, Sec_Fetch_Site="cross-site")[0] == 403
    assert status(port, Sec_Fetch_Site="same-site")[0] == 403
    assert status(port, Sec_Fetch_Site="same-origin")[0] == 200
