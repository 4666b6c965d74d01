"""Every page, with its twins: ``/NAME`` is HTML, ``/NAME.json`` and ``/NAME.csv`` have the same in figures."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from events.log.vectors import written
from services.access.viewer import Viewer
from services.api.asked import CONTROLS, AskedFor, asked_for
from services.api.asking import RETRY_SECONDS, Answered, answered
from services.api.serving_views import PRIVATE, as_csv, as_json
from services.dashboard import flash
from services.dashboard.page import Page
from services.dashboard.quoting import path_of
from services.dashboard.registered import GROUPS, PAGES
from services.dashboard.rendering import page_answer
from services.dashboard.signed_in import viewer_of
from services.dashboard.ways import Ways
from services.ingest.http.answers import Problem

AWAY_SECONDS = 10
"""After how long a page is asked for again that could not be made, since what it is made of did not answer."""

MOVED = {"/customers/movers": "/movers"}
"""Where pages were found before, and are now: what somebody kept leads on."""

Shape = Callable[[Request, Page, AskedFor, Viewer], Awaitable[Response]]


def router() -> APIRouter:
    """Return the routes of all pages. They are no part of the documented API: the same is under ``/v1``."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route("/", _home, methods=["GET"])
    for before, now in MOVED.items():
        for suffix in ("", ".json", ".csv"):
            routes.add_api_route(f"{before}{suffix}", _moved(f"{now}{suffix}"), methods=["GET"])
    for page in PAGES:
        for suffix, shape in ((".json", _json), (".csv", _csv), ("", _html)):
            routes.add_api_route(f"{page.at}{suffix}", _route(page, shape), methods=["GET"])
    return routes


def _moved(there: str) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        return RedirectResponse(with_query(there, request.query_params, {}), HTTPStatus.PERMANENT_REDIRECT)

    return route


def _route(page: Page, shape: Shape) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        viewer = await viewer_of(request)
        try:
            asked = asked_for(page.view, request.query_params)
            if page.settled is not None:
                asked, request.state.query = await page.settled(request, asked, viewer)
            return await shape(request, page, asked, viewer)
        except Problem as problem:
            if shape is not _html:
                raise
            return problem_page(request, viewer, problem)

    return route


async def _home(request: Request) -> Response:
    """Lead to the first page that whoever asks may see."""
    viewer = await viewer_of(request)
    first = next(page for page in PAGES if page.group and page.open_to(viewer))
    return RedirectResponse(first.at, HTTPStatus.SEE_OTHER)


async def _json(request: Request, page: Page, asked: AskedFor, viewer: Viewer) -> Response:
    return await as_json(request, page.view, asked, viewer, request.path_params)


async def _csv(request: Request, page: Page, asked: AskedFor, viewer: Viewer) -> Response:
    return await as_csv(request, page.view, asked, viewer, request.path_params)


async def _html(request: Request, page: Page, asked: AskedFor, viewer: Viewer) -> Response:
    found = await answered(request, page.view, asked, viewer, request.path_params)
    if found is None:
        headers = {**PRIVATE, "Refresh": str(RETRY_SECONDS)}
        context = {**surroundings(request, viewer, page), "past": asked.until}
        return page_answer(request, "working.html", context, HTTPStatus.ACCEPTED, headers)
    if leads_to := found.told.document.get("leads_to"):
        return RedirectResponse(leads_to, HTTPStatus.SEE_OTHER, PRIVATE)
    said = await flash.told(request, viewer)
    context = {**surroundings(request, viewer, page), **shown(request, page, asked, found, viewer), "flash": said}
    answer = page_answer(request, page.template, context, headers=PRIVATE)
    flash.forget(request, answer)
    return answer


def surroundings(request: Request, viewer: Viewer, page: Page | None = None) -> dict[str, Any]:
    """Return what every template gets: who looks, the navigation, and the page in it."""
    navigation = [(group, [each for each in PAGES if each.group == group and each.open_to(viewer)]) for group in GROUPS]
    return {
        "viewer": viewer,
        "page": page,
        "navigation": [(group, pages) for group, pages in navigation if pages],
        "here": path_of(request),
        "grafana": getattr(request.app.state, "grafana", ""),
    }


def shown(request: Request, page: Page, asked: AskedFor, found: Answered, viewer: Viewer) -> dict[str, Any]:
    """Return what a page's template gets besides: the document ``d``, what was asked, and how to ask otherwise.

    ``url(store="a", after=None)`` is this page with another query, ``twin("csv", table="askers")`` its twin; ``ways``
    lead from its figures to the events behind them.
    """
    query, here = getattr(request.state, "query", None) or dict(request.query_params), path_of(request)

    def url(path: str = here, **changes: object) -> str:
        return with_query(path, query, changes)

    def twin(kind: str, **changes: object) -> str:
        return with_query(f"{here}.{kind}", query, changes)

    points = {name: query[name] for name in CONTROLS if query.get(name)}
    return {
        "view": page.view,
        "d": found.told.document,
        "asked": asked.parameters,
        "path": dict(request.path_params),
        "as_of": found.as_of(),
        "past": found.until,
        "now": found.told.now,
        "lag_events": found.lag_events,
        "points": points,
        "ways": Ways(found.told.document, viewer, points),
        "url": url,
        "twin": twin,
        "live_href": _follows(page, found) if page.follows else None,
    }


def _follows(page: Page, found: Answered) -> str:
    """Return the stream that says that what a page is made of has moved since it was made."""
    return with_query("/live/moved", {"page": page.view.name}, {"at": written(found.told.positions)})


def with_query(path: str, query: Mapping[str, str], changes: Mapping[str, object]) -> str:
    """Return a path with a query, changed; what is None or empty is left out."""
    merged = {name: value for name, value in {**query, **changes}.items() if value not in {None, ""}}
    return f"{path}?{urlencode(merged)}" if merged else path


def problem_page(request: Request, viewer: Viewer, problem: Problem) -> Response:
    """Return a page that says what is wrong, and leads on; what is only away is asked for again by itself."""
    away = problem.status is HTTPStatus.SERVICE_UNAVAILABLE and request.method == "GET"
    context = {**surroundings(request, viewer), "problem": problem, "again": str(request.url) if away else ""}
    refresh = {"Refresh": str(AWAY_SECONDS)} if away else {}
    return page_answer(request, "problem.html", context, problem.status, {**PRIVATE, **problem.headers, **refresh})
