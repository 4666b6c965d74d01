"""Law 3, replay: however a projection came to its positions, the digest there is the same.

Live or rebuilt, in batches of any size, by one worker or by several that take partitions over from each other, from
this log or from another that holds the same facts in another order.
"""

from collections.abc import Callable, Sequence
from random import Random

import pytest

from events.envelope import Envelope
from events.log import EventLog
from events.log.postgres import Journal
from projections._engine import reference
from projections._engine.declaration import Projection
from projections._engine.digest import digest_of_states
from projections._engine.errors import Fenced
from projections._engine.pump import Lane
from projections._engine.rebuild import rebuild
from projections._engine.verify import verify
from tests.contracts.memory_log import MemoryLog
from tests.laws.histories import as_read, history
from tests.laws.sampler import EVERY
from tests.projections.engine.tables import Connect, digest_of, drain, live_tables, new_tables, opened, pump

Way = Callable[[Connect, Projection, Sequence[Envelope]], str]
"""A way to bring a projection to the end of a history; it returns the digest there."""


def whole(connect: Connect, projection: Projection, told: Sequence[Envelope]) -> str:
    """Drain all of it as one batch."""
    return _drained(connect, projection, told, batch_events=100_000)


def by_threes(connect: Connect, projection: Projection, told: Sequence[Envelope]) -> str:
    """Drain it in the smallest batches that still hold several events."""
    return _drained(connect, projection, told, batch_events=3)


def in_one_partition(connect: Connect, projection: Projection, told: Sequence[Envelope]) -> str:
    """Drain a log that was never shared out."""
    return _drained(connect, projection, told, log=MemoryLog(1))


def in_another_order(connect: Connect, projection: Projection, told: Sequence[Envelope]) -> str:
    """Drain another log, where the same facts arrived in another order."""
    shuffled = list(told)
    Random(3).shuffle(shuffled)
    return _drained(connect, projection, shuffled, log=MemoryLog(7))


def live(connect: Connect, projection: Projection, told: Sequence[Envelope]) -> str:
    """Follow a log while it grows, with a worker that starts again after every few events.

    The log is the journal, unless that serves the projection itself.
    """
    with connect() as connection:
        journal: EventLog = MemoryLog() if projection.keeps_events else Journal(connection)
        for start in range(0, len(told), 40):
            journal.append(told[start : start + 40])
            pump(journal, connect, [projection], batch_events=16)
        (table,) = opened(connection, journal, [projection])
        assert verify(connection, [table], journal)[0].equal
        return digest_of(connection, table)


def rebuilt(connect: Connect, projection: Projection, told: Sequence[Envelope]) -> str:
    """Build the table anew beside the live one."""
    log = MemoryLog()
    log.append(told)
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [projection]), batch_events=11)
    return rebuild(projection, log, connect).digest


def handed_over(connect: Connect, projection: Projection, told: Sequence[Envelope]) -> str:
    """Have workers take the partitions over from each other; whoever lost them tries to go on, and may not."""
    log = MemoryLog()
    log.append(told)
    dice = Random(len(told))
    with connect() as connection:
        (table,) = live_tables(connection, log, [projection])
        for _ in range(6):
            with Lane(log, connect, [table], batch_events=9) as loser, Lane(log, connect, [table]) as winner:
                winner.drain({partition: dice.randint(0, end) for partition, end in log.ends().items()})
                with pytest.raises(Fenced):
                    loser.drain(log.ends())
        drain(log, connect, [table])
        return digest_of(connection, table)


def _drained(
    connect: Connect,
    projection: Projection,
    told: Sequence[Envelope],
    *,
    batch_events: int = 13,
    log: MemoryLog | None = None,
) -> str:
    log = log or MemoryLog()
    log.append(told)
    with connect() as connection:
        (table,) = new_tables(connection, log, [projection])
        drain(log, connect, [table], batch_events=batch_events)
        return digest_of(connection, table)


WAYS: tuple[Way, ...] = (whole, by_threes, in_one_partition, in_another_order, live, rebuilt, handed_over)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
@pytest.mark.parametrize("projection", EVERY, ids=lambda each: each.name)
def test_every_way_leads_to_the_same_digest(connect: Connect, projection: Projection, way: Way) -> None:
    """The digest is that of a plain fold of the history, whichever way the rows were made."""
    told = history(Random(projection.name), projection, 150)
    folded, rows = digest_of_states(projection, reference.fold(projection, as_read(told)))

    reached = way(connect, projection, told)

    assert rows > 3
    assert reached == folded
