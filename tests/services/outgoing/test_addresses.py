"""Webhooks go to public addresses only, whatever a name leads to and wherever an answer points."""

import asyncio
import socket
from contextlib import suppress
from datetime import UTC, datetime
from threading import Thread

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from services.outgoing.addresses import is_allowed
from services.outgoing.endpoints import Endpoint, check_url
from services.outgoing.errors import OutgoingRefused
from services.outgoing.outcome import Outcome
from services.outgoing.posting import Poster
from services.outgoing.signing import new_secret
from tests.services.outgoing.receiving import Answer, WebServer

NOW = datetime(2026, 3, 2, tzinfo=UTC)

PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946")
PRIVATE = ("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1")
NEVER = ("169.254.169.254", "0.0.0.0", "::", "224.0.0.1", "fe80::1%eth0", "::ffff:169.254.169.254", "2002:a9fe:a9fe::1")  # noqa: S104 - nothing listens there


def test_private_addresses_are_for_what_lies_inside() -> None:
    """Also behind an IPv6 address; where clouds keep their secrets is for nobody."""
    assert [each for each in PUBLIC if not is_allowed(each, inside=False)] == []
    assert [each for each in (*PRIVATE, *NEVER) if is_allowed(each, inside=False)] == []
    assert [each for each in PRIVATE if not is_allowed(each, inside=True)] == []
    assert [each for each in NEVER if is_allowed(each, inside=True)] == []


class Liar(AbstractResolver):
    """Says that every name leads to this machine."""

    def __init__(self) -> None:
        """Begin with nothing asked."""
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return this machine."""
        self.asked.append(host)
        found = ResolveResult(hostname=host, host="127.0.0.1", port=port, family=family, proto=6, flags=0)
        return [found]

    async def close(self) -> None:
        """Do nothing."""


def posted(url: str, *, inside: bool = False, seconds: float = 5.0, resolver: Liar | None = None) -> Outcome:
    """Post something, and return what came of it."""

    async def post() -> Outcome:
        async with Poster(seconds, resolver) as poster:
            return await poster.post(Endpoint("x", url, ["*"], new_secret(), NOW, inside=inside), "msg_1", "{}", NOW)

    return asyncio.run(post())


def test_nothing_reaches_a_private_address(web: WebServer) -> None:
    """Neither by its number nor by a name that leads there, which is looked up once, for the connection itself."""
    named, liar = web.url("/name").replace("127.0.0.1", "hooks.example.com"), Liar()

    by_number, by_name = posted(web.url("/number")), posted(named, resolver=liar)

    for outcome in (by_number, by_name):
        assert "127.0.0.1 is no address that webhooks may go to" in outcome.error
    assert liar.asked == ["hooks.example.com"]
    assert web.at("/number") == web.at("/name") == []
    assert posted(web.url("/number"), inside=True).sent
    assert posted(named, inside=True, resolver=liar).sent


def test_a_redirect_is_followed_nowhere(web: WebServer) -> None:
    """It is a failure as any other answer that is no success."""
    web.answers["/moved"] = Answer(307, {"location": web.url("/elsewhere")})

    outcome = posted(web.url("/moved"), inside=True)

    assert (outcome.sent, outcome.error) == (False, "It answered 307")
    assert web.at("/elsewhere") == []


def test_who_does_not_answer_is_left() -> None:
    """A time limit holds from the beginning to the end; and nobody at home is a sentence."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert posted(url, inside=True, seconds=0.1).error == "It did not answer within 0.1 s."
    assert "ClientConnectorError" in posted(url, inside=True).error
    for nowhere in ("https://a..b/?key=secret", "https://2130706433/?key=secret"):
        assert posted(nowhere).error == "Its URL leads nowhere."


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"\0\xff garbage\r\n\r\n", "Its answer is no HTTP: Bad status line: "),
        (b"HTTP/1.1 200 fine\r\n" + b"a: b\r\n" * 9000, "Its answer is no HTTP: Too many headers received"),
        (
            b"HTTP/1.1 500 \xff\r\ncontent-length: 99999999\r\n\r\na\0\xff " + b"b" * 999_999,
            "It answered 500: a\ufffd bbb",
        ),
        (b"HTTP/1.1 503 x\r\nretry-after: \xb2\r\ncontent-length: 0\r\n\r\n", "It answered 503"),
        (b"", "ServerDisconnectedError: "),
    ],
    ids=["garbage", "headers", "body", "later", "nothing"],
)
def test_an_odd_answer_is_a_failure_like_any_other(answer: bytes, said: str) -> None:
    """It is read as far as it is shown, and what is said of it does not repeat the URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with server.accept()[0] as accepted, suppress(OSError):
                accepted.recv(65_536)
                accepted.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        outcome = posted(f"http://127.0.0.1:{server.getsockname()[1]}/?key=secret", inside=True)
        thread.join(5)

    assert outcome.error.startswith(said)
    assert len(outcome.error) < 600
    assert "secret" not in outcome.error


def test_a_url_is_one_that_a_webhook_can_go_to() -> None:
    """Encrypted, but inside the house; without a password, and never repeated in what is said of it."""
    check_url("https://example.com/hooks?key=1", inside=False)
    check_url("http://10.0.0.1:8080/hooks", inside=True)
    for bad in (
        "http://example.com/secret",
        "https://user:secret@example.com/",
        "ftp://example.com/secret",
        "https:///secret",
        "https://example.com/se cret",
        "https://example.com:99999/secret",
        "https://[secret/",
        "https://secret..example/",
        "secret",
    ):
        with pytest.raises(OutgoingRefused) as refused:
            check_url(bad, inside=False)
        assert "secret" not in str(refused.value)
