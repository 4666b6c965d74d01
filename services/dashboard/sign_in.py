"""Signing in and out, and the first password: the pages that whoever is not signed in can see."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from projections._engine.registry import Connection
from services.access import links, passwords, sessions, signing_in, users
from services.access.errors import AccessRefused, LockedOut, SignInRefused
from services.access.provider import Provider
from services.access.sessions import ABSOLUTE, COOKIE, Came, SignedIn
from services.access.users import User
from services.api.readers import readers_of
from services.dashboard.form_fields import fields_of
from services.dashboard.rendering import render
from services.dashboard.same_origin import refuse_other_sites
from services.dashboard.session_readers import session_readers_of
from services.dashboard.signed_in import HOME, SIGN_IN, ours

BY_PROVIDER = f"{SIGN_IN}/oidc"
PRIVATE = {"Cache-Control": "no-store"}
"""Nothing of these pages is kept by anybody: links and sessions stand in them."""


def router() -> APIRouter:
    """Return the routes. They are no part of the documented API: programmes have keys."""
    routes = APIRouter(include_in_schema=False)
    routes.add_api_route(SIGN_IN, _form, methods=["GET"])
    routes.add_api_route(SIGN_IN, _sign_in, methods=["POST"])
    routes.add_api_route("/sign-out", _sign_out, methods=["POST"])
    routes.add_api_route("/welcome/{token}", _welcome, methods=["GET"])
    routes.add_api_route("/welcome/{token}", _set_password, methods=["POST"])
    return routes


async def _form(request: Request) -> Response:
    after = ours(request.query_params.get("next", HOME))
    if await session_of(request) is not None:
        return RedirectResponse(after, HTTPStatus.SEE_OTHER, PRIVATE)
    return sign_in_page(request, after, signed_out="signed_out" in request.query_params)


async def _sign_in(request: Request) -> Response:
    refuse_other_sites(request)
    said = await fields_of(request)
    after, name = ours(said.get("next", HOME)), said.get("name", "")
    try:
        token = await _let_in(request, name, said.get("password", ""))
    except SignInRefused as refused:
        status = HTTPStatus.TOO_MANY_REQUESTS if isinstance(refused, LockedOut) else HTTPStatus.FORBIDDEN
        return sign_in_page(request, after, name=name, error=str(refused), status=status)
    return await begin(request, token, after)


async def _let_in(request: Request, name: str, password: str) -> str:
    """Return the token of a new session. Raises SignInRefused."""
    readers, came = readers_of(request), came_of(request, signing_in.PASSWORD)
    tried = await readers.ask(partial(signing_in.begun, typed=name, address=came.address, now=_now()))
    if await matches(request, tried.kept, password):
        token = await readers.ask(partial(signing_in.let_in, tried=tried, came=came, now=_now()))
        if token is not None:
            if passwords.outdated(tried.kept):
                kept = await asyncio.to_thread(passwords.hashed, password)
                await readers.ask(partial(users.rehash, name=tried.known_as, before=tried.kept, kept=kept))
            return token
    raise await readers.ask(partial(signing_in.refused, tried=tried, now=_now()))


async def _sign_out(request: Request) -> Response:
    refuse_other_sites(request)
    await end_session(request)
    answer = RedirectResponse(f"{SIGN_IN}?signed_out", HTTPStatus.SEE_OTHER, PRIVATE)
    answer.delete_cookie(COOKIE, path="/")
    return answer


async def _welcome(request: Request, token: str) -> Response:
    found = await readers_of(request).ask(partial(_user_of, token=token))
    return _welcome_page(token, found)


async def _set_password(request: Request, token: str) -> Response:
    refuse_other_sites(request)
    said = await fields_of(request)
    found = await readers_of(request).ask(partial(_user_of, token=token))
    password = said.get("password", "")
    if password != said.get("again", ""):
        return _welcome_page(token, found, "The two passwords differ: type the same twice.")
    came = came_of(request, "link")

    def use(connection: Connection) -> str:
        with connection.transaction():
            user = links.use(connection, token, password, _now())
            return signing_in.session_for(connection, user.name, came, _now())

    try:
        session = await readers_of(request).ask(use)
    except AccessRefused as refused:
        return _welcome_page(token, found, str(refused))
    session_readers_of(request).look_again()
    return await begin(request, session, HOME)


def sign_in_page(  # noqa: PLR0913 - all that it can say
    request: Request,
    after: str,
    *,
    name: str = "",
    error: str = "",
    signed_out: bool = False,
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """Return the page on which one signs in, and is led on to ``after``."""
    context = {"after": after, "name": name, "error": error, "signed_out": signed_out}
    context["provider"] = _provider(request, after)
    return outside("sign_in.html", context, status)


def outside(template: str, context: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a page for whoever is not signed in."""
    return HTMLResponse(render(template, context), status, PRIVATE)


def _provider(request: Request, after: str) -> dict[str, str] | None:
    """Return what the page says of the house's OpenID provider, if there is one."""
    provider: Provider | None = request.app.state.provider
    query = "" if after == HOME else f"?{urlencode({'next': after})}"
    return None if provider is None else {"name": provider.name, "href": f"{BY_PROVIDER}{query}"}


async def begin(request: Request, token: str, after: str) -> Response:
    """Answer with the cookie of a session that has begun, and lead on; what the browser had before ends."""
    await end_session(request)
    answer = RedirectResponse(after, HTTPStatus.SEE_OTHER, PRIVATE)
    written = (await session_readers_of(request).cookies()).written(token)
    age, secure = int(ABSOLUTE.total_seconds()), request.url.scheme == "https"
    answer.set_cookie(COOKIE, written, max_age=age, path="/", secure=secure, httponly=True, samesite="lax")
    return answer


async def session_of(request: Request) -> SignedIn | None:
    """Return who is signed in in this browser, if there is somebody."""
    cookie = request.cookies.get(COOKIE)
    return await session_readers_of(request).signed_in(cookie) if cookie else None


async def end_session(request: Request) -> None:
    """End the session of this browser, if it has one."""
    found = await session_of(request)
    if found is not None:
        name, number = found.viewer.name, found.session
        await readers_of(request).ask(partial(sessions.end, name=name, number=number, now=_now()))
        session_readers_of(request).look_again()


def came_of(request: Request, how: str) -> Came:
    """Return where somebody signs in from."""
    return Came(how, request.client.host if request.client else "", request.headers.get("user-agent", ""))


async def matches(request: Request, kept: str, password: str) -> bool:
    """Return whether a password is the one that is kept; few are checked at once, since each takes 64 MiB."""
    async with session_readers_of(request).hashing:
        return await asyncio.to_thread(passwords.matches, kept, password)


def _welcome_page(token: str, user: User | None, error: str = "") -> Response:
    if user is None:
        return outside("sign_in_gone.html", {"message": str(links.gone())}, HTTPStatus.GONE)
    context = {"token": token, "user": user, "error": error, "least": passwords.LEAST_CHARACTERS}
    return outside("sign_in_welcome.html", context, HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK)


def _user_of(connection: Connection, token: str) -> User | None:
    name = links.user_of(connection, token, _now())
    return users.find(connection, name) if name else None


def _now() -> datetime:
    return datetime.now(UTC)
