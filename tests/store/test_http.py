"""ClickHouse's protocol over the embedded store: clickhouse-connect's ordinary client, and plain HTTP."""

import base64
import gzip
import http.client
import urllib.parse
from collections.abc import Iterator

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas import topics
from schemas.codec import pack
from tests.support import rows
from wakeline.store.embedded import EmbeddedStore


@pytest.fixture
def owner(store: EmbeddedStore, port: int) -> Iterator[Client]:
    secret = (store.path / "owner.secret").read_text()
    with clickhouse_connect.get_client(
        host="127.0.0.1", port=port, username="owner", password=secret
    ) as client:
        client.command(
            "CREATE TABLE t (id UInt64, name String) ENGINE = MergeTree ORDER BY id "
            "SETTINGS non_replicated_deduplication_window = 100"
        )
        yield client


@pytest.fixture
def reader(port: int) -> Iterator[Client]:
    with clickhouse_connect.get_client(host="127.0.0.1", port=port) as client:
        yield client


def ask(
    port: int, sql: str, method: str = "GET", body: bytes | None = None, **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    path = "/?" + urllib.parse.urlencode({"query": sql}) if sql else "/"
    connection.request(method, path, body, {name.replace("_", "-"): text for name, text in headers.items()})
    answer = connection.getresponse()
    answer.read_all = answer.read()  # type: ignore[attr-defined]
    connection.close()
    return answer


@pytest.mark.parametrize("compress", [False, True, "lz4", "zstd", "gzip"])
def test_every_row_of_a_large_insert_arrives(
    store: EmbeddedStore, owner: Client, port: int, compress: bool | str
) -> None:
    many = [[number, f"name-{number}"] for number in range(200_000)]  # several blocks, so several frames
    with clickhouse_connect.get_client(
        host="127.0.0.1", port=port, compress=compress, username="owner", password=store.lock.secret
    ) as writer:
        assert writer.insert("t", many, column_names=["id", "name"]).summary["written_rows"] == "200000"
    assert owner.query("SELECT count(), uniqExact(name) FROM t").result_rows == [(200_000, 200_000)]
    assert len(owner.query("SELECT * FROM t").result_rows) == 200_000


def test_a_repeated_batch_is_stored_once(owner: Client) -> None:
    for _ in range(2):
        settings = {"insert_deduplication_token": "changes-0-1-2"}
        owner.insert("t", [[1, "a"], [2, "b"]], column_names=["id", "name"], settings=settings)
    assert owner.query("SELECT count() FROM t").result_rows == [(2,)]


def test_what_the_owner_stores_everybody_can_read(store: EmbeddedStore, reader: Client) -> None:
    assert store.insert(topics.SESSIONS, pack([rows.session(1, rows.step("a"))]), "t") == ()
    assert reader.query("SELECT id, phase FROM sessions").result_rows == [(rows.RUN, "Failed")]


def test_parameters_are_values_not_sql(reader: Client) -> None:
    for text in ("x' OR 1=1 -- \\ \t\n", "\\", "\\'", "'", "`", "é\u2028"):
        assert reader.query("SELECT {s:String}", parameters={"s": text}).result_rows == [(text,)]


@pytest.mark.parametrize("value", ["\\", "\\', readonly='0", "', readonly='0", "x\\"])
def test_a_setting_is_a_value_not_sql(port: int, value: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    query = {"query": "CREATE TABLE no (a UInt8) ENGINE = Memory", "result_overflow_mode": value}
    connection.request("POST", "/?" + urllib.parse.urlencode(query))
    assert connection.getresponse().status in {400, 403, 500}
    connection.close()


def test_settings_do_not_leak_between_requests(owner: Client) -> None:
    sql = "SELECT getSetting('max_threads')"
    before = owner.query(sql).result_rows
    assert owner.query(sql, settings={"max_threads": 1}).result_rows == [(1,)]
    assert owner.query(sql).result_rows == before


def test_errors_carry_the_code(reader: Client) -> None:
    with pytest.raises(DatabaseError) as error:
        reader.query("SELECT * FROM missing")
    assert error.value.code == 60


def test_formats_and_compression_of_plain_http(port: int) -> None:
    assert ask(port, "SELECT 1 AS a, 'x' AS b FORMAT JSONEachRow").read_all == b'{"a":1,"b":"x"}\n'
    assert ask(port, "SELECT 1", X_ClickHouse_Format="CSVWithNames").read_all == b'"1"\n1\n'
    packed = gzip.compress(b"SELECT sum(number) ") + gzip.compress(b"FROM numbers(10)")
    assert ask(port, "", "POST", packed, Content_Encoding="gzip").read_all == b"45\n"
    long = ask(port, "SELECT repeat('a', 5000)", Accept_Encoding="gzip")
    assert gzip.decompress(long.read_all) == b"a" * 5000 + b"\n"
    assert ask(port, "SELECT 1", "POST", b"x", Content_Encoding="lz4").status == 400
    assert ask(port, "", "POST", b"\xff").status in {400, 403}


def test_the_page_lives_at_the_same_address(port: int) -> None:
    assert ask(port, "").read_all == b"the page"
    assert ask(port, "", "POST").read_all == b"Ok.\n"


def test_get_never_writes_even_for_the_owner(store: EmbeddedStore, port: int) -> None:
    login = "Basic " + base64.b64encode(f"owner:{store.lock.secret}".encode()).decode()
    create = "CREATE TABLE no (a UInt8) ENGINE = Memory"
    refused = ask(port, create, Authorization=login)
    assert (refused.status, refused.getheader("X-ClickHouse-Exception-Code")) == (403, "164")
    assert ask(port, create, "POST", Authorization=login).status == 200


def test_the_first_question_of_clickhouse_go_is_answered(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    hello = b"SELECT displayName(), version(), revision(), timezone()"
    connection.request("POST", "/?default_format=Native&client_protocol_version=54485", hello)
    answer = connection.getresponse().read()
    connection.close()
    assert b"\x08wakeline" in answer
    assert answer[:2] == b"\x01\x00"
