"""Made-up orders, as facts for the log and as plain tables for another engine: a dice makes both."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import NamedTuple

import duckdb

from events.catalog.fulfilment import OrderDelivered, ShipmentDispatched
from events.catalog.orders import OrderCancelled, OrderLine, OrderPlaced
from events.catalog.parts import ProductLine
from events.envelope import Envelope
from events.event import Event
from events.log.postgres import Journal
from projections import PROJECTIONS
from services import installation
from services.installation import Connection
from tests.projections.engine.tables import pump
from tests.projections.shop import NOON
from tests.services.ingest.doors import database_for

MADE = 400
STORES = ("web", "leeds", "york")
PRODUCTS = ("burger", "fries", "shake")
TABLES = """
CREATE TABLE placed (number VARCHAR, store VARCHAR, ordered TIMESTAMPTZ, promised TIMESTAMPTZ, cancelled BOOLEAN);
CREATE TABLE sent (number VARCHAR, parcel INTEGER);
CREATE TABLE arrived (number VARCHAR, parcel INTEGER, handed TIMESTAMPTZ, counted BOOLEAN);
CREATE TABLE ordered_line (number VARCHAR, product VARCHAR, quantity INTEGER);
CREATE TABLE arrived_line (number VARCHAR, product VARCHAR, quantity INTEGER);
"""


def placed(order: str, store: str = "web", promised_at: datetime | None = None, **products: int) -> OrderPlaced:
    """Return an order, of one burger where nothing else is said."""
    lines = tuple(
        OrderLine(product=product, quantity=quantity, unit_price_minor=100)
        for product, quantity in (products or {"burger": 1}).items()
    )
    return OrderPlaced(order=order, currency="GBP", lines=lines, total_minor=100, store=store, promised_at=promised_at)


def came(order: str, parcel: str = "", store: str = "web", **products: int) -> OrderDelivered:
    """Return a delivery, counted where products are told."""
    lines = tuple(ProductLine(product=product, quantity=quantity) for product, quantity in products.items())
    return OrderDelivered(order=order, parcel=parcel, store=store, lines=lines)


class Told(NamedTuple):
    """One fact, of whom, and when."""

    data: Event
    time: datetime
    by: str = "customer:1"


@contextmanager
def shop_with(postgres: str, template: str, name: str, told: list[Told]) -> Iterator[Connection]:
    """Yield a connection to a shop in which that was told, folded."""
    facts = [
        Envelope(id=f"fact-{number:06}", source="urn:test", time=time, subject=by, data=data)
        for number, (data, time, by) in enumerate(told)
    ]
    with database_for(postgres, template, name) as dsn, installation.connect(dsn) as connection:
        log = Journal(connection)
        log.append(facts)
        pump(log, partial(installation.connect, dsn), PROJECTIONS, batch_events=5000)
        yield connection


def made_up() -> tuple[list[Told], duckdb.DuckDBPyConnection]:
    """Return some hundred orders as facts, and the same as tables of DuckDB, which knows nothing of events."""
    dice, told, raw = Random(11), list[Told](), duckdb.connect()
    raw.execute("SET TimeZone = 'UTC'")
    raw.execute(TABLES)
    for number in range(MADE):
        _make(dice, f"o-{number}", told, raw)
    dice.shuffle(told)
    return told, raw


def _make(dice: Random, order: str, told: list[Told], raw: duckdb.DuckDBPyConnection) -> None:
    ordered = NOON - timedelta(minutes=dice.randint(60, 60 * 24 * 90))
    promised = ordered + timedelta(minutes=dice.randint(600, 6000)) if dice.random() < 0.8 else None
    store, by, cancelled = dice.choice(STORES), f"customer:{dice.randint(1, 50)}", dice.random() < 0.1
    wanted = {product: dice.randint(1, 3) for product in dice.sample(PRODUCTS, 2)}
    told.append(Told(placed(order, store, promised, **wanted), ordered, by))
    raw.execute("INSERT INTO placed VALUES (?, ?, ?, ?, ?)", [order, store, ordered, promised, cancelled])
    raw.executemany("INSERT INTO ordered_line VALUES (?, ?, ?)", [[order, *line] for line in wanted.items()])
    if cancelled:
        cancelling = OrderCancelled(order=order, currency="GBP", total_minor=100, store=store)
        told.append(Told(cancelling, ordered + timedelta(minutes=5), by))
        return
    for parcel in range(dice.choice([1, 1, 2])):
        name, sent = f"{order}-{parcel}", ordered + timedelta(minutes=dice.randint(10, 500))
        told.append(Told(ShipmentDispatched(order=order, parcel=name, store=store), sent, by))
        raw.execute("INSERT INTO sent VALUES (?, ?)", [order, parcel])
        if dice.random() < 0.9:
            counted = wanted if parcel == 0 and dice.random() < 0.6 else {dice.choice(PRODUCTS): 1}
            counted = counted if dice.random() < 0.9 else {}
            at = sent + timedelta(minutes=dice.randint(60, 8000))
            told.append(Told(came(order, name, store, **counted), at, by))
            raw.execute("INSERT INTO arrived VALUES (?, ?, ?, ?)", [order, parcel, at, bool(counted)])
            if counted:
                raw.executemany(
                    "INSERT INTO arrived_line VALUES (?, ?, ?)", [[order, *each] for each in counted.items()]
                )
