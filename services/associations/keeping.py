"""Mines the log and keeps what it found, in the place of what was found before, in one transaction.

Whoever reads meanwhile sees the whole of one run. Beside the orders as arrays it holds each buyer's and each product's
id once: for a million buyers some hundred megabytes.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, LiteralString, NamedTuple

from psycopg import sql

from events.log import EventLog
from projections._engine.columns.base import EPOCH
from projections._engine.registry import Connection
from services.associations import orders as reading
from services.associations.companions import Companions, Habits, companions, habits
from services.associations.orders import Heard, Orders
from services.associations.rules import Rule, Thresholds, rules, usual

LEAST_BASKETS = 10
LEAST_BASKETS_SHARE = 1000
CONFIDENCE = Fraction(1, 2)
MOST_PRODUCTS = 5
MOST_RULES = 100_000

PERSONS = "SELECT identifier, person FROM person_of"

TABLES = ("mining", "rule", "companion", "habit")

MINING: LiteralString = """
INSERT INTO projection.mining (log_id, next_offsets, last_order, orders, baskets, too_large, least_baskets,
                               least_confidence, most_products, repeats, chances, recent_orders)
VALUES (%(log_id)s, %(next_offsets)s, %(last_order)s, %(orders)s, %(baskets)s, %(too_large)s, %(least_baskets)s,
        %(least_confidence)s, %(most_products)s, %(repeats)s, %(chances)s, %(recent_orders)s)
"""


class Wanted(NamedTuple):
    """What is asked for; None is what suits the number of baskets: LEAST_BASKETS, or one in LEAST_BASKETS_SHARE."""

    least_baskets: int | None = None
    confidence: Fraction = CONFIDENCE
    most_products: int = MOST_PRODUCTS

    def thresholds(self, baskets: int) -> Thresholds:
        """Return it for this many baskets."""
        suits = max(LEAST_BASKETS, -(-baskets // LEAST_BASKETS_SHARE))
        return Thresholds(self.least_baskets or suits, self.confidence, self.most_products)


class Mined(NamedTuple):
    """What a run came to; of more rules than MOST_RULES those with the highest lift are kept."""

    orders: int
    baskets: int
    too_large: int
    products: int
    customers: int
    least_baskets: int
    rules_found: int
    rules_kept: int
    companions: int
    positions: dict[int, int]


def mine(log: EventLog, connection: Connection, wanted: Wanted, heard: Heard | None = None) -> Mined:
    """Read the orders that the log holds by now, mine them, and keep what was found. Raises TooManySetsError."""
    ends = log.ends()
    orders = reading.read(log, ends, persons(connection), heard)
    baskets = usual(orders)
    thresholds = wanted.thresholds(len(baskets))
    found = rules(baskets, thresholds)
    going, bought = companions(orders), habits(orders)
    run = {
        "log_id": log.log_id,
        "next_offsets": [ends[partition] for partition in range(log.partitions)],
        **_run(orders, baskets, thresholds, bought),
    }
    with connection.transaction():
        for table in TABLES:
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier("projection", table)))
        connection.execute(MINING, run)
        _copy(connection, "rule", _rules(orders, found[:MOST_RULES]))
        _copy(connection, "companion", _companions(orders, going))
        _copy(connection, "habit", _habits(orders, bought))
    for table in TABLES:
        connection.execute(sql.SQL("ANALYZE {}").format(sql.Identifier("projection", table)))
    return Mined(
        orders=len(orders),
        baskets=len(baskets),
        too_large=len(orders) - len(baskets),
        products=len(orders.products),
        customers=len(orders.buyers),
        least_baskets=thresholds.least_baskets,
        rules_found=len(found),
        rules_kept=min(len(found), MOST_RULES),
        companions=len(going.product),
        positions=dict(ends),
    )


def _run(orders: Orders, baskets: Orders, thresholds: Thresholds, bought: Habits) -> dict[str, Any]:
    return {
        "last_order": moment(int(orders.at[-1])) if len(orders) else None,
        "orders": len(orders),
        "baskets": len(baskets),
        "too_large": len(orders) - len(baskets),
        "least_baskets": thresholds.least_baskets,
        "least_confidence": str(thresholds.confidence),
        "most_products": thresholds.most_products,
        "repeats": int(bought.repeats.sum()),
        "chances": int(bought.chances.sum()),
        "recent_orders": bought.recent_orders,
    }


def persons(connection: Connection) -> dict[str, str]:
    """Return who each identifier belongs to, where that is not itself."""
    return dict(connection.execute(PERSONS).fetchall())


def moment(at: int) -> datetime:
    """Return microseconds since 1970 as a time."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(UTC)


def _rules(orders: Orders, found: Sequence[Rule]) -> Iterable[tuple[Any, ...]]:
    names = orders.products
    for place, rule in enumerate(found, start=1):
        antecedent = [names[product] for product in rule.antecedent]
        counts = (rule.both_baskets, rule.antecedent_baskets, rule.consequent_baskets)
        yield place, antecedent, names[rule.consequent], *counts


def _companions(orders: Orders, going: Companions) -> Iterable[tuple[Any, ...]]:
    names = orders.products
    counts = (going.both_customers, going.product_customers, going.other_customers, going.share_ppm)
    columns = (going.product, going.place, going.other, *counts)
    for product, place, other, *counted in zip(*(column.tolist() for column in columns), strict=True):
        yield names[product], place, names[other], *counted


def _habits(orders: Orders, bought: Habits) -> Iterable[tuple[Any, ...]]:
    counts = (bought.customers, bought.repeats, bought.chances, bought.recent)
    counted = zip(*(column.tolist() for column in counts), strict=True)
    for product, name, category, row in zip(orders.products, orders.names, orders.categories, counted, strict=True):
        yield product, name, category, *row


def _copy(connection: Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier("projection", table))) as copy,
    ):
        for row in rows:
            copy.write_row(row)
