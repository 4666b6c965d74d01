"""One customer over HTTP: the whole page in one answer, or one section of it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from events.envelope import Subject
from services.api.readers import readers_of
from services.ingest.http import documents
from services.ingest.http.answers import Problem, json_answer
from services.ingest.http.front import front_of, key_of
from services.ingest.source import Role
from services.reports.customer import SECTIONS, page

ROUTER = APIRouter(tags=["Customers"])

Clock = Annotated[datetime | None, Query(description="The clock to reckon by, with the zone; now by itself.")]


@ROUTER.get("/v1/customers/{subject}", **documents.read("A customer's page", 401, 403, 404, 422, 503))
async def whole(request: Request, subject: str, now: Clock = None) -> Response:
    """Answer with every section of a customer's page; any identifier of theirs will do. It takes an admin key."""
    return await _answered(request, subject, now, None)


@ROUTER.get("/v1/customers/{subject}/{section}", **documents.read("A section of it", 401, 403, 404, 422, 503))
async def part(request: Request, subject: str, section: str, now: Clock = None) -> Response:
    """Answer with one section of a customer's page. It takes an admin key."""
    return await _answered(request, subject, now, section)


async def _answered(request: Request, subject: str, now: datetime | None, name: str | None) -> Response:
    await front_of(request).authenticated(key_of(request), Role.ADMIN)
    try:
        msgspec.convert(subject, Subject)
    except msgspec.ValidationError:
        message = f"subject: {subject[:64]!r} is none: write KIND:ID, such as customer:42."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field="subject") from None
    sections = [each for each in SECTIONS if name in {None, each.name}]
    if not sections:
        message = f"There is no section {name!r}; there are: {', '.join(each.name for each in SECTIONS)}."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="section")
    clock = now if now is not None and now.tzinfo is not None else datetime.now(UTC)
    told = await readers_of(request).ask(lambda connection: page(connection, subject, clock, sections))
    if name is not None:
        return json_answer(told[name])
    if told["profile"] is None:
        message = f"Nothing is known of {subject[:192]}."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="subject")
    return json_answer(told)
