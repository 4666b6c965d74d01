"""Orders over HTTP: a customer reads one order of theirs by a signed link, and who has a key makes such links."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from events.envelope import Subject
from services.api.readers import readers_of
from services.ingest.http import documents
from services.ingest.http.answers import Problem, json_answer
from services.ingest.http.front import front_of, key_of
from services.ingest.source import Role
from services.order_links import MOST_DAYS, USUAL_DAYS, BadLink, OrderLink, link_of, path_of
from services.reports.order_of import order_of, owners
from services.variables import LINK_KEYS

ROUTER = APIRouter(tags=["Orders"])

# What a link opens is for one person's eyes: nothing keeps it on the way, and no other site learns the link.
PRIVATE = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}

Order = Annotated[str, Path(description="The order's number.")]
Token = Annotated[str, Query(description="The link's token.")]
Whose = Annotated[str, Query(description="Whose order it is, by any identifier, such as customer:42.")]
Days = Annotated[int, Query(ge=1, le=MOST_DAYS, description="For how many days the link holds.")]


@ROUTER.get("/v1/orders/{order:path}/status", **documents.linked("How an order stands", 403, 404, 422, 503))
async def status(request: Request, order: Order, token: Token = "") -> Response:
    """Answer with one order's steps, promise and parcels, to whom a link to it was given. It takes no key.

    A token that is wrong, or of another order, is answered alike whether or not there is such an order.
    """
    readers, now = readers_of(request), datetime.now(UTC)
    try:
        link = link_of(token, readers.link_keys)
    except BadLink:
        link = None
    if link is None or link.order != order:
        message = "This link opens nothing here: take it whole, as it was sent."
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", message, field="token", headers=PRIVATE)
    if link.until <= now:
        message = f"This link held until {link.until:%Y-%m-%d %H:%M} UTC: ask the shop for a new one."
        raise Problem(HTTPStatus.FORBIDDEN, "expired", message, field="token", headers=PRIVATE)
    told = await readers.ask(lambda connection: order_of(connection, link.subject, link.order, now))
    if told is None:
        message = "Nothing is known of this order any more."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="order", headers=PRIVATE)
    return json_answer(told, headers=PRIVATE)


@ROUTER.post("/v1/orders/{order:path}/link", **documents.read("Make a link to an order", 401, 403, 404, 422, 503))
async def link(request: Request, order: Order, subject: Whose, days: Days = USUAL_DAYS) -> Response:
    """Make a link with which a customer reads that order of theirs. It takes a read key or an admin key."""
    await front_of(request).authenticated(key_of(request), Role.READ)
    readers = readers_of(request)
    if not readers.link_keys:
        message = f"No links can be made: {LINK_KEYS.name} is not set; 'regulars order key' makes a key."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="order")
    try:
        msgspec.convert(subject, Subject)
    except msgspec.ValidationError:
        message = f"subject: {subject[:64]!r} is none: write KIND:ID, such as customer:42."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field="subject") from None
    known = "\0" not in order + subject
    found = await readers.ask(lambda connection: owners(connection, order, subject)) if known else []
    if not found:
        message = f"{subject[:192]!r} has no order {order[:128]!r}."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="order")
    until = datetime.now(UTC) + timedelta(days=days)
    path = path_of(OrderLink(found[0], order, until), readers.link_keys)
    return json_answer({"order": order, "path": path, "until": until}, headers=PRIVATE)
