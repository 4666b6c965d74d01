"""Verification finds what does not come from the log: a row that was changed, lost or made up, a person too many."""

import pytest

from events.catalog.identity import IdentityLinked
from events.envelope import Envelope
from projections._engine.registry import Connection, Table
from projections._engine.verify import Verdict, verify, verify_persons
from projections.identity import Identity
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.tables import Connect, drain, live_tables
from tests.projections.engine.tally import Beside, Tally, search, searches
from tests.projections.shop import NOON

TAMPERINGS = {
    "a changed sum": "UPDATE projection.tally_v1_g1 SET searches = searches + 1 WHERE subject = 'customer:3'",
    "a changed time": "UPDATE projection.tally_v1_g1 SET last = last + interval '1 microsecond'",
    "a lost row": "DELETE FROM projection.tally_v1_g1 WHERE subject = 'customer:3'",
    "a made up row": "INSERT INTO projection.tally_v1_g1 VALUES ('customer:x', 0, 0, NULL)",
    "another key": "UPDATE projection.tally_v1_g1 SET subject = 'customer:33' WHERE subject = 'customer:3'",
    "a letter too many": "UPDATE engine.dead_letter SET missed = '{}'",
    "a lost letter": "DELETE FROM engine.dead_letter",
    "a checkpoint set back": "UPDATE engine.checkpoint SET next_offset = next_offset - 1 WHERE partition = 0",
}


def verified(connection: Connection, log: MemoryLog, tables: list[Table]) -> list[Verdict]:
    """Return the verdicts on both tables."""
    return verify(connection, tables, log)


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_what_does_not_come_from_the_log_is_found(connect: Connect, tampering: str) -> None:
    """The verdict shows both digests; the other tables are still what they should be."""
    log = MemoryLog(2)
    log.append([*searches(60), search("p", "poison")])
    with connect() as connection:
        tables = live_tables(connection, log, [Tally(), Beside()])
        drain(log, connect, tables[1:])
        drain(log, connect, tables[:1])
        before = verify(connection, tables, log)

        connection.execute(TAMPERINGS[tampering].encode())

        tally, beside = verify(connection, tables, log)
        assert [verdict.equal for verdict in before] == [True, True]
        assert not tally.equal
        assert tally.held.digest != tally.expected or tally.unaccounted > 0
        assert beside.equal == (tampering != "a checkpoint set back")


def test_tables_at_different_positions_are_each_held_to_their_own(connect: Connect) -> None:
    """A table that is behind is not wrong; the verdict names the positions that its digest stands for."""
    log = MemoryLog()
    log.append(searches(60))
    with connect() as connection:
        tables = live_tables(connection, log, [Tally(), Beside()])
        half = {partition: end // 2 for partition, end in log.ends().items()}
        drain(log, connect, tables[:1], until=half)
        drain(log, connect, tables[1:])

        tally, beside = verify(connection, tables, log)

        assert (tally.equal, tally.held.positions) == (True, half)
        assert (beside.equal, beside.held.positions) == (True, log.ends())
        assert (tally.held.rows, tally.expected_rows) == (7, 7)


def test_verifying_says_how_far_it_is(connect: Connect) -> None:
    """For whoever watches: records read, of all there are up to the furthest table."""
    log = MemoryLog()
    log.append(searches(60))
    heard = []
    with connect() as connection:
        tables = live_tables(connection, log, [Tally()])
        drain(log, connect, tables)

        verify(connection, tables, log, lambda done, total: heard.append((done, total)))

    assert heard[-1] == (60, 60)
    assert [total for _, total in heard] == [60] * len(heard)


def test_a_person_too_many_is_found(connect: Connect) -> None:
    """Who is who is held to the whole set of links; looking changes nothing."""
    log = MemoryLog()
    data = IdentityLinked(identifier="visitor:a")
    log.append([Envelope(id="link", source="urn:regulars:engine", time=NOON, subject="customer:1", data=data)])
    with connect() as connection:
        (graph,) = live_tables(connection, log, [Identity()])
        drain(log, connect, [graph])
        before = verify_persons(connection, graph)
        connection.execute("UPDATE projection.person_of SET person = 'customer:2'")

        found = verify_persons(connection, graph)

        assert (before, found) == (True, False)
        assert connection.execute("SELECT person FROM projection.person_of").fetchall() == [("customer:2",)]
