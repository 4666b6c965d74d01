"""The web server: patient for a while, and gone only when it has answered what had begun."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from http import HTTPStatus
from urllib.parse import urlsplit

import msgspec
import pytest

from services.ingest import registry
from services.ingest.http.server import HEAD_BYTES, HEAD_SECONDS
from services.ingest.source import Role
from services.variables import API, KAFKA, METRICS, POSTGRES
from tests.conftest import Connect
from tests.services.cli.staying import Staying
from tests.services.ingest.doors import Door
from tests.services.ingest.messages import search
from tests.services.running import wait_until

SECONDS = 30.0


@pytest.fixture
def api(database: str) -> Iterator[Staying]:
    """Return 'regulars api' as a process of its own, on a journal."""
    environment = {POSTGRES.name: database, API.name: "127.0.0.1:1", KAFKA.name: "", METRICS.name: ""}
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        environment[API.name] = f"127.0.0.1:{free.getsockname()[1]}"
    process = Staying("api", "--json", environment=environment)
    yield process
    process.kill()


GO_ON = b"HTTP/1.1 100 Continue\r\n\r\n"


def head(key: str, length: int) -> bytes:
    """Return the head of a request that brings a batch, and asks to be told when its body is waited for."""
    return (
        f"POST /v1/batch HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer {key}\r\nContent-Length: {length}\r\n"
        "Expect: 100-continue\r\n\r\n"
    ).encode()


def read_to_end(connection: socket.socket) -> bytes:
    """Return what comes until the server closes."""
    pieces = []
    while piece := connection.recv(65_536):
        pieces.append(piece)
    return b"".join(pieces)


def test_what_has_begun_is_answered_before_the_end(api: Staying, connect: Connect) -> None:
    """After SIGTERM no connection is taken any more; a request in flight is stored and answered, and then it ends."""
    connection = connect()
    registry.add(connection, "shop")
    key = registry.new_key(connection, "shop", Role.WRITE)
    at = urlsplit(api.wait_for("serving")["address"])
    body = msgspec.json.encode({"batch": [search()]})

    def refused() -> bool:
        try:
            socket.create_connection((at.hostname, at.port), SECONDS).close()
        except ConnectionError:
            return True
        return False

    with socket.create_connection((at.hostname, at.port), SECONDS) as begun:
        begun.sendall(head(key, len(body)))
        assert begun.recv(len(GO_ON), socket.MSG_WAITALL) == GO_ON
        begun.sendall(body[:10])
        api.process.terminate()
        wait_until(refused)
        begun.sendall(body[10:])
        answer = read_to_end(begun)
    code, said, wrong = api.process.wait(SECONDS), *api.process.communicate()

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"accepted":1' in answer
    assert connection.execute("SELECT count(*) FROM journal.event").fetchone() == (1,)
    assert (code, '"stopped"' in said, wrong) == (0, True, "")


def test_a_head_without_end_is_let_go(door: Door) -> None:
    """Whoever sends headers for ever is cut off after HEAD_BYTES, and nobody else notices."""
    at = urlsplit(door.url)
    with socket.create_connection((at.hostname, at.port), SECONDS) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\n")
        for _ in range(2 * HEAD_BYTES // 1000):
            try:
                connection.sendall(b"X-Padding: " + b"x" * 1000 + b"\r\n")
            except ConnectionError:
                break
        connection.settimeout(HEAD_SECONDS / 2)  # before its patience ends
        with suppress(ConnectionError):
            assert connection.recv(1) == b""


@pytest.mark.parametrize(
    "request_", [b"\x16\x03\x01\x02\x00", b"GET / HTTP/9.9\r\n\r\n", b"\r\n\r\n\r\nhello\r\n\r\n", b"\x00" * 99]
)
def test_what_is_no_http_is_refused(door: Door, request_: bytes) -> None:
    """With 400, or by closing; never with more than that."""
    at = urlsplit(door.url)
    with socket.create_connection((at.hostname, at.port), SECONDS) as connection:
        connection.sendall(request_)
        answer = read_to_end(connection)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
    assert b"Traceback" not in answer


def test_two_lengths_are_no_length(door: Door) -> None:
    """A request that a proxy could read otherwise than we do is refused: nothing can be smuggled in behind it."""
    at = urlsplit(door.url)
    for headers in (b"Content-Length: 4\r\nTransfer-Encoding: chunked", b"Content-Length: 4\r\nContent-Length: 5"):
        with socket.create_connection((at.hostname, at.port), SECONDS) as connection:
            connection.sendall(b"POST /v1/batch HTTP/1.1\r\nHost: door\r\n" + headers + b"\r\n\r\n0\r\n\r\nGET /health")
            answer = read_to_end(connection)

        assert answer.startswith(f"HTTP/1.1 {HTTPStatus.BAD_REQUEST.value} ".encode()), headers
