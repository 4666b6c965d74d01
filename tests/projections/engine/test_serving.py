"""Which tables a group of pumps serves: the live ones together, or all of a new installation until they are live."""

import pytest

from projections._engine import serving
from projections._engine.declaration import Projection
from projections._engine.errors import Fenced
from projections._engine.pump import Lane
from projections._engine.rebuild import rebuild
from projections._engine.registry import Table, live_tables
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.tables import Connect, drain, pump
from tests.projections.engine.tally import Beside, Tally, searches
from tests.projections.engine.test_versions import first_version, second_version

BOTH: list[Projection] = [Tally(), Beside()]


def names(tables: list[Table]) -> list[str]:
    """Return the tables' names."""
    return [table.name for table in tables]


def filled_log() -> MemoryLog:
    """Return a log with something in every partition."""
    log = MemoryLog()
    log.append(searches(60))
    return log


def test_a_new_installation_serves_everything_at_once(connect: Connect) -> None:
    """There is nothing that would have to wait, and nothing to build beside."""
    log = filled_log()
    with connect() as connection:
        assert names(serving.served(connection, log, BOTH)) == ["tally_v1_g1", "beside_v1_g1"]
        assert serving.unserved(connection, log, BOTH) == []


def test_what_is_new_is_built_beside_what_is_live(connect: Connect) -> None:
    """A projection and a version that are new are not served before they are live."""
    log = filled_log()
    pump(log, connect, [first_version(), Beside()])
    release = [second_version(), Beside(), Tally()]
    with connect() as connection:
        assert names(serving.served(connection, log, release)) == ["beside_v1_g1"]
        assert names(serving.unserved(connection, log, release)) == ["counted_v2_g1", "tally_v1_g1"]


def test_tables_become_live_together_when_all_have_seen_what_was_there(connect: Connect) -> None:
    """One that has not come to where it was made keeps the others waiting, since they are served together."""
    log = filled_log()
    with connect() as connection:
        tables = serving.served(connection, log, BOTH)
        made_at = log.ends()
        log.append(searches(20, first=60))
        drain(log, connect, tables[:1])
        drain(log, connect, tables[1:], until={**made_at, 2: made_at[2] - 1})
        assert not serving.changed(connection, log, BOTH, tables)
        assert live_tables(connection, BOTH) == []

        drain(log, connect, tables[1:], until=made_at)

        assert serving.changed(connection, log, BOTH, tables)
        assert names(live_tables(connection, BOTH)) == names(tables)


def test_a_pump_that_still_holds_the_new_tables_is_fenced_when_another_makes_them_live(connect: Connect) -> None:
    """It would settle nobody's identity: to it the tables are not live. It looks again and finds that they are."""
    log = filled_log()
    with connect() as connection:
        tables = serving.served(connection, log, BOTH)
        with Lane(log, connect, tables) as lane:
            lane.drain(log.ends())
            log.append(searches(20, first=60))

            assert serving.changed(connection, log, BOTH, tables)

            with pytest.raises(Fenced):
                lane.drain(log.ends())
        assert not serving.changed(connection, log, BOTH, serving.served(connection, log, BOTH))


@pytest.mark.parametrize(
    ("release", "at_first"),
    [([second_version(), Beside()], ["beside_v1_g1"]), ([second_version()], ["counted_v2_g1"])],
    ids=["beside others", "alone"],
)
def test_pumps_go_on_undisturbed_while_a_new_version_is_built(
    connect: Connect, release: list[Projection], at_first: list[str]
) -> None:
    """Only when it is live are there other tables to serve; the old version that is still live is not theirs."""
    log = filled_log()
    pump(log, connect, [first_version(), Beside()])
    with connect() as connection:
        tables = serving.served(connection, log, release)
        assert names(tables) == at_first
        assert not serving.changed(connection, log, release, tables)

        pump(log, connect, release)

        assert serving.changed(connection, log, release, tables)
        assert set(names(serving.served(connection, log, release))) >= {"counted_v2_g1"}


def test_pumps_notice_that_a_table_was_rebuilt(connect: Connect) -> None:
    """The next generation is another table, which they have to serve instead."""
    log = filled_log()
    pump(log, connect, BOTH)
    with connect() as connection:
        tables = serving.served(connection, log, BOTH)
        assert not serving.changed(connection, log, BOTH, tables)

        rebuild(Tally(), log, connect)

        assert serving.changed(connection, log, BOTH, tables)
