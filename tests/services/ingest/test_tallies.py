"""Counts of what came add up, whoever adds them, and are told by day and by type."""

from datetime import date
from threading import Barrier, Thread

import pytest

from services.ingest import tallies
from services.ingest.verdict import Outcome
from services.installation import Connection
from tests.conftest import Connect

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)
SEARCH, VIEW = "regulars.search.performed.v2", "regulars.visit.page_viewed.v1"


@pytest.fixture
def connection(connect: Connect) -> Connection:
    """Return a connection to a database that has counted nothing."""
    return connect()


def test_counts_add_up(connection: Connection) -> None:
    """By source, day, type and outcome."""
    tallies.add(
        connection, {("shop", FIRST, SEARCH, Outcome.STORED): 97, ("shop", FIRST, SEARCH, Outcome.REJECTED): 3}, {}
    )
    tallies.add(connection, {("shop", FIRST, SEARCH, "stored"): 1, ("till", SECOND, "", "ignored"): 5}, {})
    tallies.add(connection, {}, {})

    assert tallies.counted(connection) == [
        ("shop", FIRST, SEARCH, "rejected", 3),
        ("shop", FIRST, SEARCH, "stored", 98),
        ("till", SECOND, "", "ignored", 5),
    ]
    assert tallies.counted(connection, source="till") == [("till", SECOND, "", "ignored", 5)]
    assert tallies.counted(connection, source="shop", since=SECOND) == []
    assert tallies.counted(connection, source="a\0b") == []


def test_violations_are_told_by_type_over_all_days(connection: Connection) -> None:
    """The commonest of a source first, with when they began and when the last was counted."""
    tallies.add(
        connection, {}, {("shop", FIRST, VIEW, "", "blocked"): 2, ("shop", FIRST, SEARCH, "session", "flagged"): 3}
    )
    tallies.add(connection, {}, {("shop", SECOND, VIEW, "", "blocked"): 5, ("till", SECOND, VIEW, "", "flagged"): 1})

    rows = tallies.violations(connection)

    assert [row[:6] for row in rows] == [
        ("shop", VIEW, "", "blocked", 7, FIRST),
        ("shop", SEARCH, "session", "flagged", 3, FIRST),
        ("till", VIEW, "", "flagged", 1, SECOND),
    ]
    assert rows[0].last_at > rows[1].last_at
    assert [row.events for row in tallies.violations(connection, source="shop", since=SECOND)] == [5]


def test_both_are_added_or_neither(connection: Connection) -> None:
    """So counts that could not be written down can be added again."""
    bad = {("shop", FIRST, VIEW, "", "forgiven"): 1}

    with pytest.raises(Exception, match="violation_action_check"):
        tallies.add(connection, {("shop", FIRST, SEARCH, "stored"): 1}, bad)

    assert tallies.counted(connection) == []


def test_processes_that_count_at_once_do_not_hinder_each_other(connect: Connect) -> None:
    """Each has met the types in another order."""
    keys = [("shop", FIRST, f"type-{number}", "stored") for number in range(50)]
    connections = [connect() for _ in range(3)]
    start = Barrier(3)

    def count(place: int) -> None:
        start.wait()
        for _ in range(20):
            tallies.add(connections[place], dict.fromkeys(keys[:: -1 if place % 2 else 1], 1), {})

    threads = [Thread(target=count, args=[place]) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {tally.events for tally in tallies.counted(connections[0])} == {60}
