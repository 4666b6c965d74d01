"""Metrics and health over HTTP, as Prometheus and a process manager ask for them."""

import json
import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any, NamedTuple

import pytest

from services.dev.ports import free_port
from services.process.health import Health
from services.process.metrics_server import served
from services.pump.figures import PumpFigures, pump_registry
from services.settings import InstallationError


class Answer(NamedTuple):
    """What the server said."""

    code: int
    kind: str
    body: str

    @property
    def document(self) -> Any:  # noqa: ANN401 - any JSON
        """The body as JSON."""
        return json.loads(self.body)


class Served:
    """A server with its health."""

    def __init__(self, port: int, health: Health) -> None:
        """Ask at this port."""
        self.port = port
        self.health = health

    def ask(self, path: str, method: str = "GET", host: str = "127.0.0.1") -> Answer:
        """Return what it says."""
        connection = HTTPConnection(host, self.port, timeout=5)
        connection.request(method, path)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return Answer(answer.status, answer.headers["Content-Type"], body)


@pytest.fixture
def server() -> Iterator[Served]:
    """Return a server of a pump that has done nothing yet."""
    port, health = free_port(), Health("pump", "database")
    with served(("127.0.0.1", port), pump_registry(PumpFigures()), health):
        yield Served(port, health)


def test_metrics_are_prometheus_text(server: Served) -> None:
    """Ours with their help, and those of the process."""
    answer = server.ask("/metrics")

    assert (answer.code, answer.kind.split(";")[0]) == (200, "text/plain")
    assert "# HELP regulars_pump_events_total Events folded and committed.\n" in answer.body
    assert "\nregulars_pump_events_total 0.0\n" in answer.body
    assert "\nprocess_resident_memory_bytes " in answer.body
    assert "_created" not in answer.body


def test_health_is_a_status_code(server: Served) -> None:
    """503 with the reason while it does not do its work, 200 while it does."""
    failing = server.ask("/health")
    server.health.answered("database")
    with server.health.working():
        well = server.ask("/health")

    assert (failing.code, failing.document["status"]) == (503, "failing")
    assert failing.document["reason"] == "the database has not answered yet; the pump is not at work"
    assert (well.code, well.kind, well.document["status"]) == (200, "application/json", "ok")


def test_there_is_nothing_else_to_ask_for_or_to_change(server: Served) -> None:
    """Another path is not found, and nothing can be written."""
    assert [server.ask(path).code for path in ("/", "/metrics/x", "/health/")] == [404, 404, 404]
    assert [server.ask(path, "POST").code for path in ("/metrics", "/health")] == [405, 405]


def test_it_can_be_served_over_ipv6() -> None:
    """An address in brackets, as the setting takes it."""
    port, health = free_port(), Health("pump")
    with served(("::1", port), pump_registry(PumpFigures()), health):
        answer = Served(port, health).ask("/metrics", host="::1")

    assert answer.code == 200


def test_a_port_that_is_taken_is_a_sentence() -> None:
    """It names the setting, and nothing runs without what was asked for."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with (
            pytest.raises(InstallationError) as refused,
            served(("127.0.0.1", port), pump_registry(PumpFigures()), Health("pump")),
        ):
            pass

    assert str(refused.value) == (
        f"REGULARS_METRICS is 127.0.0.1:{port}, and nothing can be served there: Address already in use."
    )


def test_without_an_address_nothing_is_served() -> None:
    """Nothing listens on the network unless it is asked to."""
    with served(None, pump_registry(PumpFigures()), Health("pump")):
        pass
