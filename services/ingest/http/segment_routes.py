"""Segment's HTTP API: a batch of messages, or one. What its client libraries and those of RudderStack speak."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from events.errors import BadEvent
from services.ingest import segment
from services.ingest.http import documents
from services.ingest.http.answers import bad, many_answer, one_answer
from services.ingest.http.bodies import body_of
from services.ingest.http.front import front_of, key_of
from services.ingest.sent import MOST_BATCH_BYTES, MOST_BYTES
from services.ingest.source import Protocol, Role
from services.ingest.translating import record_of, translator_of

ROUTER = APIRouter(tags=["Segment"])


@ROUTER.post("/v1/batch", **documents.BATCH)
async def batch(request: Request) -> Response:
    """Accept a batch of messages. 200 means that the log holds every one that is not listed as rejected."""
    front, key, at = front_of(request), key_of(request), datetime.now(UTC)
    found = await front.authenticated(key, Role.WRITE) if key else None
    body = await body_of(request, MOST_BATCH_BYTES)
    try:
        parts = segment.batch_of(body)
    except BadEvent as error:
        if found is not None:  # we know whose it is, so it is not lost
            front.admit(found.source, 1)
            whole = segment.unreadable(found.source.name, body, error)
            await front.accept(found.source, Protocol.SEGMENT, request.url.path, at, [whole])
        raise bad(error) from None
    if found is None:
        found = await front.authenticated(segment.write_key(parts), Role.WRITE)
    front.admit(found.source, len(parts.batch))
    translator = translator_of(found.source)
    messages = [segment.message(translator, bytes(raw), at, sent_at=parts.sentAt) for raw in parts.batch]
    return many_answer(await front.accept(found.source, Protocol.SEGMENT, request.url.path, at, messages))


def _single(kind: str) -> Callable[[Request], Any]:
    async def single(request: Request) -> Response:
        front, key, at = front_of(request), key_of(request), datetime.now(UTC)
        found = await front.authenticated(key, Role.WRITE) if key else None
        body = await body_of(request, MOST_BYTES)
        if found is None:
            try:
                found = await front.authenticated(segment.write_key(record_of(body)), Role.WRITE)
            except BadEvent as error:
                raise bad(error) from None
        front.admit(found.source, 1)
        message = segment.message(translator_of(found.source), body, at, kind=kind)
        (verdict,) = await front.accept(found.source, Protocol.SEGMENT, request.url.path, at, [message])
        return one_answer(verdict, request.url.path)

    single.__name__ = kind
    single.__doc__ = f"Accept one message of the type {kind}. 200 means that the log holds it."
    return single


for _kind in segment.KINDS:
    ROUTER.post(f"/v1/{_kind}", **documents.single(_kind))(_single(_kind))
