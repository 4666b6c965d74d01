"""What ``regulars bench seen`` looks at: every page, list and search there is, and steps of the slider of customers."""

from collections.abc import Callable, Iterator
from random import Random
from urllib.parse import quote

from services.access.roles import Role
from services.dashboard.registered import PAGES

SEARCH = "search"
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
LISTS = (
    "tasks?deadline=overdue",
    "tasks?manager=w11",
    "contacts?show=all",
    "contact-plan?state=due",
    "complaints?state=past",
    "complaints?store=leeds",
    "overview?store=leeds",
    "live.json",
)

Look = tuple[str, Role, Callable[[], str]]
"""What is looked at, who looks, and what makes a path of it."""


def looks(dice: Random, customers: int) -> Iterator[Look]:
    """Yield what is looked at. Customers are drawn of all there are."""

    def somebody() -> int:
        return 1 + int(customers * dice.random())

    yield from _lists()
    yield "search name", Role.ADMIN, lambda: f"/search.json?q={quote(dice.choice(BEGINNINGS))}"
    yield "search whole name", Role.ADMIN, lambda: f"/search.json?q={quote(dice.choice(NAMES))}"
    yield "search name of staff", Role.STAFF, lambda: "/search.json?q=ann"
    yield "search email", Role.ADMIN, lambda: f"/search.json?q=c{somebody()}@example.org"
    yield "search phone", Role.ADMIN, lambda: f"/search.json?q={quote(f'020 {10000000 + somebody()}')}"
    yield "search identifier", Role.ADMIN, lambda: f"/search.json?q=visitor:{somebody()}"
    yield "search nobody", Role.ADMIN, lambda: f"/search.json?q=x{somebody()}"
    yield "customer", Role.ADMIN, lambda: f"/customers/customer%3A{somebody()}"
    yield "customer, a step", Role.ADMIN, lambda: f"/customers/customer%3A{somebody()}?event={dice.randint(1, 9)}"
    yield "customer, known at", Role.ADMIN, lambda: f"/customers/customer%3A{somebody()}?known_at=2026-01-01T00:00:00Z"
    yield "timeline", Role.ADMIN, lambda: f"/customers/customer%3A{somebody()}/timeline"
    yield "my day", Role.ADMIN, lambda: f"/my-day?manager=w{1 + 10 * int(250 * dice.random())}"
    for page in PAGES:
        if "{" not in page.at:
            yield _same(page.at)
            yield _same(f"{page.at}.json")


def _lists() -> Iterator[Look]:
    yield from (_same(f"/customers?sort={sort}") for sort in SORTS)
    for filters in FILTERS:
        yield _same(f"/customers?{filters}")
        yield _same(f"/customers?{filters}&sort=revenue")
    yield _same("/customers", Role.STAFF)
    yield _same("/customers?sort=seen", Role.STAFF)
    yield from (_same(f"/{path}") for path in LISTS)


def _same(path: str, role: Role = Role.ADMIN) -> Look:
    return path + (" of staff" if role is Role.STAFF else ""), role, lambda: path
