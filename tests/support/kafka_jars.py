"""The jars of one Apache Kafka broker, fetched once by Maven into a cache folder."""

import base64
import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

VERSION = "4.3.1"
POM = Path(__file__).with_name("pom.xml")
BOOTSTRAP = "bootstrap.checkpoint"

DEFAULTS: Mapping[str, object] = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "BROKER",
    # One node: every internal topic has one replica, and few partitions to keep the start short.
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    "transaction.state.log.num.partitions": 4,
    "share.coordinator.state.topic.replication.factor": 1,
    "share.coordinator.state.topic.min.isr": 1,
    # The default of 3 s is added to the first join of every consumer group.
    "group.initial.rebalance.delay.ms": 0,
    "auto.create.topics.enable": "false",
    "message.max.bytes": 16 * 1024 * 1024,
    "replica.fetch.max.bytes": 16 * 1024 * 1024,
    "num.network.threads": 2,
    "num.io.threads": 2,
    "log.cleaner.dedupe.buffer.size": 4 * 1024 * 1024,
}


class KafkaStartError(RuntimeError):
    """The broker did not become ready; the message holds the end of its log."""


def ensure_jars(version: str = VERSION) -> Path:
    """Return the folder with the broker's jars, fetching them with Maven on first use."""
    root = _cache()
    target = root / version
    if target.is_dir():
        return target
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root / f"{version}.lock"):
        if not target.is_dir():
            work = Path(tempfile.mkdtemp(dir=root, prefix=f"{version}."))
            try:
                _fetch(version, work)
                _make_bootstrap(work)
                work.rename(target)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return target


def as_properties(values: Mapping[str, object]) -> str:
    """Return the text of a server.properties."""
    return "".join(f"{key}={value}\n" for key, value in values.items())


def kafka_uuid() -> str:
    """Return a Kafka id: 16 random bytes in URL-safe base64, no padding, not starting with a dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not text.startswith("-"):
            return text


def _cache() -> Path:
    if own := os.environ.get("KAFKA_LOCAL_CACHE"):
        return Path(own)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "kafka-local")


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Let one process at a time fill the cache: test runs in parallel share it."""
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _fetch(version: str, folder: Path) -> None:
    command = ["mvn", "-q", "-B", "-ntp", "-f", str(POM), f"-Dkafka.version={version}"]
    command += ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise KafkaStartError(f"mvn could not fetch Kafka's jars:\n{(done.stdout + done.stderr)[-4000:]}")


def _make_bootstrap(jars: Path) -> None:
    """Run Kafka's own format tool once and keep the file that enables this version's features.

    Without it the node starts with feature levels of 0: no new consumer group protocol, no share groups.
    """
    with tempfile.TemporaryDirectory() as scratch:
        listeners = "BROKER://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
        own = {
            "log.dirs": f"{scratch}/data",
            "listeners": listeners,
            "controller.quorum.voters": "1@127.0.0.1:2",
        }
        properties = Path(scratch, "server.properties")
        properties.write_text(as_properties({**DEFAULTS, **own}))
        tool = ["java", "-cp", f"{jars}/*", "kafka.tools.StorageTool", "format"]
        command = [*tool, "-t", kafka_uuid(), "-c", str(properties)]
        subprocess.run(command, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        shutil.copy(Path(scratch, "data", BOOTSTRAP), jars / BOOTSTRAP)
