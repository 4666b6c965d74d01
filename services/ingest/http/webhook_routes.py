"""Webhooks of shops and desks: one route, a source's own translation, and the signature that its vendor computes."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from events.errors import BadEvent
from services.ingest.http import documents
from services.ingest.http.answers import Problem, bad, many_answer
from services.ingest.http.bodies import body_of
from services.ingest.http.front import front_of
from services.ingest.recent import digest
from services.ingest.sent import MOST_BATCH_BYTES, Sent
from services.ingest.source import Protocol, Source
from services.ingest.translating import record_of, translator_of
from services.translation.signatures import BadSignature, verify

ROUTER = APIRouter(tags=["Webhooks"])
SECRET_HEADERS = {"authorization", "cookie", "proxy-authorization"}
SAID_HEADERS = ("x-", "stripe-", "user-agent")
"""Which headers a translation sees, and are kept with a message."""


@ROUTER.post("/v1/webhooks/{source}", **documents.WEBHOOK)
async def webhook(source: str, request: Request) -> Response:
    """Accept what a vendor calls us with, where its signature is right.

    200 says that it is on the log, or that it is kept as rejected: sending it again would not make it better.
    """
    front, at = front_of(request), datetime.now(UTC)
    found = front.directory.source(source)
    translator = translator_of(found) if found is not None and found.secret else None
    if found is None or translator is None or translator.signature is None:
        message = (
            f"There is no source {source[:64]!r} that takes webhooks: it needs a secret, and a translation that says"
            " how they are signed."
        )
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message)
    body = await body_of(request, MOST_BATCH_BYTES)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.headers.raw}
    try:
        verify(translator.signature, found.secret, headers, body, at)
    except BadSignature as error:
        raise Problem(HTTPStatus.UNAUTHORIZED, "bad_signature", str(error)) from None
    front.admit(found, 1)
    try:
        message_ = _message(found, headers, body, at)
    except BadEvent as error:
        raise bad(error) from None
    return many_answer(await front.accept(found, Protocol.WEBHOOK, request.url.path, at, [message_]))


def _message(source: Source, headers: dict[str, str], body: bytes, at: datetime) -> Sent:
    """Return a webhook as a message: what is kept of it has the headers, without which it could not be read again."""
    translator = translator_of(source)
    record: dict[str, Any] = record_of(body)
    told = {
        name: value for name, value in headers.items() if name.startswith(SAID_HEADERS) and name not in SECRET_HEADERS
    }
    record["regulars"] = {"headers": told}
    kept = msgspec.json.encode(record)
    content = digest(body)
    name = translator.message_id(record) or f"unnamed-{content:016x}"
    try:
        return Sent(name, source.name, kept, content, translator.events(record, at))
    except BadEvent as error:
        return Sent(name, source.name, kept, content, error)
