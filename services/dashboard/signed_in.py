"""Who looks: somebody who is signed in, by a cookie; or a programme, by an admin key.

A page leads to the page of signing in; what programmes read answers with 401. What changes something is refused where
another site may have sent it: the browser sends the cookie by itself, and what it keeps for Basic authorization too.
"""

from http import HTTPStatus
from urllib.parse import urlencode, urlsplit

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from services.access.roles import Role
from services.access.sessions import COOKIE, SignedIn
from services.access.viewer import Viewer
from services.dashboard.quoting import path_of
from services.dashboard.same_origin import SAFE, refuse_other_sites
from services.dashboard.session_readers import session_readers_of
from services.ingest.http.answers import Problem
from services.ingest.http.front import front_of, key_of
from services.ingest.source import Role as KeyRole

SIGN_IN = "/sign-in"
HOME = "/"
NO_SESSION = 0
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="regulars"'}
"""Not Basic: a browser would ask for a name and a password, in a window of its own that leads nowhere."""

PROGRAMMES = ("/v1/", "/live/")
TWINS = (".json", ".csv")


class SignIn(Exception):
    """Nobody is signed in, and whoever asks for a page is to be led to where one signs in."""

    def __init__(self, after: str) -> None:
        """Lead on to ``after`` then, a path of ours."""
        super().__init__("Sign in first.")
        self.after = after


async def viewer_of(request: Request) -> Viewer:
    """Return who looks. Raises SignIn for a page, and Problem 401, 403 and 503."""
    return (await signed_in(request)).viewer


async def signed_in(request: Request) -> SignedIn:
    """Return who looks, and by which session; a key has none. Raises as ``viewer_of`` does."""
    if "authorization" in request.headers:
        return SignedIn(await _by_key(request), NO_SESSION)
    cookie = request.cookies.get(COOKIE)
    found = await session_readers_of(request).signed_in(cookie) if cookie else None
    if found is None:
        raise nobody(request)
    refuse_other_sites(request)
    return found


async def _by_key(request: Request) -> Viewer:
    found = await front_of(request).authenticated(key_of(request), KeyRole.ADMIN)
    if not request.headers["authorization"].lower().startswith("bearer "):
        refuse_other_sites(request, with_key=True)
    return Viewer(f"key:{found.key_id}", Role.ADMIN, shown_as=f"key {found.key_id}")


def nobody(request: Request) -> Problem | SignIn:
    """Return what to raise where nobody is signed in."""
    if _for_a_programme(request):
        message = f"Sign in at {SIGN_IN}, or send an admin key as a Bearer token or as the user of Basic authorization."
        return Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", message, field="Authorization", headers=CHALLENGE)
    if request.method in SAFE:
        query = f"?{request.url.query}" if request.url.query else ""
        return SignIn(f"{path_of(request)}{query}")
    return SignIn(came_from(request))


def came_from(request: Request) -> str:
    """Return the path of ours from which a request was sent, or the first page."""
    try:
        parts = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return HOME
    if parts.netloc != request.headers.get("host"):
        return HOME
    return ours(f"{parts.path}?{parts.query}" if parts.query else parts.path)


def ours(path: str) -> str:
    """Return a path that leads to a page of ours, or the first page: what follows a sign-in comes from outside."""
    plain = path.isascii() and path.isprintable() and not {"\\", " "} & set(path)
    if not plain or not path.startswith("/") or path.startswith(("//", SIGN_IN)):
        return HOME
    return path


async def sign_in_answer(request: Request, asked: Exception) -> Response:
    """Lead to the page of signing in; htmx is told to have the whole window go there."""
    if not isinstance(asked, SignIn):
        raise asked
    there = SIGN_IN if asked.after == HOME else f"{SIGN_IN}?{urlencode({'next': asked.after})}"
    headers = {"Cache-Control": "no-store", "Vary": "Cookie, Authorization"}
    if "hx-request" in request.headers:
        current = urlsplit(request.headers.get("hx-current-url", ""))
        there = f"{SIGN_IN}?{urlencode({'next': ours(current._replace(scheme='', netloc='').geturl())})}"
        return Response(status_code=HTTPStatus.UNAUTHORIZED, headers={**headers, "HX-Redirect": there})
    return RedirectResponse(there, HTTPStatus.SEE_OTHER, headers)


def _for_a_programme(request: Request) -> bool:
    path = str(request.scope["path"])
    streams = "text/event-stream" in request.headers.get("accept", "")
    return path.startswith(PROGRAMMES) or path.endswith(TWINS) or streams
