"""The desk over HTTP: commands with who gives them, once by their key, over the version that their sender has seen."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response

from services.api.deciders import deciders_of, problem_of
from services.desk.asking import aggregate_of, class_of, commands_of, from_json
from services.desk.deciding import Order, Refused
from services.desk.desk import Desk
from services.desk.session import Done
from services.ingest.http import documents
from services.ingest.http.answers import Problem, json_answer
from services.ingest.http.bodies import body_of
from services.ingest.http.front import front_of, key_of
from services.ingest.source import Role

ROUTER = APIRouter(tags=["Desk"])
MOST_BYTES = 256 * 1024
MOST_VERSION = 2**53

Aggregate = Annotated[str, Path(description="What is decided on, such as complaint.")]
Id = Annotated[str, Path(description="Which one, such as c-1.")]
CommandName = Annotated[str, Path(description="What is to be done, such as reply.")]
Actor = Annotated[str, Header(alias="Regulars-Actor", description="Who decides, such as anna; in UTF-8.")]
Key = Annotated[str, Header(alias="Idempotency-Key", description="Makes a command of this actor count once.")]
IfMatch = Annotated[str, Header(alias="If-Match", description="The ETag that was seen; another one by now is a 409.")]
Expected = Annotated[
    int | None, Query(ge=0, le=MOST_VERSION, description="The version that was seen, where that is handier.")
]
History = Annotated[bool, Query(description="With the facts that led there.")]


@ROUTER.get("/v1/desk", **documents.read("What can be decided on, and by which commands", 401, 403, 503))
async def listed(request: Request) -> Response:
    """List the aggregates and their commands, with a JSON schema of each command's fields. It takes a read key."""
    await front_of(request).authenticated(key_of(request), Role.READ)
    aggregates = deciders_of(request).desk.aggregates.values()
    told = [
        {"name": each.name, "about": each.about, "commands": [asked._asdict() for asked in commands_of(each)]}
        for each in aggregates
    ]
    return json_answer({"aggregates": told})


# Before the route that reads: an id may have slashes, so that this one's paths are that one's, too.
@ROUTER.post("/v1/desk/{aggregate}/{name:path}/{command}", **documents.DECIDED)
async def performed(
    request: Request,
    aggregate: Aggregate,
    name: Id,
    command: CommandName,
    actor: Actor,
    key: Key = "",
    if_match: IfMatch = "",
    expected: Expected = None,
) -> Response:
    """Have something done. The body has the command's fields. It takes an admin key.

    200 means that it is decided, durably: projections and reports see it when it has come over the log.
    """
    await front_of(request).authenticated(key_of(request), Role.ADMIN)
    body = await body_of(request, MOST_BYTES)
    deciders = deciders_of(request)
    try:
        asked = from_json(class_of(aggregate_of(deciders.desk.aggregates, aggregate), command), body)
    except Refused as refused:
        raise problem_of(refused) from refused
    seen = _version(if_match) if if_match else expected
    order = Order(aggregate, name, asked, _text(actor), _text(key), seen)
    done = await deciders.ask(lambda desk: desk.perform(order, desk.now()))
    return json_answer({"success": True, **_told(done)}, headers={"ETag": _etag(done.version)})


@ROUTER.get("/v1/desk/{aggregate}/{name:path}", **documents.read("How one of them stands", 401, 403, 404, 422, 503))
async def shown(request: Request, aggregate: Aggregate, name: Id, history: History = False) -> Response:
    """Show how one of an aggregate stands, by the desk's facts and what others said of it. It takes a read key.

    The version, and so the ETag, counts the desk's facts: what others say does not change it.
    """
    await front_of(request).authenticated(key_of(request), Role.READ)
    told = await deciders_of(request).ask(lambda desk: _shown(desk, aggregate, name, history=history))
    if told is None:
        message = f"Nothing is known of a {aggregate[:64]} {name[:128]!r}."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="name")
    return json_answer(told, headers={"ETag": _etag(told["version"])})


def _shown(desk: Desk, aggregate: str, name: str, *, history: bool) -> dict[str, Any] | None:
    found = aggregate_of(desk.aggregates, aggregate)
    if not name.isprintable():
        return None
    state, version = desk.state(aggregate, name)
    if not version and state == found.begin(name):
        return None
    told = {"aggregate": aggregate, "id": name, "version": version, "state": state}
    if history:
        told["history"] = [
            {"id": each.id, "type": each.data.event_type, "time": each.time, "subject": each.subject, "data": each.data}
            for each in (decided.envelope for decided in desk.history(aggregate, name))
        ]
    return told


def _told(done: Done) -> dict[str, Any]:
    return {"aggregate": done.aggregate, "id": done.id, "version": done.version, "events": done.events}


def _etag(version: int) -> str:
    return f'"{version}"'


def _version(etag: str) -> int | None:
    """Return the version that an ETag of ours says; None for any. Raises Problem 422 for what is none of ours."""
    text = etag.strip()
    if text == "*":
        return None
    digits = text[1:-1]
    if text != f'"{digits}"' or not digits.isascii() or not digits.isdecimal() or int(digits) > MOST_VERSION:
        message = f'If-Match: {etag[:64]!r} is no ETag of one of the desk, such as "3".'
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", message, field="If-Match")
    return int(digits)


def _text(header: str) -> str:
    """Return a header's text, which people write in UTF-8 and servers read as Latin-1."""
    try:
        return header.encode("latin-1").decode()
    except UnicodeError:
        return header
