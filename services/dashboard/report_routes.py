"""Where a report is looked for and is not: it has a page elsewhere, or there is none of that name."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from services.dashboard.report_pages import IN_THE_SHOP
from services.dashboard.routes import problem_page, with_query
from services.dashboard.signed_in import viewer_of
from services.ingest.http.answers import Problem

ROUTER = APIRouter(include_in_schema=False)


@ROUTER.get("/reports/{name}")
async def elsewhere(request: Request, name: str) -> Response:
    """Lead to the page in the shop that tells of this report, with the same question; else say that there is none."""
    viewer = await viewer_of(request)
    plain, dot, suffix = name.partition(".")
    found = IN_THE_SHOP.get(f"/reports/{plain}")
    if found:
        return RedirectResponse(with_query(f"{found[0]}{dot}{suffix}", request.query_params, {}), HTTPStatus.SEE_OTHER)
    message = f"There is no report {name[:64]!r}: the page of all reports lists what there is."
    return problem_page(request, viewer, Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="name"))
