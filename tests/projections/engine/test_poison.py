"""Poison: an event that cannot be read, folded or stored is parked with its coordinates, and its neighbours go on."""

import pytest

from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from events.log.postgres import Journal
from projections._engine import dead_letters
from projections._engine.columns import Key, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals
from projections._engine.verify import verify
from tests.contracts.memory_log import MemoryLog
from tests.projections.engine.oracle import held, positions_of, wanted
from tests.projections.engine.tables import Connect, drain, live_tables, opened, pump
from tests.projections.engine.tally import Beside, Tally, search, searches


class Shouting(Projection, version=1):
    """Signals every search, and cannot put some of them into words."""

    subject: Key[str]
    searches: Sum

    @folds(SearchPerformed)
    def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
        """Count every search."""
        return self.row(envelope.subject, searches=1)

    @signals(SearchPerformed)
    def shout(self, event: SearchPerformed, envelope: Envelope) -> Signal:
        """Shout the word; raises KeyError where it has none."""
        return Signal("shouted", envelope.subject, {"word": {"kettle": "KETTLE"}[event.query]})


TALLY = Tally()
LARGEST = 2**63 - 1

# Bytes as no writer of ours would store them, at the end of a partition.
PUT = """
WITH moved AS (UPDATE journal.partition SET next_offset = next_offset + 1, last_recorded_at = now()
                WHERE partition = 0 RETURNING next_offset - 1 AS place)
INSERT INTO journal.event (partition, "offset", recorded_at, "time", id, subject, type, value)
SELECT 0, place, now(), now(), 'bad-' || place, 'customer:1', 'x', %s FROM moved
"""

UNREADABLE = {
    b"": "malformed",
    b"no event": "malformed",
    b"no event\nin two lines\n": "malformed",
    b"\xff\xfe\x00": "malformed",
    b"[" * 5_000: "malformed",
    b'{"specversion":"1.0"': "malformed",
    b'"\\ud800"': "malformed",
    b'{"type":"regulars.search.heard.v1"}': "unknown_type",
    b'{"type":"regulars.search.performed.v99"}': "unknown_version",
    b'{"type":"regulars.search.performed.v2","data":{"\\u0000":1}}': "invalid_field",
    b'{"type":"regulars.search.performed.v2","data":{"query":"\\u0000","result_count":0}}': "invalid_field",
    b'{"type":"regulars.search.performed.v2","data":{"query":NaN,"result_count":0}}': "malformed",
}


def test_what_cannot_be_read_is_parked_with_its_coordinates(connect: Connect, journal: Journal) -> None:
    """Whatever bytes lie in the journal: each is listed with its fault and a reason, and what lies around it counts."""
    with connect() as connection:
        for number, value in enumerate(UNREADABLE):
            connection.execute(PUT, [value])
            journal.append([search(number, by="customer:5")])
        pump(journal, connect, [TALLY, Beside()])

        letters = dead_letters.listed(connection)

        assert [(letter.partition, letter.value, letter.fault) for letter in letters] == [
            (0, value, fault) for value, fault in UNREADABLE.items()
        ]
        assert all(letter.missed == ["beside_v1_g1", "tally_v1_g1"] and letter.reason for letter in letters)
        assert all(dead_letters.shown(connection, 0, letter.offset) == letter for letter in letters)
        verdicts = verify(connection, opened(connection, journal, [TALLY, Beside()]), journal)
        assert [verdict.equal for verdict in verdicts] == [True, True]
        assert [(verdict.parked, verdict.unaccounted) for verdict in verdicts] == [(len(UNREADABLE), 0)] * 2
        assert connection.execute("SELECT sum(searches) FROM projection.tally").fetchone() == (len(UNREADABLE),)


def test_what_a_fold_does_not_understand_is_parked_for_its_projection_alone(connect: Connect) -> None:
    """The other projections have it, and the letter says which one does not."""
    log = MemoryLog(1)
    log.append([search(0), search(1, "poison"), search(2), search(3, "sum:nothing")])
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY, Beside()])
        progress = drain(log, connect, tables)

        first, second = dead_letters.listed(connection)

        assert (first.partition, first.offset, first.fault, first.field) == (0, 1, "fold", "tally")
        assert first.reason == "the fold failed with ValueError: nobody understands poison"
        assert (first.missed, second.missed, second.offset) == ([tables[0].name], [tables[0].name], 3)
        assert [held(connection, table)[:3] for table in tables] == [
            wanted(log, TALLY, log.ends())[:3],
            wanted(log, Beside(), log.ends())[:3],
        ]
        assert progress.parked == 2


def test_a_signal_that_fails_is_heard_of_and_stops_nothing(connect: Connect) -> None:
    """The event counts all the same: rows do not depend on signals, which a rebuild does not make."""
    log = MemoryLog(1)
    log.append([search(0), search(1, "unheard of"), search(2)])
    with connect() as connection:
        tables = live_tables(connection, log, [Shouting(), Beside()])
        drain(log, connect, tables)

        assert connection.execute("SELECT searches FROM projection.shouting").fetchall() == [(3,)]
        assert connection.execute("SELECT event_id, kind, detail FROM engine.signal ORDER BY 1").fetchall() == [
            ("search-0", "shouted", {"word": "KETTLE"}),
            ("search-1", "signal_failed", {"projection": "shouting", "reason": "KeyError: 'unheard of'"}),
            ("search-2", "shouted", {"word": "KETTLE"}),
        ]
        assert dead_letters.listed(connection) == []


@pytest.mark.parametrize("batch_events", [1, 2, 5, 1000])
@pytest.mark.parametrize(
    "found", [[LARGEST + 1], [-LARGEST - 2], [10**30], [LARGEST, 1], [2**62, 2**62]], ids=lambda found: f"{found}"
)
def test_a_row_that_cannot_be_stored_is_traced_to_its_event(
    connect: Connect, found: list[int], batch_events: int
) -> None:
    """A sum past 64 bits, at once or by and by, in memory or in the table: the last straw is parked, no more."""
    log = MemoryLog(2)
    log.append(searches(9))
    told = [search(f"big-{number}", f"sum:{value}", by="customer:big") for number, value in enumerate(found)]
    places = [receipt[1:] for receipt in log.append(told)]
    log.append(searches(9, first=9))
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY, Beside()])
        drain(log, connect, tables, batch_events=batch_events)

        (letter,) = dead_letters.listed(connection)

        assert (letter.partition, letter.offset) == places[-1]
        assert (letter.fault, letter.field, letter.missed) == ("fold", "tally", [tables[0].name])
        assert "cannot be stored" in letter.reason
        assert [positions_of(connection, table) for table in tables] == [log.ends()] * 2
        assert [verdict.equal for verdict in verify(connection, tables, log)] == [True, True]
        assert connection.execute("SELECT sum(searches) FROM projection.beside").fetchone() == (18 + len(found),)
