"""Measures what people see: pages as HTML, over a made-up house of many customers with a long history.

A ``regulars api`` is asked as the browser of an admin, one request after the other: from sending to the whole answer.
"""

import http.client
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from random import Random
from urllib.parse import quote

from msgspec import Struct

from services.access import sessions, users
from services.access.roles import Role
from services.access.sessions import COOKIE, Came
from services.access.users import User
from services.benchmark.api_process import api_process
from services.benchmark.cores import cores
from services.benchmark.measuring import Heard
from services.benchmark.seen_house import make_house
from services.installation import Connection, Installation

ASKED = 40
WARM = 3
WHO, STORE = "bench", "leeds"
FILTERS = (
    "",
    "band=loud",
    "band=quiet",
    "heading=rising",
    "heading=falling",
    "tier=top",
    "tier=none",
    "store=leeds",
    "complaint=true",
    "complaint=false&band=quiet",
    "manager=w9",
    "q=ann",
    "q=anna+smithman",
)
SORTS = ("dial", "-dial", "heading", "-heading", "revenue", "-revenue", "seen", "-seen", "name", "-name")
BEGINNINGS = ("ann", "beb smi", "clara jo", "isor", "a", "gun")
NAMES = ("Anna Smith", "Dora Brown", "Bert")
PAGES = ("movers", "segments", "overview", "complaints", "tasks", "contacts", "live", "projections")
PATIENCE_MILLISECONDS = 20_000
"""A page that is slow need not be asked for so often."""

Looked = tuple[str, Role, Callable[[], str]]
"""What is looked at, who looks, and what makes a path of it."""


class Page(Struct, frozen=True):
    """How long a page took: milliseconds of half of the requests, of 95 in 100, and of the slowest one."""

    p50_ms: float
    p95_ms: float
    max_ms: float


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
        asked = list(_asked(Random(seed), customers))  # noqa: S311 - it is to be the same every time
        for number, (name, role, paths) in enumerate(asked):
            heard("looking", number, len(asked))
            told[name] = _page(api.port, cookies[role], paths)
    return Seen(customers=customers, events=events, pages=told)


def _asked(dice: Random, customers: int) -> Iterator[Looked]:
    """Yield what is looked at."""

    def somebody() -> int:
        return 1 + int(customers * dice.random())

    def looked_at(name: str, path: str, role: Role = Role.ADMIN) -> Looked:
        return name, role, lambda: path

    yield from (looked_at(f"customers by {sort}", f"/customers?sort={sort}") for sort in SORTS)
    for filters in FILTERS:
        yield looked_at(f"customers {filters or 'all'}", f"/customers?{filters}")
        yield looked_at(f"customers {filters or 'all'} by revenue", f"/customers?{filters}&sort=revenue")
    yield looked_at("customers of staff", "/customers", Role.STAFF)
    yield looked_at("customers of staff by seen", "/customers?sort=seen", Role.STAFF)
    yield "search name", Role.ADMIN, lambda: f"/search.json?q={quote(dice.choice(BEGINNINGS))}"
    yield "search whole name", Role.ADMIN, lambda: f"/search.json?q={quote(dice.choice(NAMES))}"
    yield looked_at("search name of staff", "/search.json?q=ann", Role.STAFF)
    yield "search email", Role.ADMIN, lambda: f"/search.json?q=c{somebody()}@example.org"
    yield "search phone", Role.ADMIN, lambda: f"/search.json?q={quote(f'020 {10000000 + somebody()}')}"
    yield "search identifier", Role.ADMIN, lambda: f"/search.json?q=visitor:{somebody()}"
    yield "search nobody", Role.ADMIN, lambda: f"/search.json?q=x{somebody()}"
    yield "customer", Role.ADMIN, lambda: f"/customers/customer%3A{somebody()}"
    yield "my day", Role.ADMIN, lambda: f"/my-day?manager=w{1 + 10 * int(250 * dice.random())}"
    yield from (looked_at(path, f"/{path}") for path in PAGES)


def _page(port: int, cookie: str, path: Callable[[], str]) -> Page:
    times = []
    for number in range(WARM + ASKED):
        took = _milliseconds(port, cookie, path())
        if number >= WARM:
            times.append(took)
        if sum(times) > PATIENCE_MILLISECONDS:
            break
    times.sort()
    return Page(*(round(times[min(len(times) - 1, int(part * len(times)))], 1) for part in (0.5, 0.95, 1.0)))


def _milliseconds(port: int, cookie: str, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    begun = time.perf_counter()
    connection.request("GET", path, headers={"Cookie": f"{COOKIE}={cookie}"})
    answer = connection.getresponse()
    body = answer.read()
    took = 1000 * (time.perf_counter() - begun)
    connection.close()
    if answer.status != http.client.OK:
        message = f"{path}: {answer.status} {body[:200]!r}"
        raise Refused(message)
    return took


def _signed_in(connection: Connection, role: Role) -> str:
    """Return the cookie of somebody of this role."""
    name, now = f"{WHO}-{role}", datetime.now(UTC)
    if users.find(connection, name) is None:
        stores = (STORE,) if role is Role.STAFF else ()
        users.add(connection, User(name, role, now, shown_as=name, stores=stores), WHO)
    token = sessions.begin(connection, name, Came("password", "127.0.0.1", WHO), now)
    return sessions.cookies(connection).written(token)
