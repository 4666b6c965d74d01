"""One customer over HTTP: the whole page in one answer, or one section of it."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from events.envelope import Subject
from projections._engine.as_of import Until
from projections._engine.registry import Connection
from services.access.roles import Capability
from services.api.looking import tell_of_customer
from services.api.points import Happened, Known, until_of, zoned
from services.api.readers import readers_of
from services.api.texts import READABLE
from services.dashboard.signed_in import viewer_of
from services.ingest.http import documents
from services.ingest.http.answers import Problem, json_answer
from services.reports.customer import SECTIONS, page_as_of

ROUTER = APIRouter(tags=["Customers"], dependencies=READABLE)

Clock = Annotated[datetime | None, Query(description="The clock to reckon by, with the zone; now by itself.")]


@ROUTER.get("/v1/customers/{subject}", **documents.read("A customer's page", 401, 403, 404, 422, 503))
async def whole(
    request: Request, subject: str, now: Clock = None, known_at: Known = None, happened_by: Happened = None
) -> Response:
    """Answer with every section of a customer's page; any identifier of theirs will do. It takes an admin key."""
    return await _answered(request, subject, None, zoned("now", now), until_of(known_at, happened_by))


@ROUTER.get("/v1/customers/{subject}/{section}", **documents.read("A section of it", 401, 403, 404, 422, 503))
async def part(
    request: Request,
    subject: str,
    section: str,
    now: Clock = None,
    known_at: Known = None,
    happened_by: Happened = None,
) -> Response:
    """Answer with one section of a customer's page. It takes an admin key."""
    return await _answered(request, subject, section, zoned("now", now), until_of(known_at, happened_by))


async def _answered(
    request: Request, subject: str, name: str | None, now: datetime | None, until: Until | None
) -> Response:
    viewer = await viewer_of(request)
    if not viewer.may(Capability.PERSONAL) or viewer.narrowed:
        message = "You may not look at whole pages of customers: it takes an admin key, or the role manager or auditor."
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", message)
    try:
        msgspec.convert(subject, Subject)
    except msgspec.ValidationError:
        message = f"subject: {subject[:64]!r} is none: write KIND:ID, such as customer:42."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field="subject") from None
    sections = [each for each in SECTIONS if name in {None, each.name}]
    if not sections:
        message = f"There is no section {name!r}; there are: {', '.join(each.name for each in SECTIONS)}."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="section")

    def question(connection: Connection) -> dict[str, Any]:
        told = page_as_of(connection, subject, until, now, sections)
        if told.get("profile", ()) is not None:
            tell_of_customer(connection, request, viewer, subject, name or "customer")
        return told

    told = await readers_of(request).ask(question)
    if name is not None:
        return json_answer(told[name])
    if told["profile"] is None:
        message = f"Nothing is known of {subject[:192]}."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="subject")
    return json_answer(told)
