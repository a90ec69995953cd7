"""`wakeline serve`: one address for pages and for ClickHouse's protocol, on this machine only."""

import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen

import clickhouse_connect
import pytest

from schemas import topics
from schemas.codec import pack
from tests.support import rows
from tests.wakeline.conftest import Run
from wakeline.store.embedded import EmbeddedStore

Start = Callable[..., Popen[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with EmbeddedStore(tmp_path / "store") as store:
        store.insert(topics.SESSIONS, pack([rows.session(1)]), "s")
    return tmp_path / "store"


def address(process: Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Open http://127.0.0.1:"), line
    return line.split()[1]


def test_clients_of_clickhouse_can_ask(start: Start, folder: Path) -> None:
    port = int(address(start("serve", "--store", folder, "--port", "0")).rpartition(":")[2])
    client = clickhouse_connect.get_client(host="127.0.0.1", port=port)
    try:
        assert client.query("SELECT name FROM sessions").result_rows == [("train",)]
    finally:
        client.close()


def test_a_browser_gets_the_page_at_the_same_address(start: Start, folder: Path) -> None:
    found = address(start("serve", "--store", folder, "--port", "0"))
    request = urllib.request.Request(found, headers={"Accept": "text/html"})
    with urllib.request.urlopen(request, timeout=20) as page:
        assert page.headers["Content-Type"].startswith("text/html")
        assert "Memory ran out" in page.read().decode()
    with urllib.request.urlopen(f"{found}/?query=SELECT%20name%20FROM%20sessions", timeout=20) as answer:
        assert answer.read() == b"train\n"


def test_other_hosts_names_are_refused(start: Start, folder: Path) -> None:
    found = address(start("serve", "--store", folder, "--port", "0"))
    request = urllib.request.Request(f"{found}/?query=SELECT%201", headers={"Host": "evil.test"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=20)
    assert refused.value.code == 403
    refused.value.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_cleanly(start: Start, folder: Path, wakeline: Run, number: signal.Signals) -> None:
    process = start("serve", "--store", folder, "--port", "0")
    address(process)
    process.send_signal(number)
    _, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert wakeline("sessions", "--store", folder).code == 0  # it gave the store back


def test_a_port_that_is_taken(wakeline: Run, folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = wakeline("serve", "--store", folder, "--port", port)
    assert done.code == 2
    assert done.err == (
        f"wakeline: port {port} of 127.0.0.1 is in use; choose another --port, 0 is any free one\n"
    )


def test_a_file_is_no_store(wakeline: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = wakeline("serve", "--store", tmp_path / "file")
    assert done.code == 2
    assert done.err.startswith(f"wakeline: there is no store at {tmp_path / 'file'}: ")
