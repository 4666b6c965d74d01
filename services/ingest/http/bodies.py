"""Reads a request's body: whole, unpacked, within its limits, and in time."""

import asyncio
import zlib
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import Request
from starlette.requests import ClientDisconnect

from services.ingest.http.answers import NO_HEADERS, Problem

BODY_SECONDS = 10.0
MOST_DISCARDED_BYTES = 32 * 1024 * 1024
CLOSING = {"Connection": "close"}
GZIP = 31
"""zlib's word for a gzip header and checksum."""

MOST_MEMBERS = 1000
"""Of how many pieces a gzip may be put together: ten thousands of empty ones would keep everybody waiting."""


async def body_of(request: Request, most_bytes: int, patience_seconds: float = BODY_SECONDS) -> bytes:
    """Return the body, unpacked where Content-Encoding says that it is gzip, whatever the content type says.

    Raises Problem: 413 where it is larger, also when unpacked; 408 where it does not come in time; 415 for an encoding
    that we do not know; 400 where it does not unpack.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "identity", "x-gzip", ""}:
        message = f"Content-Encoding: {encoding!r} is not known here: send gzip, or the body as it is."
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_encoding", message, field="Content-Encoding")
    packed = await _read(request, most_bytes, patience_seconds)
    return _unpacked(packed, most_bytes) if encoding.endswith("gzip") and packed else packed


async def _read(request: Request, most_bytes: int, patience_seconds: float) -> bytes:
    """Return the body as it came.

    One that is too large is read on to its end, and forgotten: were we to answer and close while the client still
    writes, it would see a connection that broke, and send all of it again.
    """
    if _declared_bytes(request) > MOST_DISCARDED_BYTES:
        raise _too_large(most_bytes, CLOSING)
    pieces: list[bytes] = []
    size_bytes = 0
    try:
        async with asyncio.timeout(patience_seconds):
            async for piece in request.stream():
                size_bytes += len(piece)
                if size_bytes > MOST_DISCARDED_BYTES:
                    raise _too_large(most_bytes, CLOSING)
                if size_bytes <= most_bytes:
                    pieces.append(piece)
                else:
                    pieces.clear()
    except TimeoutError:
        message = f"The body did not come within {patience_seconds:g} s."
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, "timeout", message, headers=CLOSING) from None
    except ClientDisconnect:
        message = "The connection ended before the body did."
        raise Problem(HTTPStatus.BAD_REQUEST, "disconnected", message) from None
    if size_bytes > most_bytes:
        raise _too_large(most_bytes)
    return b"".join(pieces)


def _declared_bytes(request: Request) -> int:
    """Return how long the body is by its Content-Length, 0 where there is none."""
    declared = request.headers.get("content-length", "")
    return int(declared) if declared.isdecimal() else 0


def _unpacked(packed: bytes, most_bytes: int) -> bytes:
    pieces: list[bytes] = []
    room = most_bytes
    while packed:
        if len(pieces) == MOST_MEMBERS:
            message = f"The gzip is put together of more than {MOST_MEMBERS} pieces."
            raise Problem(HTTPStatus.BAD_REQUEST, "malformed", message, field="body")
        unpacker = zlib.decompressobj(GZIP)
        try:
            piece = unpacker.decompress(packed, room + 1)
        except zlib.error as error:
            message = f"The body is no gzip, although Content-Encoding says so ({error})."
            raise Problem(HTTPStatus.BAD_REQUEST, "malformed", message, field="body") from None
        if len(piece) > room:
            raise _too_large(most_bytes)
        if not unpacker.eof:
            message = "The body ends in the middle of its gzip."
            raise Problem(HTTPStatus.BAD_REQUEST, "malformed", message, field="body")
        pieces.append(piece)
        room -= len(piece)
        packed = unpacker.unused_data
    return b"".join(pieces)


def _too_large(most_bytes: int, headers: Mapping[str, str] = NO_HEADERS) -> Problem:
    message = f"The body is larger than {most_bytes} bytes: send fewer messages in a request."
    return Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message, field="body", headers=headers)
