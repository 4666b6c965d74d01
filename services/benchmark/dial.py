"""Measures the volume dial over many made-up customers, who buy as the forecasts' own stories say.

Their purchases are made up in numpy and written straight into the live table, since only the dial is measured: reading
every history, fitting, recording the fit, and keeping the month's dials.
"""

import time
from datetime import UTC, date, datetime
from datetime import time as time_of_day

import numpy as np
from msgspec import Struct
from psycopg import sql

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine import registry
from projections._engine.projector import make_log_views, stored
from services.benchmark.measuring import Heard, peak_rss_mb
from services.dial import binary
from services.dial.fitting import Wanted, fit_month
from services.forecasting.arrays import Floats, Whole
from services.installation import Connection, Installation
from services.reports.asking import Asked, ask
from services.reports.dial import DIAL

MONTHS = (date(2026, 5, 31), date(2026, 6, 30))
DAYS = 728
RATE_SHAPE, RATE_WEEKS = 0.45, 5.0
LEAVING = (0.8, 3.5)
VALUE_SHAPE, MEAN_SHAPE, MEAN_SCALE_MINOR = 6.0, 4.0, 1_800.0
AT_ONCE = 100_000

STAGE = "CREATE TEMP TABLE made_up (customer bigint, age bigint, minor bigint)"

FILL = """
INSERT INTO {table} (subject, store, day, currency, orders, items, spend_minor, unpriced_amendments, cancelled_orders,
                     cancelled_minor, returns, returned_minor, first_order, last_order)
SELECT 'customer:' || customer, CASE WHEN customer %% 3 = 0 THEN 'leeds' ELSE 'web' END, %(day)s::date - age::integer,
       'GBP', count(*), count(*), sum(minor), 0, 0, 0, 0, 0, %(day)s::date - age::integer, %(day)s::date - age::integer
  FROM made_up GROUP BY customer, age
"""


class Dialled(Struct, frozen=True, kw_only=True):
    """What a run came to: seconds of the first month, of the next one, and of the report on it.

    The memory is that of this process while it dialled; Postgres has its own.
    """

    customers: int
    purchase_rows: int
    first_seconds: float
    seconds: float
    report_seconds: float
    peak_rss_mb: float


def measure_dial(installation: Installation, heard: Heard, *, customers: int, seed: int = 42) -> Dialled:
    """Make up this many customers, dial them in two months, and ask."""
    with installation.connect("regulars bench dial") as connection:
        rows = _filled(connection, customers, np.random.default_rng(seed), heard)
        times = []
        for number, day in enumerate(MONTHS):
            heard("dialling", number, len(MONTHS))
            begun = time.perf_counter()
            done = fit_month(connection, installation.log(), installation.connect, Wanted("GBP", day))
            times.append(time.perf_counter() - begun)
        peak = peak_rss_mb()
        begun = time.perf_counter()
        ask(connection, DIAL, Asked(now=datetime.combine(MONTHS[-1], time_of_day.max, UTC), currency="GBP"))
        asking = round(time.perf_counter() - begun, 2)
        return Dialled(
            customers=done.customers,
            purchase_rows=rows,
            first_seconds=round(times[0], 2),
            seconds=round(times[-1], 2),
            report_seconds=asking,
            peak_rss_mb=peak,
        )


def _filled(connection: Connection, customers: int, dice: np.random.Generator, heard: Heard) -> int:
    """Write the purchases of customers into the live table, and return how many rows they are."""
    log = Journal(connection)
    make_log_views(connection, PROJECTIONS)
    with connection.transaction():
        tables = [registry.new_table(connection, projection, log) for projection in stored(PROJECTIONS, log)]
        registry.make_live(connection, tables)
    (table,) = [each.name for each in tables if each.projection.name == "purchases"]
    return fill_purchases(connection, table, customers, dice, heard)


def fill_purchases(connection: Connection, name: str, customers: int, dice: np.random.Generator, heard: Heard) -> int:
    """Write the purchases of customers into a table that is empty, and return how many rows they are."""
    table = sql.Identifier("projection", name)
    connection.execute(STAGE)
    for first in range(0, customers, AT_ONCE):
        heard("making up", first, customers)
        columns = _made_up(first, min(AT_ONCE, customers - first), dice)
        with connection.cursor() as cursor, cursor.copy("COPY made_up FROM STDIN (FORMAT BINARY)") as copy:
            for block in binary.blocks(columns):
                copy.write(block)
    rows = connection.execute(sql.SQL(FILL).format(table=table), {"day": MONTHS[-1]}).rowcount
    connection.execute("DROP TABLE made_up")
    connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(table))
    return rows


def _made_up(first: int, customers: int, dice: np.random.Generator) -> dict[str, Whole]:
    """Return the purchases of some customers: who, how many days before the last one, and how much."""
    numbers: Whole = np.arange(first, first + customers, dtype=np.int64)
    age: Floats = dice.integers(0, DAYS, customers).astype(np.float64)
    rates = dice.gamma(RATE_SHAPE, 1 / (7 * RATE_WEEKS), customers)
    leaving = dice.beta(*LEAVING, customers)
    means = VALUE_SHAPE * MEAN_SCALE_MINOR / dice.gamma(MEAN_SHAPE, 1.0, customers)
    found: list[tuple[Whole, Whole, Whole]] = []
    while len(numbers):
        minor = dice.gamma(VALUE_SHAPE, means / VALUE_SHAPE)
        found.append((numbers, np.floor(age).astype(np.int64), np.ceil(minor).astype(np.int64)))
        age = age - dice.exponential(1 / np.maximum(rates, 1e-12))
        # Nobody leaves with the first purchase, as the model has it.
        stays = (age >= 0) & ((dice.random(len(age)) >= leaving) | (len(found) == 1))
        numbers, age, rates = numbers[stays], age[stays], rates[stays]
        leaving, means = leaving[stays], means[stays]
    customer, days, minor = (np.concatenate(column) for column in zip(*found, strict=True))
    return {"customer": customer, "age": days, "minor": minor}
