"""Where the log ends: told while it answers, and nobody waits for long where it does not."""

import socket
import time
from contextlib import closing
from itertools import count

import pytest

from events.log import EventLog
from events.log.cluster import Cluster
from events.log.errors import LogUnavailable
from events.log.kafka import KafkaLog
from services.api.ends import FRESH_SECONDS, PATIENCE_SECONDS, Ends, lag_of
from tests.contracts.facts import facts
from tests.contracts.memory_log import MemoryLog


def test_it_is_looked_up_twice_a_second_at_most() -> None:
    """What came since is told with the next look."""
    log = MemoryLog()
    ends = Ends(lambda: log)

    first = ends.now()
    log.append(facts(5))
    soon = ends.now()
    time.sleep(FRESH_SECONDS)
    later = ends.now()

    assert (first, soon) == (log.starts(), log.starts())
    assert later == log.ends()
    assert lag_of(log.starts(), later) == 5


def test_a_log_that_says_nothing_is_waited_for_once() -> None:
    """For a second, and not again by whoever asks while it still says nothing: how far behind is not known."""
    with closing(socket.create_server(("127.0.0.1", 0))) as deaf:
        cluster = Cluster("{}:{}".format(*deaf.getsockname()))
        ends, begun = Ends(lambda: KafkaLog(cluster)), time.monotonic()
        told = [ends.now() for _ in range(20)]
        seconds = time.monotonic() - begun

    assert told == [None] * 20
    assert PATIENCE_SECONDS <= seconds < 3 * PATIENCE_SECONDS
    assert lag_of({0: 3}, None) is None


@pytest.mark.parametrize("projected", [{}, {0: 3}])
def test_what_is_of_no_projection_lags_behind_nothing(projected: dict[int, int]) -> None:
    """Whether the log answers or not."""
    assert lag_of(projected, None) == (None if projected else 0)


def test_a_log_that_was_away_is_opened_anew() -> None:
    """As soon as it is back it is told where it ends."""
    log, tries = MemoryLog(), count()

    def opened() -> EventLog:
        if next(tries) == 0:
            message = "away"
            raise LogUnavailable(message)
        return log

    ends = Ends(opened)
    away = ends.now()
    time.sleep(FRESH_SECONDS)

    assert (away, ends.now()) == (None, log.ends())
