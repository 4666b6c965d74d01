"""How a refusal is answered: with the page of its form, the sentence beside the form and what was typed in it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from fastapi import Request, Response
from starlette.routing import compile_path

from services.access.viewer import Viewer
from services.api.asked import asked_for
from services.api.asking import answered, problem_of
from services.api.deciders import problem_of as desk_problem_of
from services.api.serving_views import PRIVATE
from services.dashboard.flash import Flash
from services.dashboard.page import Page
from services.dashboard.refusal import Refusal, Sent
from services.dashboard.registered import PAGES
from services.dashboard.rendering import page_answer
from services.dashboard.routes import problem_page, shown, surroundings
from services.desk.deciding import Refused
from services.ingest.http.answers import Problem
from services.views.addresses import routed
from services.views.view import BadParameter, NotFound, NotYours


async def refused_answer(request: Request, viewer: Viewer, sent: Sent, refused: Exception) -> Response:
    """Return the page from which a form came, with what is wrong, or a page that says that alone."""
    problem = _problem(refused)
    refusal = Refusal(sent.form, problem.message, problem.field, problem.status, sent.said)
    flash = Flash("bad", refusal.message, f"#{refusal.form}" if refusal.form else "")
    more = {"refused": refusal, "flash": flash}
    try:
        return await page_again(request, viewer, sent, more, refusal.status) or problem_page(request, viewer, problem)
    except Problem:
        return problem_page(request, viewer, problem)


def _problem(refused: Exception) -> Problem:
    match refused:
        case Problem():
            return refused
        case Refused():
            problem = desk_problem_of(refused)
            if refused.code == "overtaken":
                message = f"Somebody decided first: look again, then decide. ({refused.message})"
            elif refused.code == "key_reused":
                message = "This form was sent before, and says something else now: look at what came of it first."
            else:
                message = problem.message
            return Problem(problem.status, problem.code, message, field=refused.field)
        case BadParameter() | NotFound() | NotYours():
            return problem_of(refused)
        case _:
            return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "refused", str(refused))


async def page_again(
    request: Request, viewer: Viewer, sent: Sent, more: Mapping[str, Any], status: HTTPStatus
) -> Response | None:
    """Return the page where a form stands, with more in it; None where it is none of ours. Raises Problem."""
    parts = urlsplit(sent.back)
    found = page_at(routed(parts.path))
    if found is None:
        return None
    page, path = found
    query = parts.query.encode()
    scope = {"method": "GET", "path": routed(parts.path), "raw_path": parts.path.encode(), "query_string": query}
    there = Request({**request.scope, **scope, "path_params": path})
    asked = asked_for(page.view, dict(parse_qsl(parts.query)))
    answer = await answered(there, page.view, asked, viewer, path)
    if answer is None:
        return None
    context = {
        **surroundings(there, viewer, page),
        **shown(there, page, asked, answer, viewer),
        "live_href": None,
        **more,
    }
    return page_answer(there, page.template, context, status, PRIVATE)


def page_at(path: str) -> tuple[Page, dict[str, Any]] | None:
    """Return the page that is found at a path, with what the path names; None where there is none."""
    for page in PAGES:
        pattern, _, convertors = compile_path(page.at)
        if match := pattern.match(path):
            return page, {name: convertors[name].convert(text) for name, text in match.groupdict().items()}
    return None
