"""Ports that a broker may have, and who answers on one."""

import socket
from pathlib import Path

from services.dev.ports import HOST, PORTS, free_port, is_free, serves


def test_a_port_of_ours_is_none_that_a_client_is_given() -> None:
    """A client that tries again and again could be given a stopped broker's port, and be connected to itself."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])

    ports = {free_port() for _ in range(100)}

    assert ports <= set(PORTS)
    assert max(PORTS) < lowest
    assert len(ports) > 50


def test_what_listens_and_is_no_kafka_does_not_serve() -> None:
    """A port that is taken by something else is neither free nor a broker's."""
    with socket.create_server((HOST, free_port())) as server:
        port = server.getsockname()[1]
        during = (is_free(port), serves(f"{HOST}:{port}"))

    assert during == (False, False)
    assert (is_free(port), serves(f"{HOST}:{port}")) == (True, False)
