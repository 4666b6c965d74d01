"""New versions are built beside the old: the old one serves until the new one has caught up, then they swap."""

from datetime import datetime

import pytest

from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from projections._engine.columns import Key, Max, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals
from projections._engine.registry import Connection
from projections._engine.verify import verify
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.tables import Connect, drain, opened, pump
from tests.projections.engine.tally import Beside, searches

TABLES = "SELECT table_name, state FROM engine.projection WHERE name = 'counted' ORDER BY created_at, table_name"


def first_version() -> Projection:
    """Return the version that counts."""

    class Counted(Projection, version=1):
        """Counts."""

        subject: Key[str]
        searches: Sum

        @folds(SearchPerformed)
        def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
            """Count one."""
            return self.row(envelope.subject, searches=1)

        @signals(SearchPerformed)
        def in_vain(self, event: SearchPerformed, envelope: Envelope) -> Signal | None:
            """Tell of a search in vain."""
            return Signal("asked_in_vain", envelope.subject, {}) if not event.result_count else None

    return Counted()


def second_version() -> Projection:
    """Return the version that also knows when."""

    class Counted(Projection, version=2):
        """Counts, and remembers."""

        subject: Key[str]
        searches: Sum
        last: Max[datetime]

        @folds(SearchPerformed)
        def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
            """Count one."""
            return self.row(envelope.subject, searches=1, last=envelope.time)

        @signals(SearchPerformed)
        def in_vain(self, event: SearchPerformed, envelope: Envelope) -> Signal | None:
            """Tell of a search in vain."""
            return Signal("asked_in_vain", envelope.subject, {}) if not event.result_count else None

    return Counted()


def counted(connection: Connection) -> tuple[int, bool]:
    """Return the sum that the view shows, and whether it is the second version's."""
    with connection.cursor() as cursor:
        rows = cursor.execute("SELECT * FROM projection.counted").fetchall()
        names = [column.name for column in cursor.description or ()]
    return sum(row[names.index("searches")] for row in rows), "last" in names


def test_the_old_version_serves_until_the_new_one_has_caught_up(connect: Connect) -> None:
    """A reader sees one or the other, never half of the new one; the old table goes."""
    log = MemoryLog()
    log.append(searches(60))
    with connect() as connection:
        pump(log, connect, [first_version()])
        (building,) = opened(connection, log, [second_version()])
        drain(log, connect, [building], until=dict.fromkeys(range(log.partitions), 5))
        half_way = counted(connection)
        log.append(searches(6, first=60))

        pump(log, connect, [second_version()])

        assert (half_way, counted(connection)) == ((60, False), (66, True))
        assert connection.execute(TABLES).fetchall() == [("counted_v1_g1", "retired"), ("counted_v2_g1", "live")]
        assert connection.execute("SELECT to_regclass('projection.counted_v1_g1')").fetchone() == (None,)
        assert connection.execute("SELECT DISTINCT table_name FROM engine.checkpoint").fetchall() == [
            ("counted_v2_g1",)
        ]


def test_building_goes_on_where_it_was_interrupted(connect: Connect) -> None:
    """A restart folds what is left, and nothing again."""
    log = MemoryLog()
    log.append(searches(60))
    with connect() as connection:
        (building,) = opened(connection, log, [first_version()])
        drain(log, connect, [building], until=dict.fromkeys(range(log.partitions), 5))

        progress = pump(log, connect, [first_version()])

        done = sum(min(5, end) for end in log.ends().values())
        assert progress.events == 60 - done
        assert counted(connection) == (60, False)


def test_going_back_to_an_old_version_builds_it_again(connect: Connect) -> None:
    """A rolled back release finds its rows as they should be by now."""
    log = MemoryLog()
    log.append(searches(10))
    with connect() as connection:
        for version in (first_version(), second_version(), first_version()):
            pump(log, connect, [version])
            log.append(searches(10, first=sum(log.ends().values())))

        pump(log, connect, [first_version()])

        assert counted(connection) == (40, False)
        assert verify(connection, opened(connection, log, [first_version()]), log)[0].equal


@pytest.mark.parametrize(
    "release", [[first_version(), Beside()], [second_version()]], ids=["one more", "a new version"]
)
def test_an_upgrade_swallows_no_signal(connect: Connect, release: list[Projection]) -> None:
    """What happened between the old release and the new one is still heard of; what was history is not."""
    log = MemoryLog()
    log.append(searches(5, found=0))
    with connect() as connection:
        pump(log, connect, [first_version()])
        log.append(searches(3, first=5, found=0))

        pump(log, connect, release)

        heard = connection.execute("SELECT event_id FROM engine.signal ORDER BY 1").fetchall()
        assert heard == [("search-5",), ("search-6",), ("search-7",)]
