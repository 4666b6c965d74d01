"""Every view under ``/v1``, as JSON and as CSV."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter, Request, Response

from services.access.viewer import Viewer
from services.api.asked import AskedFor, asked_for
from services.api.serving_views import as_csv, as_json
from services.api.view_documents import said_of
from services.dashboard.signed_in import viewer_of
from services.views.registered import VIEWS
from services.views.view import View

Shape = Callable[[Request, View, AskedFor, Viewer, Mapping[str, str]], Awaitable[Response]]


def router() -> APIRouter:
    """Return the routes of all views."""
    routes = APIRouter(tags=["Views"])
    for view in VIEWS:
        # The CSV's path first: a path that ends with a name of its own would take it for a part of the name.
        routes.add_api_route(
            f"/v1{view.path}.csv",
            _route(view, as_csv),
            methods=["GET"],
            name=f"{view.name}.csv",
            description=view.about,
            response_class=Response,
            **said_of(view, csv=True),
        )
        routes.add_api_route(
            f"/v1{view.path}",
            _route(view, as_json),
            methods=["GET"],
            name=view.name,
            description=view.about,
            **said_of(view, csv=False),
        )
    return routes


def _route(view: View, shape: Shape) -> Callable[[Request], Awaitable[Response]]:
    async def route(request: Request) -> Response:
        viewer = await viewer_of(request)
        return await shape(request, view, asked_for(view, request.query_params), viewer, request.path_params)

    return route
