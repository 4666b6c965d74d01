"""Sends a form of a page as a browser does, and reads what the page says then."""

from html import unescape
from typing import Any

import httpx

from tests.dashboard.reading import Html


def post(client: httpx.Client, path: str, back: str, form: str = "a-form", **said: Any) -> tuple[int, Html]:  # noqa: ANN401
    """Send a form that stands on the page ``back``, and return the status and the page that its sender sees then."""
    answer = client.post(path, data={"_back": back, "_form": form, **said})
    page = client.get(answer.headers["location"]) if answer.status_code == 303 else answer
    return answer.status_code, Html(page.text)


def notes(page: Html) -> str:
    """Return what a page says of what was done."""
    return " ".join(unescape(each.text) for each in page.all(class_="note"))


def once(page: Html) -> str:
    """Return what a page shows this once."""
    (secret,) = page.texts("code", class_="secret")
    return secret
