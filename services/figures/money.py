"""What a customer brought: gross and net spend, orders, the last year, and their share of what they say they spend."""

from datetime import UTC, date, timedelta
from typing import Any

from events.catalog.customers import WalletStated
from projections import PROJECTIONS
from projections._engine import queries
from services.figures.figure import Asking, Because, Explained, Figure, Term, one_of
from services.figures.folding import Said, counted
from services.reports.customer import SHARE, page

PURCHASES = next(each for each in PROJECTIONS if each.name == "purchases")
MONEY = {"spend_minor": 1, "cancelled_minor": -1, "returned_minor": -1}
YEAR_DAYS = 365

STORED = """
SELECT coalesce(sum(orders), 0)::bigint AS orders, coalesce(sum(spend_minor), 0)::bigint AS spend_minor,
       coalesce(sum(spend_minor - cancelled_minor - returned_minor), 0)::bigint AS net_minor,
       coalesce(sum(spend_minor - cancelled_minor - returned_minor) FILTER (WHERE day > %(since)s), 0)::bigint
           AS year_minor
  FROM purchases_of(%(subject)s) WHERE currency = %(currency)s
"""


def _stored(asking: Asking, currency: str) -> dict[str, Any]:
    since = _year_ago(asking)
    return queries.row(asking.connection, STORED, subject=asking.subject, currency=currency, since=since)


def _year_ago(asking: Asking) -> date:
    return asking.now.astimezone(UTC).date() - timedelta(days=YEAR_DAYS)


def net_terms(sums: dict[str, int], currency: str, label: str) -> list[Term]:
    """Return how a net spend comes of what was ordered, cancelled and sent back."""
    net = sum(sign * sums[name] for name, sign in MONEY.items())
    return [
        Term("Ordered", sums["spend_minor"], currency, note="orders with what was changed in them"),
        Term("Cancelled", sums["cancelled_minor"], currency, "−"),  # noqa: RUF001 - a minus sign
        Term("Returned", sums["returned_minor"], currency, "−"),  # noqa: RUF001
        Term(label, net, currency, "="),
    ]


def net_spend(asking: Asking) -> Explained:
    """Return what was ordered, less what was cancelled and sent back."""
    currency = one_of(asking, "currency")
    sums, events = counted(PURCHASES, asking.facts, lambda row: row["currency"] == currency, MONEY, currency)
    terms = net_terms(sums, currency, "Net spend")
    return Explained(terms, events, terms[-1].value == _stored(asking, currency)["net_minor"])


def gross_spend(asking: Asking) -> Explained:
    """Return what was ordered, with what was changed in orders later."""
    currency = one_of(asking, "currency")
    sums, events = counted(
        PURCHASES, asking.facts, lambda row: row["currency"] == currency, {"spend_minor": 1}, currency
    )
    terms = [Term("Gross spend", sums["spend_minor"], currency, "=", note=f"the sum over {len(events)} events")]
    return Explained(terms, events, sums["spend_minor"] == _stored(asking, currency)["spend_minor"])


def orders(asking: Asking) -> Explained:
    """Return how many orders were placed in a currency."""
    currency = one_of(asking, "currency")
    sums, events = counted(PURCHASES, asking.facts, lambda row: row["currency"] == currency, {"orders": 1})
    terms = [Term("Orders placed", sums["orders"], sign="=", note="each event counts once")]
    return Explained(terms, events, sums["orders"] == _stored(asking, currency)["orders"])


def last_year(asking: Asking) -> Explained:
    """Return the net spend of the days within the last 365."""
    currency, since = one_of(asking, "currency"), _year_ago(asking)
    holds = _since(currency, since)
    sums, events = counted(PURCHASES, asking.facts, holds, MONEY, currency)
    terms = net_terms(sums, currency, f"Net spend since {since.isoformat()}")
    return Explained(terms, events, terms[-1].value == _stored(asking, currency)["year_minor"])


def _since(currency: str, since: date) -> Any:  # noqa: ANN401 - a function of a row
    def holds(row: Said) -> bool:
        return bool(row["currency"] == currency and row["day"] > since)

    return holds


def stated(asking: Asking) -> Explained:
    """Return what they say they spend a year in all: their last word on it."""
    currency = one_of(asking, "currency")
    events = [
        Because(fact, fact.envelope.data.amount_minor, currency)
        for fact in asking.facts
        if isinstance(fact.envelope.data, WalletStated)
        and fact.envelope.data.currency == currency
        and not fact.envelope.data.category
    ]
    last = max(events, key=lambda each: (each.fact.envelope.time, each.fact.envelope.id), default=None)
    terms = [Term("What they said last", last.counts if last else None, currency, "=")]
    return Explained(terms, events)


def our_share(asking: Asking) -> Explained:
    """Return the net spend of the last 365 days as a share of what they say they spend in all."""
    currency = one_of(asking, "currency")
    year, all_told = last_year(asking), stated(asking)
    ours, whole = year.terms[-1].value or 0, all_told.terms[-1].value
    share = ours / whole if whole else None
    terms = [
        Term("Net spend in the last 365 days", ours, currency, figure="last_year", of=asking.of),
        Term("What they say they spend a year", whole, currency, "÷", figure="stated_spend", of=asking.of),
        Term("Our share", share, "%", "="),
    ]
    shown = page(asking.connection, asking.subject, asking.now, [SHARE])["share_of_customer"]
    equal = any(row["currency"] == currency and row["stated_share"] == share for row in shown)
    return Explained(terms, [*year.events, *all_told.events], equal)


READS = ("purchases",)
CURRENCY = ("currency",)
FIGURES = (
    Figure(
        "net_spend", "Net spend", "What was ordered, less what was cancelled and returned.", READS, net_spend, CURRENCY
    ),
    Figure(
        "gross_spend", "Gross spend", "What was ordered, with what was changed later.", READS, gross_spend, CURRENCY
    ),
    Figure("orders", "Orders", "How many orders were placed.", READS, orders, CURRENCY),
    Figure("last_year", "The last 365 days", "Net spend of the last 365 days.", READS, last_year, CURRENCY),
    Figure(
        "stated_spend",
        "What they spend in all",
        "Their last word on what they spend in a year, with us and elsewhere.",
        ("wallets",),
        stated,
        CURRENCY,
    ),
    Figure(
        "our_share",
        "Our share",
        "What they spent with us in 365 days, of what they say they spend a year in all.",
        ("purchases", "wallets"),
        our_share,
        CURRENCY,
    ),
)
