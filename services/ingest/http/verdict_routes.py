"""What became of what was sent: for its sender by id, and for those who look after a source as lists and counts."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.ingest import looking_up, tallies, verdicts
from services.ingest.group_commit import Unavailable
from services.ingest.http import documents
from services.ingest.http.answers import Problem, json_answer, unavailable
from services.ingest.http.front import Front, front_of, key_of
from services.ingest.lookups import Answer
from services.ingest.registry import Found
from services.ingest.source import Role
from services.ingest.verdict import Outcome
from services.installation import Connection

ROUTER = APIRouter(tags=["Verdicts"])
MOST_LISTED = 1000

Source = Annotated[str | None, Query(description="Whose; a key that is not an admin's sees its own source only.")]
Limit = Annotated[int, Query(ge=1, le=MOST_LISTED)]
After = Annotated[int | None, Query(ge=0, le=2**63 - 1, description="Go on after this verdict's number.")]
Kept = Annotated[bool, Query(description="Those that were settled too: redriven or dismissed.")]
Since = Annotated[date | None, Query(description="From this day on, in UTC.")]


@ROUTER.get("/v1/verdicts", **documents.read("What could not be accepted, with its body", 400, 401, 403, 422, 503))
async def listed(
    request: Request,
    source: Source = None,
    outcome: Outcome | None = None,
    fault: Annotated[str | None, Query(max_length=64)] = None,
    after: After = None,
    limit: Limit = 100,
    settled: Kept = False,
) -> Response:
    """List the messages that could not be accepted, the oldest first. It takes a read key."""
    front = front_of(request)
    found = await front.authenticated(key_of(request), Role.READ)
    whose = _whose(found, source)
    rows = await _asked(
        front,
        lambda connection: verdicts.listed(
            connection, source=whose, outcome=outcome, fault=fault, open_only=not settled, after=after, limit=limit
        ),
    )
    following = rows[-1].id if len(rows) == limit else None
    return json_answer({"verdicts": [verdicts.document(row) for row in rows], "next": following})


@ROUTER.get(
    "/v1/verdicts/{message_id:path}", **documents.read("What became of one message", 400, 401, 403, 404, 422, 503)
)
async def one(
    request: Request,
    message_id: str,
    subject: Annotated[str | None, Query(max_length=192, description="The event's subject, where it is known.")] = None,
) -> Response:
    """Say what became of a message of the key's own source. A write key will do; then its body is not shown."""
    front = front_of(request)
    found = await front.authenticated(key_of(request), Role.WRITE, Role.READ)
    try:
        answer = await front.lookups.ask_log(
            lambda connection, log: looking_up.found(connection, log, found.source.name, message_id, subject)
        )
    except Unavailable as error:
        message = f"It cannot be looked up just now: {error}."
        raise unavailable(message) from error
    if not answer.known:
        message = (
            f"No message {message_id[:256]!r} of {found.source.name} is known: it was not sent, or is not folded yet."
        )
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message)
    return json_answer(answer.document(with_bodies=found.role is not Role.WRITE))


@ROUTER.get("/v1/reports/ingest", **documents.read("What came, by day, type and outcome", 400, 401, 403, 422, 503))
async def counted(request: Request, source: Source = None, since: Since = None) -> Response:
    """Count what came in. It takes a read key; the latest second or so may be missing."""
    front = front_of(request)
    whose = _whose(await front.authenticated(key_of(request), Role.READ), source)
    rows = await _asked(front, lambda connection: tallies.counted(connection, source=whose, since=since))
    return json_answer({"tallies": [row._asdict() for row in rows]})


@ROUTER.get("/v1/reports/tracking-plan", **documents.read("What did not keep to its plan", 400, 401, 403, 422, 503))
async def violations(request: Request, source: Source = None, since: Since = None) -> Response:
    """Count what did not keep to the tracking plans. It takes a read key."""
    front = front_of(request)
    whose = _whose(await front.authenticated(key_of(request), Role.READ), source)
    rows = await _asked(front, lambda connection: tallies.violations(connection, source=whose, since=since))
    return json_answer({"violations": [row._asdict() for row in rows]})


def _whose(found: Found, source: str | None) -> str | None:
    """Return the source to look at; None is all, for an admin. Raises Problem 403 for somebody else's."""
    if found.role is Role.ADMIN:
        return source
    if source not in {None, found.source.name}:
        message = f"This key is for {found.source.name}, and not for {source[:64] if source else source!r}."
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", message, field="source")
    return found.source.name


async def _asked(front: Front, question: Callable[[Connection], Answer]) -> Answer:
    try:
        return await front.lookups.ask(question)
    except Unavailable as error:
        message = f"The database does not answer just now: {error}."
        raise unavailable(message) from error
