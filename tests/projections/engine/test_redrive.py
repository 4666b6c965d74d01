"""Redrive: after a fix a parked event gets its one effect, once, whoever asks for it and how often."""

from collections.abc import Iterator, Sequence
from threading import Barrier, Thread

import pytest

from events.codec import Codec, Rejected
from events.envelope import Envelope
from projections._engine import dead_letters
from projections._engine.dead_letters import Redriven
from projections._engine.registry import Connection
from projections._engine.verify import verify
from projections.identity import Identity
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held, persons_held, wanted
from tests.projections.engine.tables import Connect, drain, live_tables
from tests.projections.engine.tally import UNREADABLE, Beside, Tally, search, searches, understood

TALLY = Tally()
HEARD = b'"regulars.search.heard.v1"'
LARGEST = 2**63 - 1


class Completed(Codec):
    """A codec that knows one type more: what an upgrade of the catalogue brings."""

    def decode_batch(self, values: Sequence[bytes]) -> tuple[list[Envelope | None], list[Rejected]]:
        """Read the type that nobody knew as a search."""
        return super().decode_batch([value.replace(HEARD, b'"regulars.search.performed.v2"') for value in values])


@pytest.fixture(autouse=True)
def nothing_understood() -> Iterator[None]:
    """Begin and end with searches that nobody understands."""
    understood.clear()
    yield
    understood.clear()


def poisoned_log() -> MemoryLog:
    """Return a log with two searches that cannot be folded, among others."""
    log = MemoryLog(2)
    log.append([*searches(10), search("p", "poison"), search("q", "poison too"), *searches(5, first=10)])
    return log


def counts(connection: Connection, name: str) -> int:
    """Return how many searches a projection counts."""
    row = connection.execute(f"SELECT coalesce(sum(searches), 0) FROM projection.{name}".encode()).fetchone()
    assert row is not None
    return int(row[0])


def test_a_parked_event_counts_once_after_the_fix(connect: Connect) -> None:
    """Its projection has it then, the others have it no second time, and the letter is gone from the list."""
    log = poisoned_log()
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY, Beside()])
        drain(log, connect, tables)
        understood.update(UNREADABLE)

        done = dead_letters.redrive(connect, tables, dead_letters.listed(connection))

        assert sorted(letter.applied for letter in done) == [["tally"], ["tally"]]
        assert dead_letters.listed(connection) == []
        assert (counts(connection, "tally"), counts(connection, "beside")) == (17, 17)
        assert [verdict.equal for verdict in verify(connection, tables, log)] == [True, True]


def test_what_still_fails_stays_parked(connect: Connect) -> None:
    """The answer says why; the letters before and after it are driven."""
    log = poisoned_log()
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY])
        drain(log, connect, tables)
        understood.add("poison too")

        done = dead_letters.redrive(connect, tables, dead_letters.listed(connection))

        assert [(letter.applied, letter.reason) for letter in done] == [
            ([], "tally: the fold failed with ValueError: nobody understands poison"),
            (["tally"], ""),
        ]
        assert [letter.missed for letter in dead_letters.listed(connection)] == [[tables[0].name]]
        assert held(connection, tables[0])[:3] == wanted(log, TALLY, log.ends())[:3]


def test_driving_a_list_again_changes_nothing(connect: Connect) -> None:
    """A list that was read before somebody else redrove it is out of date, and harmless."""
    log = poisoned_log()
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY])
        drain(log, connect, tables)
        understood.update(UNREADABLE)
        listed = dead_letters.listed(connection)
        dead_letters.redrive(connect, tables, listed)

        again = dead_letters.redrive(connect, tables, listed)

        assert [letter.applied for letter in again] == [[], []]
        assert counts(connection, "tally") == 17


def test_two_redrives_at_once_count_once(connect: Connect) -> None:
    """Each letter is locked while it is driven; whoever comes second finds nothing missing."""
    log = MemoryLog()
    log.append([search(number, "poison", by=f"customer:{number % 3}") for number in range(30)])
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY])
        drain(log, connect, tables)
        understood.update(UNREADABLE)
        listed = dead_letters.listed(connection)
        done: list[Redriven] = []
        start = Barrier(4)

        def redrive() -> None:
            start.wait()
            done.extend(dead_letters.redrive(connect, tables, listed))

        threads = [Thread(target=redrive) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(len(letter.applied) for letter in done) == [0] * 90 + [1] * 30
        assert counts(connection, "tally") == 30
        assert verify(connection, tables, log)[0].equal


def test_what_could_not_be_read_is_driven_into_every_projection(connect: Connect) -> None:
    """A type that nobody knew becomes known; the graph of identities settles with it."""
    log = MemoryLog()
    value = Codec().encode(search(1)).replace(b'"regulars.search.performed.v2"', HEARD)
    log.append_bytes("customer:1", value)
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY, Beside(), Identity()])
        drain(log, connect, tables)

        (before,) = dead_letters.listed(connection)
        (done,) = dead_letters.redrive(connect, tables, [before], Completed())

        assert before.fault == "unknown_type"
        assert done.applied == ["tally", "beside", "identity"]
        assert (counts(connection, "tally"), counts(connection, "beside")) == (1, 1)
        assert persons_held(connection) == {}


def test_what_still_cannot_be_stored_stays_parked_and_stops_nothing(connect: Connect) -> None:
    """A sum past 64 bits is not mended by asking again; the letters after it are driven all the same."""
    log = MemoryLog(1)
    log.append([search(1, f"sum:{LARGEST}"), search(2, "sum:1"), search(3, "poison", by="customer:2")])
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY])
        drain(log, connect, tables, batch_events=1)
        understood.update(UNREADABLE)

        unstorable, mended = dead_letters.redrive(connect, tables, dead_letters.listed(connection))

        assert (unstorable.applied, mended.applied) == ([], ["tally"])
        assert "cannot be stored" in unstorable.reason
        assert [letter.offset for letter in dead_letters.listed(connection)] == [1]
        assert verify(connection, tables, log)[0].equal


def test_letters_are_listed_by_fault_and_shown_by_their_coordinates(connect: Connect) -> None:
    """The oldest first, as many as were asked for; where none lies there is none."""
    log = poisoned_log()
    log.append_bytes("customer:1", b"no event")
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [TALLY]))

        letters = dead_letters.listed(connection)

        assert [letter.fault for letter in letters] == ["fold", "fold", "malformed"]
        assert dead_letters.listed(connection, limit=1) == letters[:1]
        assert dead_letters.listed(connection, fault="malformed") == letters[2:]
        assert dead_letters.shown(connection, letters[2].partition, letters[2].offset) == letters[2]
        assert dead_letters.shown(connection, 0, 999) is None
