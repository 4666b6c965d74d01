"""Whether a request that changes something comes from a page of ours, and not from another site in the same browser.

The browser says so itself (Sec-Fetch-Site); where it is too old for that, the Origin has to be where it was sent to.
"""

from http import HTTPStatus
from urllib.parse import urlsplit

from fastapi import Request

from services.ingest.http.answers import Problem

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def refuse_other_sites(request: Request, *, with_key: bool = False) -> None:
    """Raise Problem 403 where a request changes something and another site may have sent it.

    What comes ``with_key`` and says nothing of a site is a programme, and no browser.
    """
    if request.method in SAFE:
        return
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site is None and origin is None and with_key:
        return
    if site == "same-origin" or (site is None and origin and _host(origin) == request.headers.get("host")):
        return
    message = "This came from another site, or its browser hides from where: open the page here, and send it again."
    raise Problem(HTTPStatus.FORBIDDEN, "cross_site", message, field="Origin")


def _host(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
