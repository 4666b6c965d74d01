"""What came of an action, told once on the next page that its doer sees: a sentence in a signed cookie that soon ends.

It is signed, so that nobody else can put a sentence into our mouth, and names its reader, so that who signs in next
does not see it. A browser that takes no cookie shows the page without it.
"""

from hashlib import sha256
from typing import NamedTuple

from fastapi import Request, Response
from itsdangerous import BadData, URLSafeTimedSerializer

from services.access.sessions import secret
from services.access.viewer import Viewer
from services.api.readers import readers_of

COOKIE = "regulars_said"
LASTS_SECONDS = 60
MOST_CHARACTERS = 600
"""A browser keeps 4 096 bytes of a cookie, and a character may take several."""


class Flash(NamedTuple):
    """A sentence for whoever did something; ``kind`` is good, warn or bad. ``href`` leads to what it is about."""

    kind: str
    text: str
    href: str = ""


async def tell(request: Request, answer: Response, viewer: Viewer, flash: Flash) -> None:
    """Have the next page tell it. Raises Problem 503 where the database is away."""
    told = (await _serializer(request)).dumps([viewer.name, flash.kind, flash.text[:MOST_CHARACTERS], flash.href])
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, str(told), max_age=LASTS_SECONDS, path="/", secure=secure, httponly=True, samesite="lax")


async def told(request: Request, viewer: Viewer) -> Flash | None:
    """Return what is to be told to a viewer, if something is. Raises Problem 503 where the database is away."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    try:
        name, kind, text, href = (await _serializer(request)).loads(cookie, max_age=LASTS_SECONDS)
    except (BadData, ValueError):
        return None
    return Flash(kind, text, href) if name == viewer.name else None


def forget(request: Request, answer: Response) -> None:
    """Have it told no more."""
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")


async def _serializer(request: Request) -> URLSafeTimedSerializer:
    key = await readers_of(request).ask(secret)
    return URLSafeTimedSerializer(key, salt=b"regulars said", signer_kwargs={"digest_method": sha256})
