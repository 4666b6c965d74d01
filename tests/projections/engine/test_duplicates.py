"""Over Kafka the log may hold an event twice: it counts once, whoever sent it again and however it is folded."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from typing import NamedTuple

import pytest

from events.codec import Codec
from events.envelope import Envelope
from events.errors import Fault
from events.log import Record
from events.log.kafka import KafkaLog
from projections._engine import checkpoint, dead_letters
from projections._engine.digest import digest_of_states
from projections._engine.errors import Fenced
from projections._engine.pump import Lane
from projections._engine.rebuild import rebuild
from projections._engine.reference import fold
from projections._engine.registry import Connection, Table
from projections._engine.verify import verify
from tests.contracts.kafka_topics import OpenKafka
from tests.laws.histories import as_read
from tests.projections.engine.oracle import SIGNALS
from tests.projections.engine.tables import Connect, digest_of, drain, live_tables, new_tables, opened, pump
from tests.projections.engine.tally import Beside, Tally, search, searches

CODEC = Codec()
TALLY = Tally()
DUPLICATES = "SELECT partition, duplicates FROM engine.checkpoint WHERE table_name = %s ORDER BY 1"
LETTERS = 'SELECT partition, "offset", fault FROM engine.dead_letter WHERE %s = ANY (missed) ORDER BY 1, 2'
LARGEST = 2**63 - 1


class Decided(NamedTuple):
    """What was decided of every event: which rows they come to, what does not count, and what is parked."""

    digest: str
    duplicates: dict[int, int]
    letters: list[tuple[int, int, str]]


Way = Callable[[OpenKafka, Connect, Table], Table]
"""A way to bring a new table to the end of the log; it returns the table that is there then."""


def decided(connection: Connection, table: Table) -> Decided:
    """Return what was decided for a table."""
    return Decided(
        digest_of(connection, table),
        dict(connection.execute(DUPLICATES, [table.name]).fetchall()),
        connection.execute(LETTERS, [table.name]).fetchall(),
    )


def digest_of_facts(told: Sequence[Envelope]) -> str:
    """Return the digest of a tally in which each of these facts counts once."""
    return digest_of_states(TALLY, fold(TALLY, as_read(told)))[0]


def put(log: KafkaLog, value: bytes) -> None:
    """Append bytes that need be no event."""
    log.append_records([Record(0, 0, datetime.now(UTC), "customer:1", value)])


def awkward_history(log: KafkaLog) -> list[Envelope]:
    """Send everything that a log may hold a second time, and return the facts that count."""
    dice = Random(5)
    told = [search(number, f"thing {number % 11}", by=f"customer:{number % 7}") for number in range(120)]
    poison = [search(f"p-{number}", "poison", by=f"customer:{number}") for number in range(3)]
    largest = search("largest", f"sum:{LARGEST}", by="customer:1")
    sent = [*told, *poison, *dice.choices(told, k=60), *poison, largest, largest]
    sent += [search(number, "another thing", by=f"customer:{number % 7}") for number in range(0, 120, 9)]
    dice.shuffle(sent)
    for start in range(0, len(sent), 30):
        log.append(sent[start : start + 30])
        put(log, b"no event")
    return sent


def whole(open_kafka: OpenKafka, connect: Connect, table: Table) -> Table:
    """Drain all of it as one batch."""
    drain(open_kafka(), connect, [table], batch_events=100_000)
    return table


def by_threes(open_kafka: OpenKafka, connect: Connect, table: Table) -> Table:
    """Drain it in small batches."""
    drain(open_kafka(), connect, [table], batch_events=3)
    return table


def handed_over(open_kafka: OpenKafka, connect: Connect, table: Table) -> Table:
    """Have workers take over from each other, some with rows of ids and some without; the loser may not go on."""
    log, dice = open_kafka(), Random(2)
    for turn in range(4):
        with Lane(log, connect, [table], batch_events=9) as loser, Lane(log, connect, [table]) as winner:
            ends = log.ends()
            winner.drain({partition: dice.randint(end * turn // 4, end) for partition, end in ends.items()})
            with pytest.raises(Fenced):
                loser.drain(ends)
        if turn % 2:
            with connect() as connection:
                connection.execute("DELETE FROM engine.seen_ids WHERE first_offset % 2 = 0")
    drain(log, connect, [table])
    return table


def rebuilt(open_kafka: OpenKafka, connect: Connect, table: Table) -> Table:
    """Build it anew beside the live one, when most of it has been folded already."""
    log = open_kafka()
    drain(log, connect, [table], until={partition: end * 2 // 3 for partition, end in log.ends().items()})
    with connect() as connection:
        rebuild(TALLY, log, connect)
        pump(log, connect, [TALLY])
        return opened(connection, log, [TALLY])[0]


WAYS: tuple[Way, ...] = (by_threes, handed_over, rebuilt)


@pytest.mark.parametrize("batch_events", [1000, 7], ids=["one batch", "many batches"])
def test_what_another_producer_sends_again_counts_once(
    open_kafka: OpenKafka, connect: Connect, batch_events: int
) -> None:
    """It is counted beside the checkpoint, for each table, and in the pump's progress; a signal is not raised twice."""
    one, other = open_kafka(), open_kafka()
    told = searches(200, found=0)
    one.append(told)
    other.append(told[150:])
    one.append(told[::2])
    with connect() as connection:
        tables = live_tables(connection, one, [TALLY, Beside()])

        progress = drain(one, connect, tables, batch_events=batch_events)

        assert (progress.events, progress.duplicates, progress.parked) == (350, 150, 0)
        assert [sum(decided(connection, table).duplicates.values()) for table in tables] == [150, 150]
        assert digest_of(connection, tables[0]) == digest_of_facts(told)
        assert len(connection.execute(SIGNALS).fetchall()) == 200
        assert [verdict.equal for verdict in verify(connection, tables, one)] == [True, True]


def test_another_event_under_a_known_id_is_parked_for_good(open_kafka: OpenKafka, connect: Connect) -> None:
    """The first one counts; the other is no duplicate, lies in the dead letters of every table, and stays there."""
    log = open_kafka()
    told, forged = searches(20), search(3, "something else", by="customer:3", found=0)
    log.append([*told, forged])
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY, Beside()])
        progress = drain(log, connect, tables)
        (letter,) = dead_letters.listed(connection)

        (done,) = dead_letters.redrive(connect, tables, [letter])

        assert (letter.fault, letter.value) == (Fault.CONFLICT, CODEC.encode(forged))
        assert letter.missed == sorted(table.name for table in tables)
        assert (done.applied, done.reason) == ([], letter.reason)
        assert "under an id of its own" in done.reason
        assert dead_letters.listed(connection) == [letter]
        assert (progress.duplicates, progress.parked) == (0, 1)
        assert digest_of(connection, tables[0]) == digest_of_facts(told)
        assert connection.execute(SIGNALS).fetchall() == []
        assert [(verdict.equal, verdict.parked) for verdict in verify(connection, tables, log)] == [(True, 1)] * 2


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_every_way_decides_the_same(open_kafka: OpenKafka, connect: Connect, way: Way) -> None:
    """Rows, duplicates by partition and parked events are those of one batch over the whole log; verify agrees."""
    log = open_kafka()
    awkward_history(log)
    with connect() as connection:
        (alone,) = new_tables(connection, log, [TALLY])
        expected = decided(connection, whole(open_kafka, connect, alone))
        connection.execute("DELETE FROM engine.seen_ids")
        (table,) = live_tables(connection, log, [TALLY])

        reached = way(open_kafka, connect, table)

        assert decided(connection, reached) == expected
        assert verify(connection, [reached], log)[0].equal
        assert sum(expected.duplicates.values()) > 50
        assert {fault for *_, fault in expected.letters} == {"conflict", "fold", "malformed"}
        assert any("cannot be stored" in letter.reason for letter in dead_letters.listed(connection))


def test_an_event_that_was_parked_has_been_seen(open_kafka: OpenKafka, connect: Connect) -> None:
    """Sent again it is a duplicate and no second letter: redrive would count it twice. Bytes without an id are."""
    log = open_kafka()
    poison = search("p", "poison")
    log.append([poison, poison])
    put(log, b"no event")
    put(log, b"no event")
    with connect() as connection:
        tables = live_tables(connection, log, [TALLY])

        progress = drain(log, connect, tables)

        assert [letter.fault for letter in dead_letters.listed(connection)].count("fold") == 1
        assert [letter.fault for letter in dead_letters.listed(connection)].count("malformed") == 2
        assert (progress.duplicates, progress.parked) == (1, 3)


def test_a_table_that_stands_further_back_decides_by_its_own_past(open_kafka: OpenKafka, connect: Connect) -> None:
    """A new projection begins at the first event, although the ids of the latest ones have all been kept."""
    log = open_kafka()
    told = searches(60)
    log.append([*told, *told[30:]])
    with connect() as connection:
        pump(log, connect, [Beside()])
        log.append(told[:10])

        pump(log, connect, [Beside(), TALLY])

        tables = opened(connection, log, [Beside(), TALLY])
        assert [checkpoint.positions(connection, table.name) for table in tables] == [log.ends()] * 2
        assert [sum(decided(connection, table).duplicates.values()) for table in tables] == [40, 40]
        assert digest_of(connection, tables[1]) == digest_of_facts(told)
        assert [verdict.equal for verdict in verify(connection, tables, log)] == [True, True]
