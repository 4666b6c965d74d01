"""The slider of time on a customer's page: the number of one of their events leads to the page as of then."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from services.api.asked import asked_for
from services.api.asking import answered
from services.dashboard.routes import problem_page, with_query
from services.dashboard.signed_in import viewer_of
from services.ingest.http.answers import Problem
from services.views.customer import MOMENT


def router() -> APIRouter:
    """Return the slider's route."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(f"{MOMENT.path}", moment, methods=["GET"])
    return routes


async def moment(request: Request) -> Response:
    """Lead to the page as of an event; one beyond the last is now. A part of the query that is not ours goes along."""
    viewer = await viewer_of(request)
    query = {name: text for name, text in request.query_params.items() if name == "event"}
    try:
        found = await answered(request, MOMENT, asked_for(MOMENT, query), viewer, request.path_params)
    except Problem as problem:
        return problem_page(request, viewer, problem)
    time = None if found is None else found.told.document["time"]
    rest = {name: text for name, text in request.query_params.items() if name != "event"}
    at = with_query(request.url.path.removesuffix("/moment"), rest, {"happened_by": time and time.isoformat()})
    return RedirectResponse(at, HTTPStatus.SEE_OTHER)
