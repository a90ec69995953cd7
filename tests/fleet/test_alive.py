"""The health checks of docker-compose.yml tell a process that runs from one that hangs."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml

from tests.fleet.parts import WAKELINE, Engine, Process, run
from tests.support.api_server import ApiServer
from tests.support.kafka import eventually, make_broker
from tests.support.recordings import streams

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"


def is_healthy(service: str, alive: Path) -> bool:
    """Run the check of the composition, on the file that is given."""
    composed: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())["services"][service]
    of_container = composed["environment"]["WAKELINE_ALIVE_FILE"]
    direct, command, *arguments = composed["healthcheck"]["test"]
    assert (direct, command) == ("CMD", "python")
    here = [each.replace(of_container, str(alive)) for each in arguments]
    return subprocess.run([sys.executable, *here], capture_output=True, check=False).returncode == 0


def hang(alive: Path) -> None:
    """What the file looks like when nobody has touched it for a minute."""
    then = alive.stat().st_mtime - 60
    os.utime(alive, (then, then))


def test_both_jobs_are_healthy_once_they_work_and_not_when_they_hang(tmp_path: Path) -> None:
    correlated, stored = tmp_path / "correlate.alive", tmp_path / "store.alive"
    with make_broker() as broker, Engine(tmp_path / "engine") as engine:
        kafka = ("--kafka-bootstrap", broker.bootstrap)
        run("topics", *kafka, "--partitions", 1)
        run("migrate", *engine.options())
        assert not is_healthy("correlate", correlated)
        with (
            Process(tmp_path, "correlate", "correlate", *kafka, "--alive-file", correlated),
            Process(tmp_path, "store", "store", *kafka, *engine.options(), "--alive-file", stored),
        ):
            eventually(lambda: is_healthy("correlate", correlated) and is_healthy("store", stored))
    for service, alive in (("correlate", correlated), ("store", stored)):
        hang(alive)
        assert not is_healthy(service, alive)


async def test_the_collector_is_healthy_while_it_runs(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    async with ApiServer(streams("job-success")[:1]) as server:
        options = ("--server", server.address, "--kafka-bootstrap", "127.0.0.1:1", "--alive-file", alive)
        process = Process(tmp_path, "collect", "collect", *options).start()
        try:
            await asyncio.to_thread(eventually, lambda: is_healthy("collect", alive))
        finally:
            process.kill()
    hang(alive)
    assert not is_healthy("collect", alive)


def test_a_file_that_cannot_be_written_is_said_at_once(tmp_path: Path) -> None:
    command = [*WAKELINE, "collect", "--server", "http://127.0.0.1:1", "--alive-file", f"{tmp_path}/no/alive"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    said = f"{tmp_path}/no/alive: the alive file cannot be written: No such file or directory"
    assert done.stderr == f"wakeline: {said}\n"
