"""A real single-node Apache Kafka broker without containers; needs Java 17 and Maven.

The node is broker and controller in one process (KRaft). It listens on random loopback ports, keeps them and
its data over `stop`, `kill` and `start`, and is removed by `close`.
"""

import ctypes
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType

from tests.support.kafka_jars import (
    BOOTSTRAP,
    DEFAULTS,
    KafkaStartError,
    as_properties,
    ensure_jars,
    kafka_uuid,
)

START_SECONDS = 60.0

# Small footprint and fast start: one GC thread, first-tier compiler only, no JMX.
_JVM_FLAGS = (
    "-Xms64m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
)
_PR_SET_PDEATHSIG = 1


class KafkaLocal:
    """One broker process. It gets SIGTERM when the thread that started it ends: use the main one."""

    def __init__(self) -> None:
        self.port = free_port()
        self.dir = Path(tempfile.mkdtemp(prefix="kafka-local-"))
        self._controller_port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._new_archive: Path | None = None

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "KafkaLocal":
        """Start the broker where it does not run, and wait until it answers."""
        if self._process is None:
            jars = ensure_jars()
            self._write_config(jars)
            with self._log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command(jars),
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 - a call of prctl and nothing else
                )
            self._wait_ready(self._process)
        return self

    def stop(self) -> None:
        """Shut down cleanly. Data and ports stay."""
        self._end(signal.SIGTERM)
        self._keep_archive()

    def kill(self) -> None:
        """End hard, as by a crash. Data and ports stay."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        """Stop and remove everything."""
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self) -> "KafkaLocal":
        try:
            return self.start()
        except BaseException:
            self.close()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def _log(self) -> Path:
        return self.dir / "broker.log"

    def _command(self, jars: Path) -> list[str]:
        classes = ["-Dlog4j2.level=WARN", "-cp", f"{jars}/*", "kafka.Kafka"]
        return ["java", *_JVM_FLAGS, self._class_data(jars), *classes, str(self.dir / "server.properties")]

    def _write_config(self, jars: Path) -> None:
        data = self.dir / "data"
        meta = data / "meta.properties"
        if not meta.exists():  # what Kafka's format tool writes; doing it here saves one JVM start
            data.mkdir(parents=True, exist_ok=True)
            shutil.copy(jars / BOOTSTRAP, data)
            ids = f"cluster.id={kafka_uuid()}\nnode.id=1\ndirectory.id={kafka_uuid()}\n"
            meta.write_text(f"version=1\n{ids}")
        broker, controller = f"127.0.0.1:{self.port}", f"127.0.0.1:{self._controller_port}"
        own = {
            "log.dirs": data,
            "listeners": f"BROKER://{broker},CONTROLLER://{controller}",
            "advertised.listeners": f"BROKER://{broker}",
            "controller.quorum.voters": f"1@{controller}",
        }
        (self.dir / "server.properties").write_text(as_properties({**DEFAULTS, **own}))

    def _class_data(self, jars: Path) -> str:
        """Share parsed classes between runs: the start falls from about 2.5 s to 1.5 s.

        The first clean stop writes the archive; a JVM that cannot use it ignores it.
        """
        archive = jars / "broker.jsa"
        if archive.exists():
            return f"-XX:SharedArchiveFile={archive}"
        self._new_archive = self.dir / "broker.jsa"
        return f"-XX:ArchiveClassesAtExit={self._new_archive}"

    def _keep_archive(self) -> None:
        made, self._new_archive = self._new_archive, None
        if made is not None and made.exists():
            target = ensure_jars() / "broker.jsa"
            partial = target.with_suffix(f".{os.getpid()}")
            shutil.move(made, partial)
            partial.rename(target)

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        pause = threading.Event()
        while time.monotonic() < deadline and process.poll() is None:
            try:
                if brokers_known(self.port) > 0:
                    return
            except OSError:
                pause.wait(0.05)
        tail = self._log.read_text(errors="replace")[-4000:]
        self.kill()
        raise KafkaStartError(f"the broker was not ready after {START_SECONDS:.0f} s:\n{tail}")

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(how)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def brokers_known(port: int) -> int:
    """Ask for metadata (v1, no topics) and return how many live brokers the node reports.

    An open port is not enough: the kernel accepts connections before the broker serves them.
    """
    client = b"probe"
    body = struct.pack(">hhih", 3, 1, 7, len(client)) + client + struct.pack(">i", 0)
    with socket.create_connection(("127.0.0.1", port), 1.0) as connection:
        connection.settimeout(1.0)
        connection.sendall(struct.pack(">i", len(body)) + body)
        head = b""
        while len(head) < 12:  # size, correlation id, number of brokers
            chunk = connection.recv(4096)
            if not chunk:
                raise ConnectionError("closed before the answer")
            head += chunk
    return int(struct.unpack(">iii", head[:12])[2])


def _die_with_parent() -> None:
    """In the child: get SIGTERM when the starting thread ends, so no broker outlives its tests."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
