"""A page that has every piece in every state, and the server that shows it: no shop stands behind it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from projections._engine.as_of import KnownAt
from services.access.roles import Role
from services.access.viewer import Viewer
from services.dashboard import assets, rendering
from services.dashboard.headers import SafeHeaders

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
START = NOW - timedelta(days=700)
SIGN_IN = '<!doctype html><html lang="en"><title>Sign in</title><link rel="icon" href="data:,"><h1>Sign in</h1></html>'
XSS = "<script>alert(1)</script>"
BEAT_SECONDS = 0.02
SLOW_SECONDS = 0.2
"""How long it takes to take something: long enough for a second click."""


class Place(NamedTuple):
    """A page, as far as the navigation shows one."""

    at: str
    icon: str
    label: str
    follows: bool = True
    view: Any = None


class Named(NamedTuple):
    """A view, as far as a frame shows one."""

    name: str
    title: str


GUIDE = Place("/guide", "layout-dashboard", "Overview", view=Named("guide", "Guide"))
NAVIGATION = [
    ("Customers", [GUIDE, Place("/customers", "users", "Customers"), Place("/my-day", "list-todo", "My day")]),
    ("Shop", [Place("/zero", "search-x", "Zero results"), Place("/pairs", "workflow", "Associations")]),
    ("House", [Place("/projections", "layers", "Projections"), Place("/audit", "scroll-text", "Audit")]),
]
COLUMNS = [
    {"key": "case", "label": "Case", "kind": "mono", "sort": "/guide?sort=case"},
    {"key": "name", "label": "Customer", "kind": "person"},
    {
        "key": "status",
        "label": "Status",
        "kind": "badge",
        "states": {"breached": ("bad", "Breached"), "at_risk": ("warn", "At risk")},
    },
    {"key": "due", "label": "Due", "kind": "when", "sort": "/guide?sort=due", "sorted": "ascending"},
    {"key": "spend", "label": "Spend", "kind": "money", "sort": "/guide?sort=spend"},
    {"key": "share", "label": "Share", "kind": "percent", "digits": 1},
    {"key": "share", "label": "Of all", "kind": "bar", "max": 0.5},
    {"key": "orders", "label": "Orders", "kind": "number"},
    {"label": "Event", "kind": "event"},
]


def context(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return what the guide shows."""
    past = "past" in asked
    as_of = {"time": NOW, "lag_events": 0 if past else 38, "positions": {"0": 12}}
    until = KnownAt(NOW - timedelta(days=200)) if past else None
    rows = [
        ("CMP-3107", "Nordhaus Logistics", "customer:1042", "breached", -3, 99500, 0.31),
        ("CMP-3110", XSS, "customer:1043", "breached", -1, 226600, 0.2),
        ("CMP-3113", "Atelier Maren", "card:" + "9" * 40, "at_risk", 1, None, 0.005),
    ]
    names = ("case", "name", "person", "status", "hours", "spend", "share")
    complaints = [
        {
            **dict(zip(names, row, strict=True)),
            "due": NOW + timedelta(hours=row[4]),
            "currency": "EUR",
            "orders": 1200,
            "partition": 2,
            "offset": 889416,
        }
        for row in rows
    ]
    return {
        "heading": "Nordhaus Logistics",
        "viewer": Viewer("anna", Role.MANAGER, shown_as="Anna Lind"),
        "navigation": NAVIGATION,
        "page": GUIDE,
        "view": GUIDE.view,
        "here": "/guide",
        "as_of": as_of | ({"known_at": until.instant} if until else {}),
        "past": until,
        "live_href": None if past else "/live/moved?page=guide",
        "url": lambda **_: "/guide",
        "twin": lambda kind: f"/guide.{kind}",
        "only": asked.get("only", ""),
        "drawn": "drawn" in asked,
        "step": asked.get("step", "38"),
        "now": NOW,
        "start": START,
        "day": date(1984, 3, 9),
        "columns": COLUMNS,
        "complaints": complaints,
        "customers": complaints[:2],
        "curve": [(n / 40, (n / 40) ** 0.2) for n in range(41)],
        "dials": [(START + timedelta(days=10 * n), 40 + (n * 7) % 23) for n in range(70)],
        "orders": [START + timedelta(days=n) for n in (80, 150, 300, 420, 610, 690)],
        "worries": [START + timedelta(days=330)],
        "lags": [
            ("customer_360", 1, "Current", "good", "Up to date"),
            ("product_assoc", 0.71, "Replaying", "warn", "71 % · 12 840 events behind · about 4 min left"),
        ],
        "graph": {
            "nodes": [{"id": str(n), "name": f"Product {n} {XSS}", "value": n + 1, "href": "/guide"} for n in range(9)],
            "links": [{"source": str(n), "target": str((n * 5 + 1) % 9), "value": n} for n in range(9)],
        },
        "rate": {
            "series": [{"name": "Events", "points": [[NOW + timedelta(seconds=n), n * 7 % 11] for n in range(60)]}],
            "unit": "events",
        },
    }


@cache
def environment() -> Environment:
    """Return the environment of the pages, in which the guide is a template, too."""
    ours = rendering.environment()
    loaders = [FileSystemLoader(Path(__file__).parent), FileSystemLoader(rendering.TEMPLATES)]
    return ours.overlay(loader=ChoiceLoader(loaders))


class Guide:
    """The guide's server, at ``url``. Its stream says ``moved`` when a test calls that, and ends when it is cut."""

    def __init__(self, url: str) -> None:
        """Stand for a server that runs."""
        self.url = url
        self.moves = 0
        self.mend()

    def mend(self) -> None:
        """Be as at first: who looks is signed in, and nothing has been shown yet."""
        self.heading = "Nordhaus Logistics"
        self.status = 200
        self.flash: dict[str, str] | None = None
        self.wholes = 0
        self.sent = 0
        self.reachable = True
        self.signed_in = True

    def say(self, heading: str) -> None:
        """Have another heading, and tell who follows."""
        self.heading = heading
        self.moves += 1

    def app(self) -> FastAPI:
        """Return what is served."""
        app = FastAPI()
        app.include_router(assets.router())
        app.add_api_route("/guide", self._page, methods=["GET"])
        app.add_api_route("/guide", self._send, methods=["POST"])
        app.add_api_route("/sign-in", self._sign_in, methods=["GET"])
        app.add_api_route("/live/moved", self._stream, methods=["GET"])
        app.add_middleware(SafeHeaders)
        return app

    async def _page(self, request: Request) -> Response:
        if not self.signed_in:
            return RedirectResponse("/sign-in", 303)
        partial = request.headers.get("hx-request-type") == "partial"
        self.wholes += not partial
        shown = context(request.query_params) | {"heading": self.heading, "partial": partial, "flash": self.flash}
        self.flash = None
        return HTMLResponse(environment().get_template("guide.html").render(shown), self.status)

    async def _send(self) -> Response:
        self.sent += 1
        self.heading = "Taken"
        self.flash = {"kind": "good", "text": "It is yours now."}
        await asyncio.sleep(SLOW_SECONDS)
        return RedirectResponse("/guide", 303)

    async def _sign_in(self) -> Response:
        return HTMLResponse(SIGN_IN)

    async def _stream(self) -> Response:
        if not self.reachable:
            return Response("The stream is away.", 503)
        return StreamingResponse(self._moved(), media_type="text/event-stream")

    async def _moved(self) -> AsyncIterator[str]:
        told = self.moves
        yield ": here\n\n"
        while self.reachable:
            if told < self.moves:
                told = self.moves
                yield "event: moved\ndata: {}\n\n"
            await asyncio.sleep(BEAT_SECONDS)


@contextmanager
def serving() -> Iterator[Guide]:
    """Yield the guide, served at a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        guide = Guide(f"http://127.0.0.1:{listening.getsockname()[1]}")
        config = uvicorn.Config(guide.app(), log_level="warning", timeout_graceful_shutdown=1, lifespan="off")
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield guide
        finally:
            guide.reachable = False
            server.should_exit = True
            thread.join()
