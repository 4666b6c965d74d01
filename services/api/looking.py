"""Writes down that somebody looked at a customer, for whichever route shows one: where it cannot be, nobody looks."""

from collections.abc import Mapping

from fastapi import Request

from projections._engine.registry import Connection
from services.access.telling import Look, looked
from services.access.viewer import Viewer
from services.api.asked import POINTS
from services.house.clock import clock_of
from services.views.view import Document, View

KEY = "key:"
"""What the name of a programme begins with."""


def tell_of_look(  # noqa: PLR0913, PLR0917 - who, what, of whom, and where it is written down
    connection: Connection,
    request: Request,
    view: View,
    viewer: Viewer,
    path: Mapping[str, str],
    document: Document,
) -> None:
    """Write down that a viewer was answered a view, if it tells of one customer."""
    if view.tells_of is not None and (subject := view.tells_of(document)):
        tell_of_customer(connection, request, viewer, subject, view.name)
    if view.personal:
        tell_of_customer(connection, request, viewer, path["subject"], path.get("section", view.name))


def tell_of_customer(connection: Connection, request: Request, viewer: Viewer, subject: str, what: str) -> None:
    """Write down that a viewer was told of a customer."""
    as_of = next((said for name in POINTS if (said := request.query_params.get(name))), "")
    looked(connection, viewer, Look(subject, what, _how(request, viewer), as_of), clock_of(connection).now())


def _how(request: Request, viewer: Viewer) -> str:
    path = request.url.path
    if viewer.name.startswith(KEY):
        return "key"
    if path.endswith(".csv"):
        return "csv"
    return "json" if path.startswith("/v1/") or path.endswith(".json") else "page"
