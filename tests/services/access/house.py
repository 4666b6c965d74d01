"""People of a served house, and browsers of theirs: what a browser says of itself, and the forms it sends."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx

from services.access import sessions, users
from services.access.roles import Role
from services.access.sessions import COOKIE, Came
from services.access.users import User
from tests.services.access.conftest import PASSWORD, with_password
from tests.services.ingest.doors import ANSWER_SECONDS, Door

SAME = {"Sec-Fetch-Site": "same-origin", "User-Agent": "Firefox"}


def browser(door: Door, **headers: str) -> httpx.Client:
    """Return a browser in which nobody is signed in; it goes where it is led only when told to."""
    return httpx.Client(base_url=door.url, headers={**SAME, **headers}, timeout=ANSWER_SECONDS)


def resident(door: Door, name: str, role: Role = Role.MANAGER, **said: Any) -> User:  # noqa: ANN401 - what users have
    """Add a user who has a password."""
    return with_password(door.connection, User(name, role, datetime.now(UTC), **said))


def sign_in(client: httpx.Client, name: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    """Send the form of signing in."""
    return client.post("/sign-in", data={"name": name, "password": password, **more})


@contextmanager
def signed_in(door: Door, name: str, **headers: str) -> Iterator[httpx.Client]:
    """Yield a browser in which somebody is signed in, without the form, whose checking takes as long as it has to."""
    with browser(door, **headers) as client:
        came = Came("password", "127.0.0.1", client.headers["User-Agent"])
        token = sessions.begin(door.connection, name, came, datetime.now(UTC))
        client.cookies.set(COOKIE, sessions.cookies(door.connection).written(token), domain="127.0.0.1", path="/")
        yield client


def disabled(door: Door, name: str) -> None:
    """Let a user in no more, as another process would."""
    users.disable(door.connection, name, "tests", datetime.now(UTC))
