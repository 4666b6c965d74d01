"""Measures reading: a customer's whole page, each section of it, and every report, over many made-up customers.

The rows are made up in Postgres, straight into the live tables, since only reading is measured: a row or some for each
customer in every personal table, and a visitor that is known to be each of them.
"""

import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec import Struct
from psycopg import sql

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine import registry
from projections._engine.declaration import Projection
from projections._engine.projector import make_log_views, stored
from services.benchmark.measuring import Heard
from services.installation import Connection, Installation
from services.reports import REPORTS
from services.reports.asking import Asked, ask
from services.reports.customer import SECTIONS, Section, page

ROWS_A_CUSTOMER = 4
PAGES = 2_000
WARM_PAGES = 200
NOW = datetime(2026, 6, 30, tzinfo=UTC)

# What stands in a column of a type, for customer i and row j of theirs; as a part of a key it differs with j.
VALUES = {
    "text": "'w' || ((i + j) % 3000)",
    "bigint": "1 + (i * 7 + j) % 9000",
    "timestamptz": "timestamptz '2026-01-01' + ((i % 90) * interval '1 hour') + j * interval '30 days'",
    "date": "date '2026-01-01' + (i % 30)::integer + j * 30",
    "boolean": "true",
    "jsonb": "'{}'::jsonb",
    "text[]": "'{}'::text[]",
}
CURRENCY = "'GBP'"

# What stands in columns that are written by a rule of their own.
WRITTEN = {
    "content": "'{}'",
    "ordered_lines": """'{"w' || (i % 3000) || '":2}'""",
    "delivered_lines": "jsonb_build_object('w' || (i % 3000), 2)",
    "way": """ARRAY['["2026-01-02T09:00:00Z","sent","w1","w2",""]', '["2026-01-03T12:00:00Z","arrived","w1","",""]']""",
    "steps": """ARRAY['["2026-01-01T09:00:00Z","raised","w1"]', '["2026-01-01T17:00:00Z","replied","w2"]']""",
}

PERSONS = """
INSERT INTO projection.person_of (identifier, person, shared)
SELECT 'visitor:' || i, 'customer:' || i, false FROM generate_series(1, %(customers)s) AS c (i)
"""

VACUUM = "VACUUM (ANALYZE) {}"


class Read(Struct, frozen=True, kw_only=True):
    """What a run came to: milliseconds of a page and of its sections, seconds of each report that could be asked."""

    customers: int
    rows: int
    page_p50_ms: float
    page_p99_ms: float
    page_max_ms: float
    section_p99_ms: dict[str, float]
    report_seconds: dict[str, float]


def measure_page(installation: Installation, heard: Heard, *, customers: int, seed: int = 42) -> Read:
    """Make up this many customers, read pages of some of them, and ask every report once."""
    with installation.connect("regulars bench page") as connection:
        rows = fill_tables(connection, customers, heard)
        dice = random.Random(seed)  # noqa: S311 - it is to be the same every time
        kinds = ("customer", "visitor")
        asked = [f"{kinds[number % 2]}:{1 + int(customers * dice.random())}" for number in range(PAGES)]
        whole = sorted(_times(connection, asked, SECTIONS, heard))
        parts = {
            section.name: _at(sorted(_times(connection, asked[:WARM_PAGES], [section])), 0.99) for section in SECTIONS
        }
        return Read(
            customers=customers,
            rows=rows,
            page_p50_ms=_at(whole, 0.5),
            page_p99_ms=_at(whole, 0.99),
            page_max_ms=_at(whole, 1.0),
            section_p99_ms=parts,
            report_seconds=_reports(connection, heard),
        )


def fill_tables(connection: Connection, customers: int, heard: Heard, rows_a_customer: int = ROWS_A_CUSTOMER) -> int:
    """Make every table, write the rows of this many customers into each, and return how many they are."""
    log, rows = Journal(connection), 0
    declared = stored(PROJECTIONS, log)
    make_log_views(connection, PROJECTIONS)
    with connection.transaction():
        tables = [registry.new_table(connection, projection, log) for projection in declared]
        registry.make_live(connection, tables)
    for number, table in enumerate(tables):
        heard("making up", number, len(tables))
        rows += connection.execute(_made_up(table.projection, table.name, customers, rows_a_customer)).rowcount
        connection.execute(sql.SQL(VACUUM).format(sql.Identifier("projection", table.name)))
    connection.execute(PERSONS, {"customers": customers})
    connection.execute("VACUUM (ANALYZE) projection.person_of")
    return rows


def _made_up(projection: Projection, table: str, customers: int, rows_a_customer: int) -> sql.Composed:
    """Return the statement that fills a table: the subjects' rows, or as many of a table that has none."""
    keys = {key.name for key in projection.keys}
    per_customer = rows_a_customer if keys != {"subject"} else 1
    values = [
        _value(field.name, field.sql_type.split(" ")[0], personal=projection.personal) for field in projection.fields()
    ]
    return sql.SQL(
        "INSERT INTO {table} SELECT {values} FROM generate_series(1, {customers}) AS c (i)"
        " CROSS JOIN generate_series(0, {last}) AS r (j) ON CONFLICT DO NOTHING"
    ).format(
        table=sql.Identifier("projection", table),
        values=sql.SQL(", ").join(values),
        customers=sql.Literal(customers),
        last=sql.Literal(per_customer - 1),
    )


def _value(name: str, kind: str, *, personal: bool) -> sql.SQL:
    if name == "subject" and personal:
        return sql.SQL("'customer:' || i")
    return sql.SQL(CURRENCY if name.endswith("currency") else WRITTEN.get(name, VALUES[kind]))


def _times(
    connection: Connection, asked: Sequence[str], sections: Sequence[Section], heard: Heard | None = None
) -> list[float]:
    """Return the milliseconds of each page but the first ones, which warm the plans up."""
    times = []
    for number, subject in enumerate(asked):
        begun = time.perf_counter()
        page(connection, subject, NOW, sections)
        times.append(1000 * (time.perf_counter() - begun))
        if heard and number % WARM_PAGES == 0:
            heard("reading pages", number, len(asked))
    return times[min(WARM_PAGES, len(times) // 2) :]


def _reports(connection: Connection, heard: Heard) -> dict[str, float]:
    seconds: dict[str, float] = {}
    for number, report in enumerate(REPORTS):
        heard("asking reports", number, len(REPORTS))
        seconds[report.name] = _seconds(lambda report=report: ask(connection, report, Asked(now=NOW)))  # type: ignore[misc]
    return seconds


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return round(time.perf_counter() - begun, 3)


def _at(times: Sequence[float], part: float) -> float:
    return round(times[min(len(times) - 1, int(part * len(times)))], 2)
