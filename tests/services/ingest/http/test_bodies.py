"""Bodies: packed or not, in chunks or whole, never larger than they may be, and never waited for without end."""

import asyncio
import gzip
import json
import socket
import time
import zlib
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from fastapi import Request
from starlette.types import Message as Received

from services.ingest.http.answers import Problem
from services.ingest.http.bodies import MOST_MEMBERS, body_of
from services.ingest.sent import MOST_BATCH_BYTES, MOST_BYTES
from tests.services.ingest.doors import Door, Sender
from tests.services.ingest.messages import search

GZIP = {"Content-Encoding": "gzip"}
SECONDS = 30.0


def packed(*messages: Any) -> bytes:  # noqa: ANN401 - JSON
    """Return a batch as a gzip."""
    return gzip.compress(json.dumps({"batch": messages}).encode())


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "x-gzip"])
def test_a_body_is_unpacked_whatever_the_content_type_says(
    door: Door, sender: Sender, client: httpx.Client, encoding: str
) -> None:
    """Some libraries pack JSON and call it a form: what counts is the Content-Encoding."""
    content_types = ["application/json", "application/x-www-form-urlencoded", "text/plain", "application/gzip", ""]
    for content_type in content_types:
        headers = {"Content-Encoding": encoding, "Content-Type": content_type}

        answer = client.post("/v1/batch", content=packed(search("röd stol")), headers=headers)

        assert (answer.status_code, answer.json()["accepted"]) == (HTTPStatus.OK, 1), content_type
    assert [each["data"]["query"] for each in door.stored(sender.name)] == ["röd stol"] * len(content_types)


def test_a_gzip_may_be_put_together(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Several gzips one after the other are one body."""
    document = json.dumps({"batch": [search(), search()]}).encode()
    body = b"".join(gzip.compress(document[at : at + 40]) for at in range(0, len(document), 40))

    answer = client.post("/v1/batch", content=body, headers=GZIP)

    assert (answer.status_code, len(door.stored(sender.name))) == (HTTPStatus.OK, 2)


def test_a_body_may_come_in_chunks(door: Door, sender: Sender, client: httpx.Client) -> None:
    """Without a length, packed or not."""
    plain = json.dumps({"batch": [search()]}).encode()
    chunks = [iter([plain[:10], plain[10:11], plain[11:]]), iter([packed(search())[:7], packed(search())[7:]])]

    def sent(body: Iterator[bytes], headers: dict[str, str]) -> int:
        return client.post("/v1/batch", content=body, headers=headers).status_code

    whole = packed(search())
    answers = [sent(chunks[0], {}), sent(iter([whole[:7], whole[7:]]), GZIP)]

    assert (answers, len(door.stored(sender.name))) == ([HTTPStatus.OK, HTTPStatus.OK], 2)


@pytest.mark.parametrize(
    "body",
    [
        b'{"batch": []}',
        packed(search())[:-9],
        packed(search())[:12],
        packed(search()) + b"rest",
        zlib.compress(b'{"batch": []}'),
        b"\x1f\x8b",
        gzip.compress(b"", mtime=0) * (MOST_MEMBERS + 1),
    ],
    ids=["plain", "cut short", "only a head", "with a rest", "zlib", "two bytes", "of many pieces"],
)
def test_what_does_not_unpack_is_refused(client: httpx.Client, sender: Sender, door: Door, body: bytes) -> None:
    """With a sentence, and nothing of it is taken."""
    answer = client.post("/v1/batch", content=body, headers=GZIP)

    document = answer.json()
    assert (answer.status_code, document["code"], document["field"]) == (HTTPStatus.BAD_REQUEST, "malformed", "body")
    assert "gzip" in document["message"]
    assert door.stored(sender.name) == []


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "base64"])
def test_another_encoding_is_not_known(client: httpx.Client, encoding: str) -> None:
    """415 names what is sent instead."""
    answer = client.post("/v1/batch", content=b"x", headers={"Content-Encoding": encoding})

    assert (answer.status_code, answer.json()["code"]) == (HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding")
    assert repr(encoding) in answer.json()["message"]


@pytest.mark.parametrize("how", ["with its length", "in chunks", "as a gzip", "as a bomb", "of megabytes"])
def test_too_large_a_body_is_refused(client: httpx.Client, sender: Sender, door: Door, how: str) -> None:
    """413, also when only the unpacked one is too large, and however large: a client that still sends hears it."""
    plain = b'{"batch": [' + b" " * MOST_BATCH_BYTES + b"]}"
    answer = {
        "with its length": lambda: client.post("/v1/batch", content=plain),
        "in chunks": lambda: client.post("/v1/batch", content=iter([plain[:1000], plain[1000:]])),
        "as a gzip": lambda: client.post("/v1/batch", content=gzip.compress(plain), headers=GZIP),
        "as a bomb": lambda: client.post("/v1/batch", content=gzip.compress(bytes(200_000_000), 1), headers=GZIP),
        "of megabytes": lambda: client.post("/v1/batch", content=bytes(5_000_000)),
    }[how]()

    document = answer.json()
    assert (answer.status_code, document["code"], document["field"]) == (413, "too_large", "body")
    assert f"larger than {MOST_BATCH_BYTES} bytes" in document["message"]
    assert door.stored(sender.name) == []


@pytest.mark.parametrize("size", [600_000, 5_000_000])
def test_who_still_sends_is_not_cut_off(door: Door, sender: Sender, size: int) -> None:
    """A client that writes all of its body before it reads would see a broken one, and send it for ever."""
    at = urlsplit(door.url)
    head = (
        f"POST /v1/batch HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {sender.write}\r\nContent-Length: {size}\r\n\r\n"
    )
    with socket.create_connection((at.hostname, at.port), SECONDS) as connection:
        for piece in (head.encode(), *[bytes(size // 50)] * 50):
            connection.sendall(piece)
            time.sleep(0.001)  # the server has the time to answer
        answer = connection.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_a_batch_that_is_just_small_enough_is_taken(client: httpx.Client, sender: Sender, door: Door) -> None:
    """The limit itself is within the limit."""
    document = json.dumps({"batch": [search()]}).encode()

    answer = client.post("/v1/batch", content=document + b" " * (MOST_BATCH_BYTES - len(document)))

    assert (answer.status_code, len(door.stored(sender.name))) == (HTTPStatus.OK, 1)


def test_one_large_message_of_a_batch_is_one(client: httpx.Client, sender: Sender, door: Door) -> None:
    """Beyond 32 KB only that message is refused, and kept; alone it is answered with 413."""
    large = search(context={"page": "x" * MOST_BYTES})

    batch = client.post("/v1/batch", json={"batch": [search(), large, search()]})
    single = client.post("/v1/track", json=large)

    (verdict,) = batch.json()["verdicts"]
    assert (batch.status_code, batch.json()["accepted"]) == (HTTPStatus.OK, 2)
    assert (verdict["index"], verdict["code"], verdict["verdict"] > 0) == (1, "too_large", True)
    assert (single.status_code, single.json()["code"]) == (HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large")
    assert len(door.stored(sender.name)) == 2


def test_a_slow_body_is_not_waited_for_without_end() -> None:
    """Whoever drips has so many seconds for all of it, and then 408, which client libraries try again."""

    async def drip() -> Received:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"x", "more_body": True}

    request = Request({"type": "http", "method": "POST", "path": "/v1/batch", "headers": []}, drip)

    with pytest.raises(Problem) as raised:
        asyncio.run(body_of(request, MOST_BATCH_BYTES, patience_seconds=0.2))

    assert (raised.value.status, raised.value.code) == (HTTPStatus.REQUEST_TIMEOUT, "timeout")
    assert raised.value.headers == {"Connection": "close"}
