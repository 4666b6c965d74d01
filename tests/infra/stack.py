"""Brings the services of docker-compose.yml up as processes of this machine, each after those that it waits for.

A service that is added comes up without being named here, as long as it runs an image of which there is something here.
"""

import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from services.dev.artefacts import kafka_jars
from tests.infra.composed import KAFKA, Service
from tests.infra.container import Container
from tests.infra.dockerfile import entrypoint
from tests.infra.places import Places
from tests.tidy.sources import ROOT

ELSEWHERE = ("postgres:", "prom/prometheus:", "grafana/grafana:")
"""Images of which there is nothing here; a test database stands for the first."""

TOOLS = ("kafka-acls.sh", "kafka-broker-api-versions.sh")
KAFKA_PORT = 9092


class Stack:
    """The services as they run here."""

    def __init__(self, services: Mapping[str, Service], folder: Path, database: str) -> None:
        """Prepare them; nothing runs yet."""
        self.places = Places(services, folder, database)
        self._services = services
        self._folder = folder
        self._containers: dict[str, list[Container]] = {}

    def of(self, name: str) -> list[Container]:
        """Return the containers of a service."""
        return self._containers[name]

    @property
    def ours(self) -> list[Container]:
        """Every container of ours that stays."""
        found = [each for containers in self._containers.values() for each in containers]
        return [container for container in found if container.service.ours and container.service.stays]

    def up(self) -> None:
        """Start each service once those that it waits for are ready, and return when all are."""
        for name, service in self._services.items():
            if not service.runs(*ELSEWHERE):
                self._await(service.needs)
                folder = self._folder
                self._containers[name] = [
                    Container(service, replica, self.places, folder) for replica in range(1, service.replicas + 1)
                ]
                for container in self._containers[name]:
                    self._start(container)
        self._await(self._services)

    def down(self) -> dict[str, int | None]:
        """Stop what stays of ours, the last that came up first; return the exit codes by the container's name."""
        return {container.folder.name: container.stop() for container in reversed(self.ours)}

    def kill(self) -> None:
        """End everything at once."""
        for containers in reversed(self._containers.values()):
            for container in containers:
                container.kill()

    def _await(self, names: Mapping[str, object]) -> None:
        for name in names:
            for container in self._containers.get(name, []):
                container.await_ready()

    def _start(self, container: Container) -> None:
        command = container.words(container.service.settings.get("command", []))
        if container.service.ours:
            container.start([*entrypoint(), *command])
            return
        assert container.service.runs(KAFKA), f"nothing here can run {container.service.settings['image']}"
        self._lay_tools(container)
        container.start(command or _broker(container))

    def _lay_tools(self, container: Container) -> None:
        """Put what stands here for Kafka's command-line tools where tool.sh looks for it."""
        for tool in TOOLS:
            path = container.folder / tool
            path.write_text(f'#!/bin/sh\nexec {sys.executable} {ROOT}/tests/infra/kafka_tools.py {tool} "$@"\n')
            path.chmod(0o755)
        container.environment["KAFKA_TOOLS"] = str(container.folder)
        container.environment["KAFKA_SERVER"] = self.places.address("kafka", KAFKA_PORT)


def _broker(container: Container) -> list[str]:
    """Make a broker's configuration and data as its image does, by Kafka's own wrapper; return how to run it."""
    configuration = container.folder / "configuration"
    for folder in (configuration, defaults := container.folder / "defaults"):
        folder.mkdir()
    java = ["java", *shlex.split(container.environment["KAFKA_HEAP_OPTS"]), "-cp", f"{kafka_jars(print)}/*"]
    folders = [f"-D{defaults}", f"-M{defaults}", f"-F{configuration}"]
    subprocess.run(
        [*java, "kafka.docker.KafkaDockerWrapper", "setup", *folders],
        env=container.environment,
        check=True,
        capture_output=True,
    )
    return [*java, "kafka.Kafka", str(configuration / "server.properties")]


@contextmanager
def running(services: Mapping[str, Service], folder: Path, database: str) -> Iterator[Stack]:
    """Yield the services once all of them are ready; none is left behind."""
    stack = Stack(services, folder, database)
    try:
        stack.up()
        yield stack
    finally:
        stack.kill()
