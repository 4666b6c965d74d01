"""Every view under ``/v1``, as JSON and as CSV."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response

from services.access.viewer import Viewer
from services.api.asked import AskedFor, asked_for
from services.api.serving_views import as_csv, as_json
from services.dashboard.signed_in import viewer_of
from services.ingest.http import documents
from services.views.registered import VIEWS
from services.views.view import Past, View

Shape = Callable[[Request, View, AskedFor, Viewer, Mapping[str, str]], Awaitable[Response]]

POINT = {"type": "string", "format": "date-time"}
CONTROLS: dict[str, tuple[str, Any]] = {
    "known_at": ("As the log knew it then.", POINT),
    "as_of": ("The same as known_at; or positions such as 0:120,3:17.", {"type": "string"}),
    "happened_by": ("As it was then, also if it was recorded later.", POINT),
}
MIN_POSITION = ("Wait until its projections have come so far, such as 0:120,3:17.", {"type": "string"})


def router() -> APIRouter:
    """Return the routes of all views."""
    routes = APIRouter(tags=["Views"])
    for view in VIEWS:
        said = documents.read(view.title, 202, 401, 403, 404, 422, 503)
        said["openapi_extra"] = {"parameters": parameters_of(view), "security": [*documents.KEYS, {"session": []}]}
        # The CSV's path first: a path that ends with a name of its own would take it for a part of the name.
        for path, shape in ((f"/v1{view.path}.csv", as_csv), (f"/v1{view.path}", as_json)):
            routes.add_api_route(
                path,
                _route(view, shape),
                methods=["GET"],
                name=f"{view.name}{'.csv' if shape is as_csv else ''}",
                description=view.about,
                **said,
            )
    return routes


def _route(view: View, shape: Shape) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        viewer = await viewer_of(request)
        return await shape(request, view, asked_for(view, request.query_params), viewer, request.path_params)

    return route


def parameters_of(view: View) -> list[dict[str, Any]]:
    """Return what OpenAPI says of a view's parameters."""
    schema = msgspec.json.schema(view.parameters)
    held = next(iter(schema.get("$defs", {}).values()), schema)
    own = [
        {"name": name, "in": "query", "description": _described(said), "schema": said}
        for name, said in held.get("properties", {}).items()
    ]
    path = [
        {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
        for part in view.path.split("/")
        if part.startswith("{")
    ]
    controls = CONTROLS if view.past is not Past.NOBODY else {}
    more = {**controls, **({"min_position": MIN_POSITION} if view.reads else {})}
    return (
        path
        + own
        + [{"name": name, "in": "query", "description": about, "schema": kind} for name, (about, kind) in more.items()]
    )


def _described(said: Mapping[str, Any]) -> str:
    parts = [said, *said.get("anyOf", [])]
    return next((str(part["description"]) for part in parts if "description" in part), "")
