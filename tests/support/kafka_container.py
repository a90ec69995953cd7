"""A real Kafka broker in a container, for machines where Docker answers."""

import os
import socket
from typing import Any

import docker
from docker.errors import DockerException
from testcontainers.core.container import DockerContainer

from tests.support.kafka_jars import VERSION
from tests.support.kafka_local import brokers_known, free_port

_ENVIRONMENT = {
    "KAFKA_NODE_ID": "1",
    "KAFKA_PROCESS_ROLES": "broker,controller",
    "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@127.0.0.1:9093",
    "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
    "KAFKA_INTER_BROKER_LISTENER_NAME": "BROKER",
    "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
    "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
    "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
    "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
    "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
    "KAFKA_MESSAGE_MAX_BYTES": str(16 * 1024 * 1024),
}


def docker_answers() -> bool:
    """Tell whether there is a daemon, and Kafka's image in it or to be had."""
    if not _daemon_listens():  # the docker package leaves its socket open where nobody answers
        return False
    try:
        client = docker.from_env(timeout=300)
        try:
            client.images.pull("apache/kafka", tag=VERSION)
        finally:
            client.close()
    except DockerException:
        return False
    return True


def _daemon_listens() -> bool:
    scheme, _, path = os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock").partition("://")
    if scheme != "unix":
        return True
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.connect(path)
    except OSError:
        return False
    return True


class KafkaInContainer:
    """The same calls as KafkaLocal. Ports and data stay over `stop`, `kill` and `start`."""

    def __init__(self) -> None:
        self.port = free_port()
        self._container = DockerContainer(f"apache/kafka:{VERSION}").with_bind_ports(self.port, self.port)
        listeners = f"BROKER://:{self.port},CONTROLLER://127.0.0.1:9093"
        own = {"KAFKA_LISTENERS": listeners, "KAFKA_ADVERTISED_LISTENERS": f"BROKER://127.0.0.1:{self.port}"}
        for name, value in {**_ENVIRONMENT, **own}.items():
            self._container.with_env(name, value)
        self._made = False

    @property
    def bootstrap(self) -> str:
        return f"127.0.0.1:{self.port}"

    def start(self) -> "KafkaInContainer":
        if self._made:
            self._wrapped.start()
        else:
            self._container.start()
            self._made = True
        while not self._answers():
            self._wrapped.reload()
            if self._wrapped.status == "exited":
                raise RuntimeError(f"Kafka's container ended:\n{self._wrapped.logs()[-4000:].decode()}")
        return self

    def stop(self) -> None:
        self._wrapped.stop()

    def kill(self) -> None:
        self._wrapped.kill()

    def restart(self) -> None:
        self.stop()
        self.start()

    def close(self) -> None:
        if self._made:
            self._container.stop()

    def __enter__(self) -> "KafkaInContainer":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def _wrapped(self) -> Any:
        return self._container.get_wrapped_container()

    def _answers(self) -> bool:
        try:
            return brokers_known(self.port) > 0
        except OSError:
            return False
