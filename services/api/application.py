"""The web application: the routes of the front door and of what is read, how errors look, and who may call it."""

from collections.abc import Callable
from http import HTTPStatus
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import Match

from services.access.provider import Provider
from services.api import desk_routes, order_routes, report_routes, view_routes
from services.api.deciders import Deciders
from services.api.ends import Ends
from services.api.failing import failed_answer, for_people
from services.api.paths import QuotedPaths
from services.api.readers import Readers
from services.api.view_documents import add_examples
from services.dashboard import acting, api_page, as_of_form, assets, live, me, moved, oidc, sign_in
from services.dashboard import report_routes as report_page_routes
from services.dashboard import routes as page_routes
from services.dashboard.actions import ACTIONS
from services.dashboard.headers import SafeHeaders
from services.dashboard.live import Live
from services.dashboard.moved import Moved
from services.dashboard.oidc import Oidc
from services.dashboard.session_readers import SessionReaders
from services.dashboard.sign_in import outside
from services.dashboard.signed_in import SignIn, sign_in_answer
from services.ingest.http import event_routes, public_routes, segment_routes, verdict_routes, webhook_routes
from services.ingest.http.answers import Problem, error_answer, problem_answer, problem_document
from services.ingest.http.documents import SCHEMAS, SCHEMES
from services.ingest.http.front import Front
from services.views.registered import VIEWS

DESCRIPTION = (
    "Events come in here: from the client libraries of Segment and RudderStack, as CloudEvents, and as webhooks."
    " 200 means that the log holds what was sent. Reports and customers' pages are read here, with an admin key,"
    " a customer reads how an order of theirs stands by a signed link, and staff decide at the desk."
)
ROUTERS = (
    segment_routes.ROUTER,
    event_routes.ROUTER,
    webhook_routes.ROUTER,
    verdict_routes.ROUTER,
    public_routes.ROUTER,
    view_routes.router(),
    report_routes.ROUTER,
    sign_in.router(),
    oidc.router(),
    me.router(),
    page_routes.router(),
    report_page_routes.ROUTER,
    acting.router(ACTIONS),
    as_of_form.router(),
    api_page.router(),
    moved.router(),
    live.router(),
    assets.router(),
    order_routes.ROUTER,
    desk_routes.ROUTER,
)
DAY_SECONDS = 86_400
SMALL_BYTES = 1_000
PACKING = 5
"""A page of 100 kB becomes a tenth of that in about a millisecond; to pack more tightly takes several times as long."""


def application(front: Front, readers: Readers, deciders: Deciders, provider: Provider | None = None) -> FastAPI:
    """Return the application. There is no page of documentation: those that exist load scripts from elsewhere."""
    app = FastAPI(title="Regulars", description=DESCRIPTION, version=version("regulars"), docs_url=None, redoc_url=None)
    app.state.front = front
    app.state.readers = readers
    app.state.deciders = deciders
    app.state.ends = Ends(readers.installation.log)
    app.state.session_readers = SessionReaders(readers)
    app.state.provider = provider
    app.state.oidc = Oidc(provider) if provider else None
    app.state.moved = Moved(readers.installation)
    app.state.live = Live(readers.installation)
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(Problem, problem_answer)
    app.add_exception_handler(SignIn, sign_in_answer)
    app.add_exception_handler(HTTPException, _http_answer)
    app.add_exception_handler(RequestValidationError, _parameter_answer)
    app.add_exception_handler(Exception, failed_answer)
    # Streams of events are left as they are. What is packed could be guessed from its length by whoever can have a
    # signed-in browser ask again and again (BREACH): others' sites cannot, for the session's cookie is SameSite; and
    # there is no token of ours in a page to be guessed, for what is sent is held against its origin instead.
    app.add_middleware(GZipMiddleware, minimum_size=SMALL_BYTES, compresslevel=PACKING)
    # A page of any shop sends from the visitor's browser. What it gets there it may read only if it sent no cookie: the
    # answers never allow credentials, and what takes a cookie refuses other sites (services/dashboard/same_origin.py).
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "Content-Encoding"],
        expose_headers=["Retry-After"],
        max_age=DAY_SECONDS,
    )
    app.add_middleware(SafeHeaders)
    app.add_middleware(QuotedPaths)
    app.openapi = _documented(app)  # type: ignore[method-assign]
    return app


def _documented(app: FastAPI) -> Callable[[], dict[str, Any]]:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            add_examples(schema, VIEWS)
            components = schema.setdefault("components", {})
            components["securitySchemes"] = SCHEMES
            components["schemas"] = {**components.get("schemas", {}), **SCHEMAS}
            app.openapi_schema = schema
        return app.openapi_schema

    return document


async def _http_answer(request: Request, error: Exception) -> Response:
    """Answer for a path or a method that there is not."""
    if not isinstance(error, HTTPException):
        raise error
    status = HTTPStatus(error.status_code)
    message = f"{request.method} {request.url.path[:256]}: {status.phrase.lower()}."
    if for_people(request):
        return outside(
            "failed.html", {"title": status.phrase, "message": f"There is no page {request.url.path[:256]}."}, status
        )
    document = problem_document(status, status.phrase.lower().replace(" ", "_"), message)
    headers = {"Allow": _allowed(request)} if status is HTTPStatus.METHOD_NOT_ALLOWED else error.headers or {}
    return error_answer(request.url.path, document, status, headers)


def _allowed(request: Request) -> str:
    """Return the methods that a path takes, each of which may have a route of its own."""
    routes = [each for each in request.app.routes if isinstance(each, APIRoute)]
    matching = [each for each in routes if each.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for each in matching for method in each.methods or ()}))


async def _parameter_answer(request: Request, error: Exception) -> Response:
    """Answer for a parameter that is not what it has to be."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    name = str(first["loc"][-1])
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    document = problem_document(status, "invalid_field", f"{name}: {first['msg']}", name)
    return error_answer(request.url.path, document, status)
