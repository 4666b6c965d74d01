"""The shop report: what a shopkeeper wants to know, asked of the projections.

The clock is the shop's own, the time of its last event: by today's clock, customers of years ago are all silent. A
person is one however they come: what somebody did on several devices, or with a card, counts as theirs.
"""

from collections import defaultdict
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from projections import complaint_cases, product_pairs, profile, purchases, unmet_demand, visits
from projections._engine.registry import Connection
from services.reports import REPORTS
from services.reports.asking import Asked, ask

REVENUE_PERCENT = 80
PROMISE_HOURS = complaint_cases.PROMISE.total_seconds() / 3600
SHOWN = 10
SHOWN_PAIRS = 8
SHOWN_VISITS = 3
LEAST_PAIR_BASKETS = 40


@dataclass(frozen=True)
class Share:
    """``bringing`` of ``customers`` customers bring ``percent`` of the net revenue of them all."""

    percent: int
    bringing: int
    customers: int
    net_minor: int


@dataclass(frozen=True)
class BestCustomer:
    """A customer who brings much; revenue is net of cancellations and returns."""

    person: str
    name: str
    orders: int
    net_minor: int
    last_order: datetime


@dataclass(frozen=True)
class Grudge:
    """A complaint that is open or was answered late; ``first_reply`` is None where nobody answered."""

    complaint: str
    cause: str
    opened: datetime
    first_reply: datetime | None
    waited_hours: float
    late: bool
    open: bool


@dataclass(frozen=True)
class QuietCustomer:
    """A good customer who has been silent for much longer than they used to be, and what may stand behind it."""

    person: str
    name: str
    orders: int
    net_minor: int
    last_order: datetime
    usual_days: float
    silent_days: float
    grudge: Grudge | None


@dataclass(frozen=True)
class Wish:
    """What was searched for in vain, by how many people, how many of them regulars."""

    query: str
    without_result: int
    askers: int
    regulars: int


@dataclass(frozen=True)
class Pair:
    """Two products that were bought in one basket ``lift`` times more often than chance would have it."""

    product: str
    product_name: str
    other: str
    other_name: str
    baskets: int
    lift: float


@dataclass(frozen=True)
class Promise:
    """How many complaints there are, and how many were answered in time, were not, and are open."""

    complaints: int
    kept: int
    broken: int
    open: int


@dataclass(frozen=True)
class LateComplaint:
    """A complaint that waited for longer than we promise."""

    person: str
    name: str
    grudge: Grudge


@dataclass(frozen=True)
class Visit:
    """One visit of a customer, from entering to leaving."""

    person: str
    name: str
    entered: datetime
    left: datetime
    entry_page: str
    exit_page: str
    pages: int
    products: int
    searches: int
    searches_in_vain: int
    cart_changes: int


@dataclass(frozen=True)
class Headline:
    """What matters most of a report, in a sentence; ``regulars report NAME`` shows all of it."""

    name: str
    title: str
    sentence: str


@dataclass(frozen=True)
class Report:
    """The whole report. ``begin`` is the first event's time and ``now`` the last one's; money is in ``currency``."""

    begin: datetime
    now: datetime
    currency: str
    revenue: Share
    best: list[BestCustomer]
    quiet: list[QuietCustomer]
    wishes: list[Wish]
    pairs: list[Pair]
    promise: Promise
    late: list[LateComplaint]
    visits: list[Visit]
    headlines: list[Headline]


def shop_report(connection: Connection) -> Report | None:
    """Return the report as of the last event, in the currency of most orders; None where nobody has ordered yet."""
    period, currencies = profile.period(connection), purchases.currencies(connection)
    if not currencies:
        return None
    now, currency = period["last_seen"], currencies[0]
    best = purchases.best_customers(connection, currency, SHOWN)
    quiet = purchases.gone_quiet(connection, currency, now, limit=SHOWN)
    late = complaint_cases.late(connection, now, limit=SHOWN)
    names = _names(connection, [row["person"] for row in (*best, *quiet, *late)])
    return Report(
        begin=period["first_seen"],
        now=now,
        currency=currency,
        revenue=_share(connection, currency),
        best=[BestCustomer(name=names[row["person"]], **_only(row, BestCustomer)) for row in best],
        quiet=_quiet(connection, quiet, names, now),
        wishes=[Wish(**_only(row, Wish)) for row in unmet_demand.wishes(connection, limit=SHOWN)],
        pairs=_pairs(connection),
        promise=Promise(**complaint_cases.promise_kept(connection, now)),
        late=[LateComplaint(row["person"], names[row["person"]], _grudge(row)) for row in late],
        visits=_visits(connection, [row["person"] for row in best], names),
        headlines=_headlines(connection, now, currency),
    )


def _share(connection: Connection, currency: str) -> Share:
    row = purchases.revenue_share(connection, currency, REVENUE_PERCENT)
    return Share(REVENUE_PERCENT, row["bringing"], row["customers"], row["net_minor"])


def _names(connection: Connection, persons: list[str]) -> dict[str, str]:
    """Return what each person is called; who never told us is called by their id."""
    traits = profile.traits_of(connection, persons)
    return {person: traits[person].get("name", person) for person in persons}


def _quiet(
    connection: Connection, rows: list[dict[str, Any]], names: dict[str, str], now: datetime
) -> list[QuietCustomer]:
    grudges: dict[str, list[Grudge]] = defaultdict(list)
    for row in complaint_cases.grudges_of(connection, [row["person"] for row in rows], now):
        grudges[row["person"]].append(_grudge(row))
    return [
        QuietCustomer(
            name=names[row["person"]],
            grudge=next(iter(grudges[row["person"]]), None),
            **_only(row, QuietCustomer),
        )
        for row in rows
    ]


def _grudge(row: dict[str, Any]) -> Grudge:
    return Grudge(**_only(row, Grudge))


def _pairs(connection: Connection) -> list[Pair]:
    rows = product_pairs.strongest_pairs(connection, least_baskets=LEAST_PAIR_BASKETS, limit=SHOWN_PAIRS)
    return [
        Pair(
            product=row["product"],
            product_name=row["product_name"] or row["product"],
            other=row["other"],
            other_name=row["other_name"] or row["other"],
            baskets=row["both_baskets"],
            lift=row["lift"],
        )
        for row in rows
    ]


def _visits(connection: Connection, persons: list[str], names: dict[str, str]) -> list[Visit]:
    """Return the last visits of the best customer who came by the web."""
    for person in persons:
        if rows := visits.visits_of(connection, person)[-SHOWN_VISITS:]:
            return [Visit(person=person, name=names[person], **_only(row, Visit)) for row in rows]
    return []


def _headlines(connection: Connection, now: datetime, currency: str) -> list[Headline]:
    asked = Asked(now=now, currency=currency)
    return [Headline(each.name, each.title, ask(connection, each, asked).headline) for each in REPORTS]


def _only(row: dict[str, Any], shape: type) -> dict[str, Any]:
    """Return the columns of a row that a dataclass has fields for."""
    return {field.name: row[field.name] for field in fields(shape) if field.name in row}
