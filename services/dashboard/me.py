"""One's own page: the password, and where one is signed in."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from projections._engine.registry import Connection
from services.access import passwords, sessions, signing_in, users
from services.access.errors import AccessRefused
from services.access.sessions import Session, SignedIn
from services.access.users import User
from services.api.readers import readers_of
from services.dashboard import sign_in
from services.dashboard.form_fields import fields_of
from services.dashboard.rendering import render
from services.dashboard.routes import surroundings
from services.dashboard.session_readers import session_readers_of
from services.dashboard.signed_in import NO_SESSION, signed_in
from services.ingest.http.answers import Problem

ME = "/me"
MOST_AGENT_CHARACTERS = 60
BROWSERS = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrom", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
"""What browsers call themselves by, the telling word first: most claim to be all those after them, too."""

DONE = {
    "password": "Your password is changed. You are signed out everywhere else.",
    "ended": "That session has ended.",
    "others": "You are signed out everywhere else.",
}


def router() -> APIRouter:
    """Return the routes."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(ME, _show, methods=["GET"])
    routes.add_api_route(f"{ME}/password", _change_password, methods=["POST"])
    routes.add_api_route(f"{ME}/sessions/end", _end_others, methods=["POST"])
    routes.add_api_route(f"{ME}/sessions/{{number}}/end", _end, methods=["POST"])
    return routes


async def _show(request: Request) -> Response:
    return await _page(request, await _who(request))


async def _change_password(request: Request) -> Response:
    who = await _who(request)
    said = await fields_of(request)
    try:
        token = await _changed(request, who, said)
    except AccessRefused as refused:
        return await _page(request, who, str(refused))
    session_readers_of(request).look_again()
    return await sign_in.begin(request, token, f"{ME}?done=password")


async def _changed(request: Request, who: SignedIn, said: Mapping[str, str]) -> str:
    """Change a password, and return the token of the session that goes on. Raises AccessRefused."""
    readers, name, new = readers_of(request), who.viewer.name, said.get("password", "")
    came = sign_in.came_of(request, signing_in.PASSWORD)
    if new != said.get("again", ""):
        message = "The two new passwords differ: type the same twice."
        raise AccessRefused(message)
    # Whoever finds a browser open may guess no oftener than anybody else.
    tried = await readers.ask(partial(signing_in.begun, typed=name, address=came.address, now=_now()))
    if not await sign_in.matches(request, tried.kept, said.get("current", "")):
        await readers.ask(partial(signing_in.refused, tried=tried, now=_now()))
        message = "That is not your password of now."
        raise AccessRefused(message)
    user = await readers.ask(partial(users.user_named, name=name))
    kept = await asyncio.to_thread(passwords.hashed, passwords.checked(new, name, user.shown_as, user.email))

    def change(connection: Connection) -> str:
        with connection.transaction():
            users.set_password(connection, name, kept, name, _now())
            return signing_in.session_for(connection, name, came, _now())

    return await readers.ask(change)


async def _end(request: Request, number: int) -> Response:
    who = await _who(request)
    await readers_of(request).ask(partial(sessions.end, name=who.viewer.name, number=number, now=_now()))
    session_readers_of(request).look_again()
    return _done("ended")


async def _end_others(request: Request) -> Response:
    who = await _who(request)
    ended = partial(sessions.end_all, name=who.viewer.name, now=_now(), besides=who.session)
    await readers_of(request).ask(ended)
    session_readers_of(request).look_again()
    return _done("others")


async def _who(request: Request) -> SignedIn:
    """Return who is signed in, by a session. Raises SignIn, and Problem 403 for a key."""
    who = await signed_in(request)
    if who.session == NO_SESSION:
        message = "A key has no page of its own: sign in as a user."
        raise Problem(HTTPStatus.FORBIDDEN, "forbidden", message, field="Authorization")
    return who


async def _page(request: Request, who: SignedIn, error: str = "") -> Response:
    def look(connection: Connection) -> tuple[User, list[Session]]:
        name = who.viewer.name
        return users.user_named(connection, name), sessions.of_user(connection, name, _now())

    user, there = await readers_of(request).ask(look)
    done = DONE.get(request.query_params.get("done", ""))
    context: dict[str, Any] = {
        **surroundings(request, who.viewer),
        "flash": {"kind": "good", "text": done} if done and not error else None,
        "user": user,
        "sessions": there,
        "current": who.session,
        "called": called,
        "error": error,
        "least": passwords.LEAST_CHARACTERS,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return HTMLResponse(render("me.html", context), status, sign_in.PRIVATE)


def called(agent: str) -> str:
    """Return what to call a browser by what it says of itself, which it may say as it likes."""
    browser = next((name for word, name in BROWSERS if word in agent), "")
    system = next((name for word, name in SYSTEMS if word in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    return browser or agent[:MOST_AGENT_CHARACTERS] or "A browser that does not say its name"


def _done(what: str) -> Response:
    return RedirectResponse(f"{ME}?done={what}", HTTPStatus.SEE_OTHER, sign_in.PRIVATE)


def _now() -> datetime:
    return datetime.now(UTC)
