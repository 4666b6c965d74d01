"""The form that leads to any state of the past, of a customer or a report, by either clock. See the audit."""

from datetime import UTC, datetime
from http import HTTPStatus
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from events.envelope import Subject
from services.api.asked import POINTS
from services.api.serving_views import PRIVATE
from services.dashboard.acts import refusal
from services.dashboard.routes import problem_page
from services.dashboard.signed_in import viewer_of
from services.ingest.http.answers import Problem
from services.reports import REPORTS
from services.views.links import customer_href

PATH = "/audit/as-of"


def router() -> APIRouter:
    """Return the route."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(PATH, _lead, methods=["GET"])
    return routes


async def _lead(request: Request) -> Response:
    """Lead to the page of what was asked for, as of the point that was asked for; that page says who may see it."""
    viewer = await viewer_of(request)
    said = {name: text.strip() for name, text in request.query_params.items()}
    try:
        there = f"{_page(said.get('what', ''), said.get('subject', ''))}?{urlencode(_point(said))}"
    except Problem as problem:
        return problem_page(request, viewer, problem)
    return RedirectResponse(there, HTTPStatus.SEE_OTHER, PRIVATE)


def _page(what: str, subject: str) -> str:
    if what:
        if what not in {report.name for report in REPORTS}:
            message = f"what: there is no report {what[:64]!r}."
            raise refusal(message)
        return f"/reports/{what}"
    try:
        return customer_href(msgspec.convert(subject, Subject))
    except msgspec.ValidationError:
        message = f"subject: {subject[:64]!r} is none: write KIND:ID, such as customer:42."
        raise refusal(message) from None


def _point(said: dict[str, str]) -> dict[str, str]:
    clock, at = said.get("clock", "known_at"), said.get("at", "")
    if clock not in POINTS:
        message = f"clock: there are {', '.join(POINTS)}."
        raise refusal(message)
    try:
        instant = datetime.fromisoformat(at)
    except ValueError:
        message = f"at: {at[:64]!r} is no instant: write it like 2026-03-01T09:30, in UTC."
        raise refusal(message) from None
    known = instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    return {clock: known.isoformat().replace("+00:00", "Z")}
