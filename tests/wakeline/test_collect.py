"""`wakeline collect` as a process: what it says on its log and its port, before Kafka is there."""

import json
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

from tests.collectors.objects import PODS, pod
from tests.collectors.tapes import end, line, write
from tests.collectors.test_metrics import free_port
from tests.support.api_server import ApiServer

Start = Callable[..., subprocess.Popen[str]]


async def test_its_log_is_json_and_its_port_tells_that_it_runs(start: Start, tmp_path: Path) -> None:
    port = free_port()
    tape = write(tmp_path / "a.jsonl", [line("LISTED", 0, PODS, pod()), end(1, PODS, 10)])
    async with ApiServer([tape]) as server:
        places = ("--server", server.address, "--kafka-bootstrap", "127.0.0.1:1", "--metrics-port", port)
        collecting = start("collect", *places, "--recorded-time", "--log-format", "json")
        await server.delivered.wait()
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.read() == b"ok\n"
        assert collecting.stderr is not None
        entry = json.loads(collecting.stderr.readline())
    assert set(entry) == {"time", "level", "logger", "message"}
    assert (entry["level"], entry["logger"]) == ("warning", "collectors.producer")
    assert "127.0.0.1:1" in entry["message"]
