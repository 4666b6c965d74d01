"""Measures what people see: pages as HTML, over a made-up house of many customers with a long history.

A ``regulars api`` is asked as the browser of an admin, one request after the other: from sending to the whole answer. A
page that says that it is being worked out over everybody is asked until it comes, and how long that took is told apart.
"""

import http.client
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from msgspec import Struct

from services.access import sessions, users
from services.access.roles import Role
from services.access.sessions import COOKIE, Came
from services.access.users import User
from services.benchmark.api_process import api_process
from services.benchmark.cores import cores
from services.benchmark.measuring import Heard
from services.benchmark.seen_house import make_house
from services.benchmark.seen_paths import looks
from services.installation import Connection, Installation

ASKED = 40
WARM = 3
LOOK_SECONDS = 0.5
WHO, STORE = "bench", "leeds"
PATIENCE_MILLISECONDS = 20_000
"""A page that is slow need not be asked for so often."""


class Page(Struct, frozen=True):
    """How long a page took: milliseconds of half of the requests, of 95 in 100, and of the slowest one.

    ``first_ms`` is how long it took until the page came for the first time, also where it was said meanwhile that it
    is being worked out.
    """

    p50_ms: float
    p95_ms: float
    max_ms: float
    first_ms: float


class Seen(Struct, frozen=True, kw_only=True):
    """What a run came to, by page."""

    customers: int
    events: int
    pages: dict[str, Page]


class Refused(Exception):
    """A page did not come: the message has its path, the status and the beginning of the answer."""


def measure_seen(installation: Installation, heard: Heard, *, customers: int, events: int, seed: int = 42) -> Seen:
    """Make the house up, and look at its pages."""
    make_house(installation, customers, events, heard)
    return looked(installation, heard, customers=customers, events=events, seed=seed)


def looked(installation: Installation, heard: Heard, *, customers: int, events: int, seed: int = 42) -> Seen:
    """Look at the pages of a house that was made up."""
    with installation.connect("regulars bench seen") as connection:
        cookies = {role: _signed_in(connection, role) for role in (Role.ADMIN, Role.STAFF)}
    told: dict[str, Page] = {}
    with api_process(installation.dsn, None, cores().api) as api:
        asked = list(looks(Random(seed), customers))  # noqa: S311 - it is to be the same every time
        for number, (name, role, paths) in enumerate(asked):
            heard("looking", number, len(asked))
            told[name] = _page(api.port, cookies[role], paths)
    return Seen(customers=customers, events=events, pages=told)


def _page(port: int, cookie: str, path: Callable[[], str]) -> Page:
    begun, first, times = time.perf_counter(), path(), []
    while _milliseconds(port, cookie, first)[0] == http.client.ACCEPTED:
        time.sleep(LOOK_SECONDS)
    first_ms = 1000 * (time.perf_counter() - begun)
    for number in range(WARM + ASKED):
        took = _milliseconds(port, cookie, path())[1]
        if number >= WARM:
            times.append(took)
        if sum(times) > PATIENCE_MILLISECONDS:
            break
    times.sort()
    parts = (times[min(len(times) - 1, int(part * len(times)))] for part in (0.5, 0.95, 1.0))
    return Page(*(round(each, 1) for each in (*parts, first_ms)))


def _milliseconds(port: int, cookie: str, path: str) -> tuple[int, float]:
    """Return how a page was answered, and how long that took. Raises Refused."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    begun = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": f"{COOKIE}={cookie}"})
    answer = connection.getresponse()
    body = answer.read()
    took = 1000 * (time.perf_counter() - begun)
    connection.close()
    if answer.status not in {http.client.OK, http.client.ACCEPTED}:
        message = f"{path}: {answer.status} {body[:200]!r}"
        raise Refused(message)
    return answer.status, took


def _signed_in(connection: Connection, role: Role) -> str:
    """Return the cookie of somebody of this role."""
    name, now = f"{WHO}-{role}", datetime.now(UTC)
    if users.find(connection, name) is None:
        stores = (STORE,) if role is Role.STAFF else ()
        users.add(connection, User(name, role, now, shown_as=name, stores=stores), WHO)
    token = sessions.begin(connection, name, Came("password", "127.0.0.1", WHO), now)
    return sessions.cookies(connection).written(token)
