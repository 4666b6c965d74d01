"""Serves GET /metrics and GET /health of a process that stays, where REGULARS_METRICS says.

It is for the inside of a network: there is no encryption, and nobody is asked who they are.
"""

import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, make_server
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import msgspec
from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

from services.process.health import Health
from services.settings import InstallationError
from services.variables import METRICS

REQUEST_TIMEOUT_SECONDS = 10
STOP_SECONDS = 0.1


class _Handler(WSGIRequestHandler):
    timeout = REQUEST_TIMEOUT_SECONDS  # for whoever connects and says nothing

    def log_message(self, *_: object) -> None:
        """Say nothing: being asked is not news."""


@contextmanager
def served(address: tuple[str, int] | None, registry: CollectorRegistry, health: Health) -> Iterator[None]:
    """Serve in a thread for as long as this lasts; nowhere without an address.

    Raises InstallationError where the address cannot be listened on.
    """
    if address is None:
        yield
        return
    with _listening(address, application(registry, health)) as server:
        thread = Thread(target=server.serve_forever, args=[STOP_SECONDS], name="metrics", daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def _listening(address: tuple[str, int], application: WSGIApplication) -> ThreadingWSGIServer:
    host, port = address

    class Server(ThreadingWSGIServer):
        address_family = socket.AF_INET6 if ":" in host else socket.AF_INET

    try:
        return make_server(host, port, application, Server, _Handler)
    except OSError as error:
        message = f"{METRICS.name} is {host}:{port}, and nothing can be served there: {error.strerror or error}."
        raise InstallationError(message) from error


def application(registry: CollectorRegistry, health: Health) -> WSGIApplication:
    """Return the web application: two paths, to be read only."""
    metrics = make_wsgi_app(registry)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        if path == "/metrics":
            shown: Iterable[bytes] = metrics(environ, start_response)
            return shown
        if path != "/health":
            return _document(start_response, HTTPStatus.NOT_FOUND, {"paths": ["/metrics", "/health"]})
        if method not in {"GET", "HEAD"}:
            return _document(start_response, HTTPStatus.METHOD_NOT_ALLOWED, {"methods": ["GET", "HEAD"]})
        told = health.document()
        status = HTTPStatus.OK if told["status"] == "ok" else HTTPStatus.SERVICE_UNAVAILABLE
        return _document(start_response, status, told)

    return answer


def _document(start_response: StartResponse, status: HTTPStatus, document: object) -> list[bytes]:
    start_response(
        f"{status.value} {status.phrase}", [("Content-Type", "application/json"), ("Cache-Control", "no-store")]
    )
    return [msgspec.json.encode(document) + b"\n"]
