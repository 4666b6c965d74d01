"""CloudEvents over HTTP, for the types of the catalogue."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response

from events.errors import BadEvent
from services.ingest import cloudevents
from services.ingest.http import documents
from services.ingest.http.answers import bad, many_answer, one_answer
from services.ingest.http.bodies import body_of
from services.ingest.http.front import front_of, key_of
from services.ingest.sent import MOST_BATCH_BYTES
from services.ingest.source import Protocol, Role

ROUTER = APIRouter(tags=["CloudEvents"])


@ROUTER.post("/v1/events", **documents.EVENTS)
async def events(request: Request) -> Response:
    """Accept events: one in binary or structured mode, or a batch. 200 means that the log holds them.

    It does not say that any projection has seen them: ``positions`` tells up to where one has to have read.
    """
    front, at = front_of(request), datetime.now(UTC)
    found = await front.authenticated(key_of(request), Role.WRITE)
    body = await body_of(request, MOST_BATCH_BYTES)
    content_type = request.headers.get("content-type", "")
    try:
        messages = cloudevents.messages(content_type, request.headers.raw, body)
    except BadEvent as error:
        raise bad(error) from None
    front.admit(found.source, len(messages))
    verdicts = await front.accept(found.source, Protocol.CLOUDEVENTS, request.url.path, at, messages)
    is_one = len(verdicts) == 1 and not cloudevents.is_batch(content_type, body)
    return one_answer(verdicts[0], request.url.path) if is_one else many_answer(verdicts)
