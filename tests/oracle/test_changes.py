"""The oracle can fail: whatever is changed, on the log or in the database, it says so in a sentence."""

from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest
from psycopg import sql

from tests.oracle import judge
from tests.oracle.contract import published
from tests.oracle.differences import compare
from tests.oracle.duplicates import Duplicates
from tests.oracle.facts import Reader
from tests.oracle.findings import Findings
from tests.oracle.ledger import Ledger
from tests.oracle.rows import Kind, Table
from tests.oracle.shop import Shop, as_log
from tests.oracle.signal_changes import SIGNAL_CHANGES
from tests.oracle.stored import Connection, stored
from tests.oracle.tables import TABLES

# The timeline as a table, which a change can be made to.
AS_TABLE = """
CREATE TABLE projection.as_table AS SELECT * FROM projection.timeline;
CREATE OR REPLACE VIEW projection.timeline AS SELECT * FROM projection.as_table;
"""
ONE = "id = (SELECT min(id) FROM projection.as_table)"
VALID = """
INSERT INTO engine.dead_letter (log_id, partition, "offset", fault, field, reason, value, missed)
SELECT (SELECT log_id FROM engine.checkpoint LIMIT 1), partition, "offset", '{fault}', 'id', 'so it seems', value,
       '{{visits_v1_g1}}'
  FROM projection.timeline WHERE value NOT LIKE E'%\\n%' ORDER BY partition, "offset" LIMIT 1
"""


class Change(NamedTuple):
    """A change that a broken programme might make, and what the oracle says of it."""

    sql: str
    says: str
    lost: int = 0
    doubled: int = 0


CHANGES = {
    "an event counted twice": Change(
        "UPDATE projection.profile SET visits = visits + 1 WHERE subject = 'customer:1'", "visits is", doubled=1
    ),
    "an event not counted": Change(
        "UPDATE projection.profile SET orders = orders - 1 WHERE subject = 'customer:1'", "orders is", lost=1
    ),
    "a row too many": Change(
        "INSERT INTO projection.unmet_demand SELECT subject, 'atlantis', day, query, searches, without_result,"
        " first_asked, last_asked, phrasing, phrasing_at, phrasing_by FROM projection.unmet_demand LIMIT 1",
        "nothing on the log makes this row",
    ),
    "a checkpoint moved back": Change(
        "UPDATE engine.checkpoint SET next_offset = next_offset / 2 WHERE table_name LIKE 'visits_%' AND partition = 0",
        " should be ",
    ),
    "a checkpoint beyond the log": Change(
        "UPDATE engine.checkpoint SET next_offset = next_offset + 1 WHERE table_name LIKE 'visits_%' AND partition = 0",
        "of partition 0 next, and the log holds 0 to",
    ),
    "a checkpoint lost": Change(
        "DELETE FROM engine.checkpoint WHERE table_name LIKE 'visits_%' AND partition = 1",
        "has no checkpoint in partition 1",
    ),
    "a checkpoint of another partition": Change(
        "UPDATE engine.checkpoint SET partition = 4 WHERE table_name LIKE 'visits_%' AND partition = 1",
        "has a checkpoint in partition 4, which the log has not",
    ),
    "a checkpoint of another log": Change(
        "UPDATE engine.checkpoint SET log_id = 'elsewhere' WHERE table_name LIKE 'visits_%'",
        "was filled from log elsewhere, and this is",
    ),
    "a projection that nobody told the oracle of": Change(
        "UPDATE engine.projection SET name = 'weather' WHERE name = 'visits'",
        "weather is live, and the oracle cannot tell it again",
    ),
    **{name: Change(*change) for name, change in SIGNAL_CHANGES.items()},
    "a person lost": Change(
        "DELETE FROM projection.person_of WHERE identifier = (SELECT min(identifier) FROM projection.person_of)",
        "is a person of its own, and by the links",
    ),
    "a person too many": Change(
        "INSERT INTO projection.person_of VALUES ('visitor:nobody-linked', 'customer:1', false)",
        "person_of 'visitor:nobody-linked' is 'customer:1', and by the links a person of its own",
    ),
    "a device that is not shared any more": Change(
        "UPDATE projection.person_of SET shared = false WHERE shared", "and by the links shared"
    ),
    "an event lost from the timeline": Change(
        f"{AS_TABLE} DELETE FROM projection.as_table WHERE {ONE}", "the timeline lacks offset", lost=1
    ),
    "an event twice in the timeline": Change(
        f"{AS_TABLE} INSERT INTO projection.as_table SELECT * FROM projection.as_table WHERE {ONE}", "twice", doubled=1
    ),
    "an event of the timeline told otherwise": Change(
        f"{AS_TABLE} UPDATE projection.as_table SET value = 'else' WHERE {ONE}", "otherwise than the log"
    ),
    "a type of the timeline changed": Change(
        f"{AS_TABLE} UPDATE projection.as_table SET type = 'regulars.visit.ended.v2' WHERE {ONE}",
        "the timeline has 1 events of regulars.visit.ended.v2, and the log 0",
    ),
    "an event that nobody sent": Change(
        f'{AS_TABLE} UPDATE projection.as_table SET "offset" = 1000000 WHERE {ONE}',
        "which nothing below its positions says",
        lost=1,
    ),
    "a repetition in the timeline": Change(
        f'{AS_TABLE} INSERT INTO projection.as_table SELECT t.subject, t.time, t.id, t.type, d.partition, d."offset",'
        " t.recorded_at, t.value FROM (SELECT * FROM projection.as_table LIMIT 1) AS t,"
        " (SELECT * FROM engine.dead_letter WHERE fault = 'conflict' LIMIT 1) AS d",
        "which is a repetition and does not count",
        doubled=1,
    ),
    "a valid event parked": Change(
        VALID.format(fault="malformed"),
        "is parked as malformed (so it seems), and it is a valid event",
    ),
    "a valid event parked as a conflict": Change(VALID.format(fault="conflict"), "and no event before it has its id"),
    "a letter with other bytes": Change(
        "UPDATE engine.dead_letter SET value = value || ' '", "is parked with other bytes than the log has there"
    ),
    "poison that is not parked": Change(
        "DELETE FROM engine.dead_letter WHERE fault = 'unknown_version'", "and it is not parked"
    ),
    "poison that a table claims to have": Change(
        "UPDATE engine.dead_letter SET missed = array_remove(missed, 'visits_v1_g1') WHERE fault = 'unknown_version'",
        "visits_v1_g1 does not say that it lacks it",
    ),
    "a conflict that is not parked": Change(
        "DELETE FROM engine.dead_letter WHERE fault = 'conflict'", "conflicts with an event of its id and is not parked"
    ),
    "a conflict parked as something else": Change(
        "UPDATE engine.dead_letter SET fault = 'malformed' WHERE fault = 'conflict'", "and it is a valid event"
    ),
    "a letter from where nothing is": Change(
        "UPDATE engine.dead_letter SET \"offset\" = 1000000 WHERE fault = 'unknown_version'",
        "and the log has no such place",
    ),
}


@pytest.fixture
def connection(shop: Shop) -> Iterator[Connection]:
    """Return a connection whose changes nobody else ever sees."""
    with psycopg.connect(shop.dsn) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_a_change_in_the_database_is_found(shop: Shop, connection: Connection, change: Change) -> None:
    """Each is told in a sentence, and where effects were lost or doubled, they are counted."""
    connection.execute(change.sql)

    verdict = judge(connection, stored(connection), as_log(shop.log))

    assert not verdict.equal
    assert [sentence for sentence in verdict.findings if change.says in sentence], verdict.findings
    assert (verdict.lost, verdict.doubled) == (change.lost, change.doubled)


def test_a_letter_from_where_nobody_has_been_is_found(shop: Shop, connection: Connection) -> None:
    """What is parked is parked by the transaction that passes it."""
    connection.execute("UPDATE engine.checkpoint SET next_offset = 0")

    findings = judge(connection, stored(connection), as_log(shop.log), ["identity"]).findings

    assert [sentence for sentence in findings if sentence.endswith("and no table has come so far")]


CHANGED = {
    Kind.TEXT: "{} || '!'",
    Kind.DAY: "{} + 3000",  # a day on which no other row stands, as the day is part of a key
    Kind.TIME: "{} + interval '1 microsecond'",
    Kind.TOTAL: "{} + 1",
    Kind.TOLD: "NULL",
    Kind.TOLD_TIME: "{} + interval '1 microsecond'",
    Kind.TOLD_DAY: "{} + 1",
    Kind.NAMES: "array_append({}, '!')",
    Kind.TRAITS: """'{{"town": [1, "x", "y"]}}'""",
}


def fields_of(table: type[Table]) -> Iterator[tuple[str, Kind]]:
    """Yield every field that a table has in the database, and its kind."""
    for name, kind in {**table.key, **table.columns}.items():
        yield name, kind
        if kind in {Kind.TOLD, Kind.TOLD_TIME, Kind.TOLD_DAY}:
            yield from ((f"{name}_at", Kind.TIME), (f"{name}_by", Kind.TEXT))


@pytest.mark.parametrize("name", TABLES)
def test_a_change_in_any_field_is_found(shop: Shop, connection: Connection, name: str) -> None:
    """In every field of every table: the digests differ, and the row that was changed is named."""
    seen = stored(connection)
    ledger = Ledger(seen, [name], Reader(published()), Duplicates(), Findings())
    for record in as_log(shop.log).records:
        ledger.take(record)
    table = sql.Identifier("projection", seen.tables[name])

    unnoticed = []
    for field, kind in fields_of(TABLES[name]):
        findings, column = Findings(), sql.Identifier(field)
        with connection.transaction(force_rollback=True):
            changed = connection.execute(
                sql.SQL(
                    "UPDATE {0} SET {1} = {2} WHERE ctid = (SELECT ctid FROM {0} WHERE {1} IS NOT NULL LIMIT 1)"
                ).format(table, column, sql.SQL(CHANGED[kind]).format(column))
            )
            compared = compare(connection, seen.tables[name], ledger.tables[name], findings)
        if changed.rowcount != 1 or compared.held == compared.expected or not findings.count(name):
            unnoticed.append(field)

    assert unnoticed == []
    assert compare(connection, seen.tables[name], ledger.tables[name], Findings()).short == 0


def test_a_lost_row_is_found(shop: Shop, connection: Connection) -> None:
    """One row gone from each table: all are named, and all events in the profile's count as lost."""
    for name, table in stored(connection).tables.items():
        if name in TABLES:
            one = f"SELECT min(ctid) FROM projection.{table}"
            connection.execute(f"DELETE FROM projection.{table} WHERE ctid = ({one})")

    verdict = judge(connection, stored(connection), as_log(shop.log))

    missing = {sentence.partition(" ")[0] for sentence in verdict.findings if sentence.endswith("the row is missing")}
    assert missing == TABLES.keys()
    assert verdict.lost > 0
