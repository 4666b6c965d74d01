"""What a pump does from turn to turn, over a group in memory that does exactly what the test says."""

from collections.abc import Callable
from functools import partial
from threading import Event

import pytest

from events.log import Chunk
from events.log.errors import LogUnavailable, RecordsGone
from projections._engine.errors import LogChanged
from projections._engine.group_pump import GroupPump
from projections._engine.pump import Lane
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.memory_group import MemoryGroup
from tests.projections.engine.oracle import held, positions_of, wanted
from tests.projections.engine.tables import Connect, opened, pump
from tests.projections.engine.tally import Tally, searches

TALLY = Tally()
CUT_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

Turns = Callable[[MemoryGroup, int], list[Chunk] | None]


class FlickeringLog(MemoryLog):
    """A log of one partition whose broker does not answer at some of the questions about its identity."""

    def __init__(self, silent_at: set[int]) -> None:
        """Be silent at the questions with these numbers, from one on."""
        super().__init__(1)
        self._silent_at = silent_at
        self._asked = 0

    def current_id(self) -> str:
        """Return the identity. Raises LogUnavailable where it is silent."""
        self._asked += 1
        if self._asked in self._silent_at:
            message = "nobody answers"
            raise LogUnavailable(message)
        return super().current_id()


def run(log: MemoryLog, connect: Connect, turns: Turns, stop: Event, batch_events: int = 10) -> GroupPump:
    """Run a pump until it is stopped in some turn, and return it."""
    running = GroupPump(log, connect, [TALLY], partial(MemoryGroup, log, turns), batch_events=batch_events)
    running.run(stop)
    return running


def until_the_end(stop: Event, log: MemoryLog) -> Turns:
    """Stop when all of the log was handed over and one more turn went by."""

    def turns(group: MemoryGroup, _: int) -> None:
        if group.at == log.ends():
            stop.set()

    return turns


def assert_counted_once(connect: Connect, log: MemoryLog, running: GroupPump) -> None:
    """Hold the rows, the checkpoint and what the pump says of itself to the log."""
    with connect() as connection:
        (table,) = opened(connection, log, [TALLY])
        assert positions_of(connection, table) == log.ends()
        assert held(connection, table)[:2] == wanted(log, TALLY, log.ends())[:2]
    assert running.progress.events == sum(log.ends().values())


def test_what_comes_in_once_more_is_not_folded_again_and_what_is_new_with_it_is(connect: Connect) -> None:
    """After a rebalance, what was fetched for an earlier assignment may come in, and reach beyond what is known."""
    log, stop = MemoryLog(1), Event()
    log.append(searches(60))
    end_of = until_the_end(stop, log)

    def turns(group: MemoryGroup, turn: int) -> list[Chunk] | None:
        end_of(group, turn)
        return log.read({0: group.at[0] - 7}, 10) if turn in {3, 5} else None

    running = run(log, connect, turns, stop)

    assert_counted_once(connect, log, running)


def test_what_was_on_its_way_when_the_log_went_away_is_committed_and_counted(connect: Connect) -> None:
    """The pump takes its hands off, and comes back to where it stands by then."""
    log, stop = FlickeringLog({2, 5}), Event()
    log.append(searches(60))

    running = run(log, connect, until_the_end(stop, log), stop)

    assert_counted_once(connect, log, running)
    assert running.progress.interruptions == 2


def test_a_pump_whose_connections_are_cut_goes_on(connect: Connect) -> None:
    """Those it writes with and the one it says with that it pumps; what was on its way counts once."""
    log, stop = MemoryLog(1), Event()
    log.append(searches(60))
    end_of = until_the_end(stop, log)

    def turns(group: MemoryGroup, turn: int) -> None:
        end_of(group, turn)
        if turn in {3, 5}:
            with connect() as connection:
                connection.execute(CUT_ALL)

    running = run(log, connect, turns, stop)

    assert_counted_once(connect, log, running)


def test_a_pump_that_is_stopped_while_another_takes_over_leaves_quietly(connect: Connect) -> None:
    """Its last batch is the other's to do now: that is no reason to end with an error."""
    log, stop = MemoryLog(1), Event()
    log.append(searches(40))
    pump(log, connect, [TALLY])
    log.append(searches(20, first=40))
    with connect() as connection:
        (table,) = opened(connection, log, [TALLY])

        def turns(_: MemoryGroup, turn: int) -> None:
            if turn == 1:
                Lane(log, connect, [table]).close()
                stop.set()

        running = run(log, connect, turns, stop)

        assert running.progress.events == 0
        assert positions_of(connection, table) == {0: 40}


def test_partitions_that_come_while_the_hands_are_off_are_taken_afterwards(connect: Connect) -> None:
    """Until then nobody may be told that they are read."""
    log, stop = FlickeringLog({1}), Event()
    log.append(searches(30))
    end_of = until_the_end(stop, log)

    def turns(group: MemoryGroup, turn: int) -> None:
        end_of(group, turn)
        if turn == 2:
            assert group.at == {}
            group.gain([0])
            assert group.at == {}

    running = run(log, connect, turns, stop)

    assert_counted_once(connect, log, running)


def test_records_that_are_gone_stop_the_pump_with_a_sentence(connect: Connect) -> None:
    """It says what is missing and that nothing was changed."""
    log, stop = MemoryLog(1), Event()
    log.append(searches(30))

    def turns(_: MemoryGroup, turn: int) -> None:
        if turn == 3:
            message = "The first of them is gone."
            raise RecordsGone(message)

    with pytest.raises(LogChanged, match=r"The first of them is gone\. Nothing was changed"):
        run(log, connect, turns, stop)


def test_the_group_is_told_how_far_everything_is_committed(connect: Connect) -> None:
    """For those who look at Kafka's own lag; nothing depends on it."""
    log, stop = MemoryLog(2), Event()
    log.append(searches(30))
    told: list[dict[int, int]] = []

    def turns(group: MemoryGroup, _: int) -> None:
        told.append(dict(group.told))
        if group.told == log.ends():
            stop.set()

    run(log, connect, turns, stop)

    assert told[-1] == log.ends()
