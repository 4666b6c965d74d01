"""How the front door answers: JSON with what became of each message, or with a code and a sentence."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import msgspec
from fastapi import Request, Response

from events.errors import BadEvent, Fault
from services.ingest.segment import KINDS
from services.ingest.verdict import Outcome, Verdict

JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
"""How RFC 9457 has an error told to programmes."""

AS_SEGMENT_HAS_IT = frozenset(f"/v1/{kind}" for kind in (*KINDS, "batch"))
"""Routes whose errors are plain JSON, as the client libraries of Segment's protocol know it."""

NO_HEADERS: Mapping[str, str] = {}
GOOD = {Outcome.STORED, Outcome.DUPLICATE, Outcome.IGNORED}


class Problem(Exception):
    """A request that is answered with an error: a status, a code for programmes, and a sentence for people."""

    def __init__(
        self, status: HTTPStatus, code: str, message: str, *, field: str = "", headers: Mapping[str, str] = NO_HEADERS
    ) -> None:
        """Keep the parts."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers


def unavailable(message: str, retry_after_seconds: int = 1) -> Problem:
    """Return the answer while something is away: nothing is known to be accepted, and sending it again is safe."""
    again = "Nothing of it is known to be stored: send it again."
    headers = {"Retry-After": str(retry_after_seconds)}
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", f"{message} {again}", headers=headers)


def bad(error: BadEvent) -> Problem:
    """Return the answer to a request in which no messages can be told apart, or too many."""
    too_large = error.fault is Fault.TOO_LARGE
    status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.BAD_REQUEST
    return Problem(status, error.fault.value, f"{error.field}: {error.reason}", field=error.field)


def json_answer(
    document: object, status: HTTPStatus = HTTPStatus.OK, headers: Mapping[str, str] = NO_HEADERS
) -> Response:
    """Return a JSON answer."""
    return Response(msgspec.json.encode(document), status, headers=dict(headers), media_type=JSON)


async def problem_answer(request: Request, problem: Exception) -> Response:
    """Return what a Problem looks like on the wire: as RFC 9457 has it, but where a client library expects JSON."""
    if not isinstance(problem, Problem):
        raise problem
    document = problem_document(problem.status, problem.code, problem.message, problem.field)
    return error_answer(request.url.path, document, problem.status, problem.headers)


def problem_document(status: HTTPStatus, code: str, message: str, field: str = "") -> dict[str, Any]:
    """Return an error as RFC 9457 has it, with the names beside that our own clients read.

    ``detail`` and ``message`` are the same sentence; ``type`` tells the code as a URI.
    """
    document = {
        "type": f"urn:regulars:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": message,
        "success": False,
        "code": code,
        "message": message,
    }
    return {**document, "field": field} if field else document


def error_answer(path: str, document: object, status: HTTPStatus, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    """Return an error that was answered at a path."""
    media_type = JSON if path in AS_SEGMENT_HAS_IT else PROBLEM_JSON
    return Response(msgspec.json.encode(document), status, headers=dict(headers), media_type=media_type)


def many_answer(verdicts: Sequence[Verdict]) -> Response:
    """Return the answer to a batch: exactly 200, as client libraries expect, with what was not taken."""
    outcomes = [verdict.outcome for verdict in verdicts]
    rejected = sum(outcome not in GOOD for outcome in outcomes)
    document = {
        "success": rejected == 0,
        "received": len(outcomes),
        "accepted": outcomes.count(Outcome.STORED) + outcomes.count(Outcome.DUPLICATE),
        "duplicates": outcomes.count(Outcome.DUPLICATE),
        "ignored": outcomes.count(Outcome.IGNORED),
        "rejected": rejected,
        "positions": _positions(verdicts),
        "verdicts": [
            {"index": index, **told(verdict)}
            for index, verdict in enumerate(verdicts)
            if verdict.outcome is not Outcome.STORED
        ],
    }
    return json_answer(document)


def one_answer(verdict: Verdict, path: str) -> Response:
    """Return the answer to a single message: 200 where it is accepted, 400 or 409 with code and sentence where not."""
    if verdict.error is None:
        return json_answer({"success": True, **told(verdict), "positions": _positions([verdict])})
    status = HTTPStatus.CONFLICT if verdict.outcome is Outcome.CONFLICT else HTTPStatus.BAD_REQUEST
    if verdict.error.fault is Fault.TOO_LARGE:
        status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    problem = problem_document(status, verdict.error.fault, str(verdict.error), verdict.error.field)
    return error_answer(path, {**problem, **told(verdict)}, status)


def told(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as its sender sees it."""
    document: dict[str, Any] = {"messageId": verdict.message_id, "outcome": verdict.outcome}
    if verdict.events:
        document["events"] = [place._asdict() for place in verdict.events]
    if verdict.error is not None:
        document |= {"code": verdict.error.fault, "field": verdict.error.field, "message": str(verdict.error)}
    if verdict.row is not None:
        document["verdict"] = verdict.row
    return document


def _positions(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Return the offset, by partition, up to which a reader has to have read to have seen all of it."""
    positions: dict[int, int] = {}
    for verdict in verdicts:
        for place in verdict.events:
            positions[place.partition] = max(positions.get(place.partition, 0), place.offset + 1)
    return {str(partition): position for partition, position in sorted(positions.items())}
