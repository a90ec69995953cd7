"""`wakeline dashboards push`: what Grafana is asked to do."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import wakeline.cli.dashboards as command
from tests.wakeline.conftest import Run

TOKEN = "glsa_secret"


class Grafana(ThreadingHTTPServer):
    """As much of Grafana's API as is asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.folders: set[str] = set()
        self.asked: list[tuple[str, str, Any]] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Grafana

    def do_GET(self) -> None:
        self._answer(None)

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

    def _answer(self, body: Any) -> None:
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, {"message": "Unauthorized"})
        self.server.asked.append((self.command, self.path, body))
        if self.command == "GET" and self.path.rpartition("/")[2] not in self.server.folders:
            return self._send(404, {"message": "folder not found"})
        if self.path == "/api/folders":
            self.server.folders.add(body["uid"])
        return self._send(200, {"status": "success"})

    def _send(self, status: int, body: Any) -> None:
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    server = Grafana()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "built"
    folder.mkdir()
    (folder / "fleet.json").write_text(json.dumps({"id": 7, "uid": "wl-fleet", "title": "Wakeline / Fleet"}))
    monkeypatch.setattr(command, "BUILT", folder)
    return folder


def test_push_makes_the_folder_once_and_replaces(wakeline: Run, grafana: Grafana, built: Path) -> None:
    for _ in range(2):
        done = wakeline("dashboards", "push", "--grafana", grafana.address, "--grafana-token", TOKEN)
        assert (done.code, done.out) == (0, "pushed Wakeline / Fleet\n")
    posts = [(path, body) for method, path, body in grafana.asked if method == "POST"]
    folder = ("/api/folders", {"title": "Wakeline", "uid": "wakeline"})
    dashboard = {"id": None, "uid": "wl-fleet", "title": "Wakeline / Fleet"}
    pushed = ("/api/dashboards/db", {"dashboard": dashboard, "folderUid": "wakeline", "overwrite": True})
    assert posts == [folder, pushed, pushed]


def test_a_wrong_token(wakeline: Run, grafana: Grafana, built: Path) -> None:
    done = wakeline("dashboards", "push", "--grafana", grafana.address, "--grafana-token", "wrong-token")
    assert done.code == 2
    assert done.err.startswith(f"wakeline: Grafana at {grafana.address} refuses: Unauthorized; ")
    assert "wrong-token" not in done.err


def test_there_is_no_grafana(wakeline: Run, built: Path) -> None:
    done = wakeline("dashboards", "push", "--grafana", "http://127.0.0.1:1")
    assert done.code == 2
    assert done.err.startswith("wakeline: Grafana at http://127.0.0.1:1 does not answer: ")
    assert done.err.count("\n") == 1


def test_nothing_was_built(wakeline: Run, built: Path) -> None:
    (built / "fleet.json").unlink()
    done = wakeline("dashboards", "push")
    assert done.code == 2
    assert "wakeline dashboards build" in done.err
