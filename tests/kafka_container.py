"""Runs Kafka in Docker: prints its address once it serves clients, and ends it when stdin closes.

Without a Docker engine it prints nothing and ends at once.
"""

import sys
import time

from docker.errors import DockerException  # type: ignore[import-untyped]
from testcontainers.core.container import DockerContainer
from testcontainers.core.docker_client import DockerClient

from services.dev.artefacts import KAFKA_VERSION
from services.dev.broker_folder import ONE_NODE
from services.dev.ports import free_port, serves

HEAP_MB = 384
START_SECONDS = 60.0


def run() -> None:
    """Run Apache's own image until stdin closes. Our side of its port is chosen here: Kafka tells it to clients."""
    host, port = DockerClient().host(), free_port()
    properties = {
        **ONE_NODE,
        "listeners": "PLAINTEXT://:9092,CONTROLLER://:9093",
        "advertised.listeners": f"PLAINTEXT://{host}:{port}",
        "controller.quorum.voters": "1@localhost:9093",
    }
    container = DockerContainer(f"apache/kafka:{KAFKA_VERSION}").with_bind_ports(9092, port)
    container.with_env("KAFKA_HEAP_OPTS", f"-Xmx{HEAP_MB}m")
    for name, value in properties.items():
        container.with_env(f"KAFKA_{name.replace('.', '_').upper()}", value)
    with container:
        deadline = time.monotonic() + START_SECONDS
        while not serves(f"{host}:{port}"):
            if time.monotonic() > deadline:
                sys.exit(f"Kafka did not start in Docker: {container.get_logs()}")
            time.sleep(0.1)
        sys.stdout.write(f"{host}:{port}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    try:
        run()
    except DockerException as error:
        sys.exit(f"No Kafka in Docker: {error}")
