"""Counts requests and their seconds, around the application."""

import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.ingest.figures import IngestFigures

OTHER = "other"
STREAM = "text/event-stream"
"""What goes on for as long as somebody listens: how long that was says nothing of the server."""


class Measured:
    """An application whose requests are counted by route and status; paths that no route has are one."""

    def __init__(self, app: ASGIApp, figures: IngestFigures) -> None:
        """Count around this application."""
        self._app = app
        self._figures = figures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, status, goes_on = time.perf_counter(), "500", False

        async def heard(message: Message) -> None:
            nonlocal status, goes_on
            if message["type"] == "http.response.start":
                status = str(message["status"])
                goes_on = Headers(raw=message["headers"]).get("content-type", "").startswith(STREAM)
            await send(message)

        try:
            await self._app(scope, receive, heard)
        finally:
            route = getattr(scope.get("route"), "path", OTHER)
            self._figures.requests[route, status] += 1
            if self._figures.seconds is not None and not goes_on:
                self._figures.seconds.observe(time.perf_counter() - begun)
