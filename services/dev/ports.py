"""Ports of this machine: one that is free, whether one is, and whether Kafka answers at an address."""

import secrets
import socket

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

HOST = "127.0.0.1"
# Below what systems give to outgoing connections: a client that tries a stopped broker again and again could otherwise
# be given the broker's own port, be connected to itself, and bar the broker's return.
PORTS = range(20_000, 32_768)
ANSWER_SECONDS = 5.0


def free_port() -> int:
    """Return a port that nobody listens on; it is not held, so another process may take it meanwhile."""
    return next(port for port in iter(lambda: secrets.choice(PORTS), None) if is_free(port))


def is_free(port: int) -> bool:
    """Return whether one could listen on a port now."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as Java does: closed connections do not count
        try:
            tried.bind((HOST, port))
        except OSError:
            return False
    return True


def serves(address: str) -> bool:
    """Return whether the Kafka at an address is ready: it answers, and knows of a broker that serves clients."""
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), ANSWER_SECONDS).close()
        client = AdminClient({"bootstrap.servers": address, "log_level": 0})
        return bool(client.list_topics(timeout=ANSWER_SECONDS).brokers)
    except (OSError, KafkaException):
        return False
