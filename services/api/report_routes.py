"""What is said over HTTP of a report that there is not. Those that there are: services/views/reports.py."""

from http import HTTPStatus

from fastapi import APIRouter, Request

from services.dashboard.signed_in import viewer_of
from services.ingest.http.answers import Problem

ROUTER = APIRouter(include_in_schema=False)


@ROUTER.get("/v1/reports/{name}")
async def unknown(request: Request, name: str) -> None:
    """Say that there is no report of that name. Raises Problem: 401, 403 and 404."""
    await viewer_of(request)
    message = f"There is no report {name[:64]!r}; /v1/reports lists what there is."
    raise Problem(HTTPStatus.NOT_FOUND, "not_found", message, field="name")
