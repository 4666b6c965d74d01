"""Reports over HTTP: what there is, what each means, and each answered, of now or of a past."""

import asyncio
from datetime import date, datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from projections._engine.as_of import Until
from projections._engine.registry import Connection
from services.api.points import Happened, Known, until_of, zoned
from services.api.readers import readers_of
from services.api.texts import READABLE
from services.ingest.http import documents
from services.ingest.http.answers import Problem, json_answer
from services.ingest.http.front import front_of, key_of
from services.ingest.source import Role
from services.reports import REPORTS
from services.reports.asking import MOST_ROWS, Asked, LookBack, Told, ask
from services.reports.report import BadQuestion, Report

ROUTER = APIRouter(tags=["Reports"], dependencies=READABLE)

PATIENCE_SECONDS = 20.0
RETRY_SECONDS = 5
KEPT_TASKS: set[asyncio.Task[Told]] = set()

Store = Annotated[str | None, Query(description="Of one store alone.", max_length=128)]
Begin = Annotated[date | None, Query(alias="from", description="The period's first day, in UTC.")]
End = Annotated[date | None, Query(alias="to", description="The period's last day, in UTC.")]
Currency = Annotated[str | None, Query(description="Which money to count.", pattern="^[A-Z]{3}$")]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="The most rows of a list.")]
About = Annotated[str | None, Query(description="Narrow it, such as to a product.", max_length=256)]
Clock = Annotated[datetime | None, Query(description="The clock to reckon by; the last event's by itself.")]


@ROUTER.get("/v1/reports", **documents.read("The reports there are", 401, 403))
async def listed(request: Request) -> Response:
    """List the reports with their definitions. It takes an admin key."""
    await front_of(request).authenticated(key_of(request), Role.ADMIN)
    told = [{"name": each.name, "title": each.title, "definition": each.definition} for each in REPORTS]
    return json_answer({"reports": told})


@ROUTER.get("/v1/reports/{name}", **documents.read("One report", 202, 401, 403, 404, 422, 503))
async def one(
    request: Request,
    name: str,
    store: Store = None,
    begin: Begin = None,
    end: End = None,
    currency: Currency = None,
    limit: Limit = 10,
    about: About = None,
    now: Clock = None,
    known_at: Known = None,
    happened_by: Happened = None,
) -> Response:
    """Answer a report. It takes an admin key.

    A past is folded from the log when it is first asked for: while that takes, the answer is 202 with Retry-After.
    """
    await front_of(request).authenticated(key_of(request), Role.ADMIN)
    report = next((each for each in REPORTS if each.name == name), None)
    if report is None:
        message = f"There is no report {name[:64]!r}; /v1/reports lists what there is."
        raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="name")
    asked = Asked(store, begin, end, currency, limit, about, zoned("now", now))
    return await _answered(request, report, asked, until_of(known_at, happened_by))


async def _answered(request: Request, report: Report, asked: Asked, until: Until | None) -> Response:
    readers = readers_of(request)

    def question(connection: Connection) -> Told:
        if until is None:
            return ask(connection, report, asked)
        with readers.log() as log:
            return ask(connection, report, asked, LookBack(until, log, readers.installation.connect))

    task = asyncio.create_task(readers.ask(question))
    KEPT_TASKS.add(task)
    task.add_done_callback(KEPT_TASKS.discard)
    try:
        told = await asyncio.wait_for(asyncio.shield(task), PATIENCE_SECONDS)
    except TimeoutError:
        message = "This is still being worked out: ask again."
        document = {"success": False, "code": "working", "message": message}
        return json_answer(document, HTTPStatus.ACCEPTED, {"Retry-After": str(RETRY_SECONDS)})
    except BadQuestion as error:
        field = str(error).partition(":")[0]
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid_field", str(error), field=field) from error
    return json_answer(told.document())
