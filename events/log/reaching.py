"""Knocks at Kafka's door: both client libraries spend a quarter of a minute, and many words, on one where nobody is."""

import socket

from events.log.cluster import Cluster
from events.log.errors import LogUnavailable

CONNECT_TIMEOUT_SECONDS = 2


def listening(cluster: Cluster) -> str:
    """Return the first of the servers that takes connections, as host:port. Raises LogUnavailable where none does."""
    reasons = []
    for server in cluster.servers.split(","):
        host, _, port = server.rpartition(":")
        try:
            socket.create_connection((host.strip("[]"), int(port)), CONNECT_TIMEOUT_SECONDS).close()
        except OSError as error:
            reasons.append(f"{server}: {error.strerror or error}")
        else:
            return server
    message = f"Kafka cannot be reached ({'; '.join(reasons)})."
    raise LogUnavailable(message)
