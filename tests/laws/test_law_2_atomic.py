"""Law 2, atomic: rows, checkpoint, dead letters, persons and signals of a batch commit together or not at all."""

from collections.abc import Mapping
from itertools import count
from random import Random

import psycopg
import pytest

from projections._engine.declaration import Projection
from projections._engine.pump import Lane
from projections._engine.registry import Connection, Table
from tests.contracts.memory_log import MemoryLog
from tests.faults.wire import Cut, Wire
from tests.laws.histories import history
from tests.laws.sampler import EVERY
from tests.projections.engine.oracle import held, positions_of, wanted
from tests.projections.engine.tables import Connect, drain, live_tables

every_projection = pytest.mark.parametrize("projection", EVERY, ids=lambda each: each.name)

BY_ERROR = "RAISE 'refused by the test'"
BY_DEATH = "PERFORM pg_terminate_backend(pg_backend_pid())"
WAYS = (BY_ERROR, BY_DEATH)

# A refusal that comes with the statement that writes to a table.
REFUSE = """
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {how}; RETURN NULL; END $$;
CREATE TRIGGER refusal AFTER INSERT OR UPDATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION pg_temp.refuse()
"""

# A refusal that comes with the COMMIT, once for each partition.
REFUSE_COMMIT = """
CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {how}; RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER refusal AFTER UPDATE ON engine.checkpoint DEFERRABLE INITIALLY DEFERRED
   FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()
"""


@every_projection
def test_a_batch_that_is_refused_anywhere_leaves_nothing(connect: Connect, projection: Projection) -> None:
    """Whichever table refuses, and be it at COMMIT, all others are as before; without the refusal it goes through."""
    log = filled_log(projection)
    with connect() as connection:
        for number in range(len(refusals(projection, ""))):
            table = emptied(connection, log, projection)
            drain(log, connect, [table], until={0: 3, 1: 2})
            before = held(connection, table), positions_of(connection, table)
            with Lane(log, connect, [table]) as lane:
                connection.execute(refusals(projection, f"projection.{table.name}")[number].encode())

                with pytest.raises((psycopg.errors.RaiseException, psycopg.errors.AdminShutdown)):
                    lane.drain(log.ends())

                assert (held(connection, table), positions_of(connection, table)) == before
            connection.execute("DROP FUNCTION pg_temp.refuse CASCADE")
            drain(log, connect, [table])
            assert positions_of(connection, table) == log.ends()
            assert_whole(connection, log, table)


@every_projection
def test_a_batch_is_written_once_wherever_the_connection_is_lost(
    connect: Connect, wire: Wire, projection: Projection
) -> None:
    """Cut at each of its requests in turn, the batch is tried again on a new connection, and counts once."""
    log = filled_log(projection)
    with connect() as connection:
        for request in count(1):
            table = emptied(connection, log, projection)
            with Lane(log, wire.connect, [table]) as lane:
                wire.cut(Cut.AT_REQUEST, request=request)
                lane.drain(log.ends())

            assert positions_of(connection, table) == log.ends()
            assert_whole(connection, log, table)
            if not wire.was_cut:
                break

        assert request > 6, "there is more to a batch than this: what was cut?"


@every_projection
def test_a_commit_whose_answer_is_lost_counts_once(connect: Connect, wire: Wire, projection: Projection) -> None:
    """The server committed and nobody heard: the checkpoint tells, and nothing is written again."""
    log = filled_log(projection)
    with connect() as connection:
        table = emptied(connection, log, projection)
        with Lane(log, wire.connect, [table], batch_events=8) as lane:
            while lane.positions != log.ends():
                wire.cut(Cut.UNHEARD)
                lane.drain(halfway(lane.positions, log.ends()))
                assert wire.was_cut
                assert_whole(connection, log, table)


@every_projection
def test_a_commit_that_is_still_under_way_counts_once(connect: Connect, wire: Wire, projection: Projection) -> None:
    """The worker asks while the server is still busy with the COMMIT: it waits for it, and writes nothing again."""
    log = filled_log(projection)
    with connect() as connection:
        table = emptied(connection, log, projection)
        with Lane(log, wire.connect, [table]) as lane:
            connection.execute(REFUSE_COMMIT.format(how="PERFORM pg_sleep(0.05)").encode())
            wire.cut(Cut.UNANSWERED)
            lane.drain(log.ends())

        assert wire.was_cut
        assert positions_of(connection, table) == log.ends()
        assert_whole(connection, log, table)


def refusals(projection: Projection, table: str) -> list[str]:
    """Return statements that make a batch of this projection fail, each at another place or in another way."""
    written = [table, "engine.checkpoint", "engine.dead_letter"]
    written += ["engine.signal"] if projection.signallers() else []
    written += ["projection.person_of"] if projection.graph else []
    refusals = [REFUSE.format(how=BY_ERROR, table=place) for place in written]
    return [*refusals, REFUSE.format(how=BY_DEATH, table=table), *(REFUSE_COMMIT.format(how=how) for how in WAYS)]


def filled_log(projection: Projection) -> MemoryLog:
    """Return a log with a history of a projection, a signal if it gives any, and bytes that are no event."""
    log = MemoryLog(2)
    told = history(Random(projection.name), projection, 30)
    more = history(Random(projection.name), projection, 99, mark="signal-")
    told += [fact for fact in more if type(fact.data) in projection.signallers()][:1]
    log.append(told[:15])
    log.append_bytes("customer:1", b"no event")
    log.append(told[15:])
    log.append_bytes("visitor:a", b"no event either")
    return log


def emptied(connection: Connection, log: MemoryLog, projection: Projection) -> Table:
    """Return a live table without rows; what an earlier one left beside it is gone."""
    (table,) = live_tables(connection, log, [projection])
    connection.execute("TRUNCATE engine.signal, engine.dead_letter")
    return table


def halfway(positions: Mapping[int, int], ends: Mapping[int, int]) -> dict[int, int]:
    """Return positions between two vectors, and the end when there is nothing between."""
    return {partition: (positions[partition] + end + 1) // 2 for partition, end in ends.items()}


def assert_whole(connection: Connection, log: MemoryLog, table: Table) -> None:
    """Hold what is stored equal to a fold of the log up to the checkpoint: nothing is missing, nothing is ahead."""
    assert held(connection, table) == wanted(log, table.projection, positions_of(connection, table))
