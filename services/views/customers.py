"""Customers: everybody whom the house knows, ranked by dial, narrowed and ordered as somebody likes, page by page.

Reads the directory, which is worked out of profiles, purchases, visits, complaints, managers, dials and segments, and
follows the log within seconds. Staff see the customers of their stores and of their portfolio; that is part of the
query, so that pages are full and counts are right.

The awkward half: ranks, dials and segments are those of the last refresh; who came since then stands at the end.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from psycopg import sql
from psycopg.rows import dict_row

from services.access.roles import Capability
from services.directory import finding
from services.directory.filling import READS, state_of
from services.directory.finding import SCOPE
from services.directory.queries import PLACE, UNRANKED
from services.segments.definitions import TIERS, all_segments
from services.views.customer_filters import BANDS, HEADINGS, Listed, Sort, rule_of
from services.views.paging import after, token_of
from services.views.search import matched, scope_of
from services.views.stores import stores_of
from services.views.view import Document, NotYours, Reading, Row, View

COUNTED = 10_000
COUNTED_OF_A_WORD = 1_000
"""Of a word that very many are called by: each is looked at for it, so no more are counted than one reads."""

AT_ONCE = 1_000


class Order(NamedTuple):
    """A column to order by, with the kind of its values, and whether the greatest come first."""

    column: str
    kind: type
    falling: bool


ORDERS = {
    "dial": Order("place", int, falling=False),
    "heading": Order("heading", int, falling=True),
    "revenue": Order("net_minor", int, falling=True),
    "seen": Order("last_seen", datetime, falling=True),
    "name": Order("sort_name", str, falling=False),
}

COLUMNS: LiteralString = """
rank, place, person, name, dial, dial_before, heading, potential, net_minor, orders, last_seen, manager,
open_complaints, segments, stores, sort_name
"""

LISTED = f"SELECT {COLUMNS} FROM directory WHERE {{conditions}} ORDER BY {{order}}"  # noqa: S608 - made of constants

LIKE: LiteralString = "words LIKE ALL (%(patterns)s::text[])"

COUNT = "SELECT count(*) FROM (SELECT FROM directory WHERE {conditions} LIMIT {limit}) AS d"

MANY_NAMED = 20_000
"""Of a word that more are called by, it is quicker to go through everybody: so many are counted soon."""

WHOLE = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'projection.directory'::regclass"

MANAGERS = """
SELECT DISTINCT d.manager, coalesce(nullif(s.manager_name, ''), d.manager) AS shown_as
  FROM (WITH RECURSIVE each AS (
            (SELECT manager FROM directory WHERE manager <> '' ORDER BY manager LIMIT 1)
             UNION ALL
            SELECT (SELECT d.manager FROM directory AS d WHERE d.manager <> '' AND d.manager > each.manager
                     ORDER BY d.manager LIMIT 1) FROM each WHERE each.manager IS NOT NULL
        ) SELECT manager FROM each WHERE manager IS NOT NULL LIMIT 500) AS d
  LEFT JOIN staff AS s ON s.manager = d.manager ORDER BY shown_as, d.manager
"""


def answer(reading: Reading) -> Document:
    """List the customers that match, page by page: rank, dial and heading, what they brought, who looks after them."""
    asked, state = reading.asked, state_of(reading.connection)
    currency = state.currency if state else ""
    conditions, values = narrowed(reading)
    order = ordered_by(asked.sort)
    keyset = after(asked.after, [order.kind, str])
    paging = [*conditions, _behind(order)] if keyset else conditions
    values |= {"at": keyset[0], "at_person": keyset[1]} if keyset else {}
    statement = sql.SQL(LISTED + " LIMIT {limit}").format(
        conditions=sql.SQL(" AND ").join(paging), order=_direction(order), limit=sql.Literal(asked.limit + 1)
    )
    with reading.connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement, values).fetchall()
    page, more = rows[: asked.limit], len(rows) > asked.limit
    segments = all_segments(reading.connection)
    rule = rule_of(asked, segments)
    return {
        "figures": _counted(reading, conditions, values) | {"currency": currency},
        "next": token_of(page[-1], [order.column, "person"]) if more else "",
        "filled_at": state.filled_at if state else None,
        "rule": rule.text,
        "rule_problem": rule.problem,
        "choices": {
            "stores": stores_of(reading),
            "segments": [(each.name, each.title) for each in segments if not each.is_tier],
            "managers": _managers(reading),
            "tiers": list(TIERS.items()),
        },
        "tables": {"customers": [told(row, currency) for row in page]},
    }


def rows(reading: Reading) -> Iterator[Row]:
    """Yield every customer that matches, however many, in the order that is asked for."""
    state = state_of(reading.connection)
    conditions, values = narrowed(reading)
    statement = sql.SQL(LISTED).format(
        conditions=sql.SQL(" AND ").join(conditions), order=_direction(ordered_by(reading.asked.sort))
    )
    with reading.connection.cursor(name="customers", row_factory=dict_row) as cursor:
        cursor.itersize = AT_ONCE
        for row in cursor.execute(statement, values):
            yield told(row, state.currency if state else "")


def narrowed(reading: Reading) -> tuple[list[sql.Composable], dict[str, Any]]:
    """Return the conditions that say who matches, and their values. Raises NotYours."""
    asked, viewer = reading.asked, reading.viewer
    if viewer.narrowed and asked.of_store and asked.of_store not in viewer.stores:
        yours = ", ".join(sorted(viewer.stores)) or "none"
        message = f"You may not look at the store {asked.of_store[:64]}: yours is {yours}."
        raise NotYours(message)
    conditions: list[LiteralString] = [SCOPE] if viewer.narrowed else ["true"]
    low, high = BANDS[asked.band] if asked.band else (0, 0)
    least, most = HEADINGS[asked.heading] if asked.heading else (0, 0)
    tests: Sequence[tuple[object, LiteralString]] = (
        (asked.segment, "segments @> ARRAY[%(segment)s]::text[]"),
        (asked.tier, "tier = %(tier)s"),
        (asked.manager, "manager = %(manager)s"),
        (asked.of_store, "stores @> ARRAY[%(store)s]::text[]"),
        (asked.band, "place BETWEEN %(low)s AND %(high)s"),
        (asked.heading, "heading BETWEEN %(least)s AND %(most)s"),
        (asked.complaint is True, "open_complaints > 0"),
        (asked.complaint is False, "open_complaints = 0"),
    )
    conditions += [test for wanted, test in tests if wanted]
    values = {
        **scope_of(viewer),
        "segment": asked.segment,
        "tier": asked.tier,
        "manager": "" if asked.manager == "-" else asked.manager,
        "store": asked.of_store,
        "low": (100 - high) * PLACE,
        "high": (101 - low) * PLACE - 1,
        "least": least,
        "most": most,
    }
    if typed := " ".join(asked.q.split()):
        test, more = _meant(reading, typed)
        return [*map(sql.SQL, conditions), test], values | more
    return [sql.SQL(each) for each in conditions], values


def _meant(reading: Reading, typed: str) -> tuple[sql.SQL, dict[str, Any]]:
    """Return the condition that somebody is meant by what was typed."""
    persons = {row["person"] for rows in matched(reading, typed).values() for row in rows}
    named = finding.called(reading.connection, typed, many=MANY_NAMED)
    if named.persons is None:
        return sql.SQL(LIKE), {"patterns": named.patterns}
    meant = {"persons": sorted(persons), "named": named.persons, "patterns": named.patterns}
    return sql.SQL(f"(person = ANY (%(persons)s) OR person = ANY (%(named)s) AND {LIKE})"), meant


def ordered_by(sort: Sort) -> Order:
    """Return what it is ordered by."""
    order = ORDERS[sort.removeprefix("-")]
    return order._replace(falling=not order.falling) if sort.startswith("-") else order


def _direction(order: Order) -> sql.Composable:
    way = sql.SQL("DESC" if order.falling else "ASC")
    return sql.SQL("{} {way}, person {way}").format(sql.Identifier(order.column), way=way)


def _behind(order: Order) -> sql.Composable:
    return sql.SQL("({}, person) {} (%(at)s, %(at_person)s)").format(
        sql.Identifier(order.column), sql.SQL("<" if order.falling else ">")
    )


def _counted(reading: Reading, conditions: list[sql.Composable], values: dict[str, Any]) -> dict[str, Any]:
    """Return how many match, as far as COUNTED or COUNTED_OF_A_WORD; ``more`` where there are more."""
    most = COUNTED_OF_A_WORD if "patterns" in values and "named" not in values else COUNTED
    statement = sql.SQL(COUNT).format(conditions=sql.SQL(" AND ").join(conditions), limit=sql.Literal(most + 1))
    counted: int = reading.connection.execute(statement, values).fetchall()[0][0]
    return {"matching": min(counted, most), "more": counted > most}


def _managers(reading: Reading) -> list[tuple[str, str]]:
    if reading.viewer.narrowed:
        return [(reading.viewer.name, reading.viewer.shown_as or reading.viewer.name)]
    return [(row[0], row[1]) for row in reading.connection.execute(MANAGERS).fetchall()]


def told(row: dict[str, Any], currency: str) -> dict[str, Any]:
    """Return a row as it is told: what is not known is None."""
    known = {name: None if row[name] < 0 else row[name] for name in ("dial", "dial_before", "heading", "potential")}
    rank = None if row["rank"] == UNRANKED else row["rank"]
    moved = None if None in {known["dial"], known["dial_before"]} else row["dial"] - row["dial_before"]
    rest = ("orders", "last_seen", "manager", "open_complaints", "segments", "stores")
    return {
        "rank": rank,
        "person": row["person"],
        "name": row["name"],
        **known,
        "moved": moved,
        "net_minor": row["net_minor"],
        "currency": currency,
        **{name: row[name] for name in rest},
    }


CUSTOMERS_VIEW = View(
    name="customers",
    path="/customers",
    title="Customers",
    answer=answer,
    parameters=Listed,
    reads=READS,
    capability=Capability.PERSONAL,
    rows=rows,
)
