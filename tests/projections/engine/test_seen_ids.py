"""The latest ids, kept beside the checkpoints: whoever takes a partition over decides as if it had seen the log."""

from collections.abc import Sequence
from random import Random

from events.codec import Codec
from events.errors import BadEvent
from events.log import Outcome, Record
from events.log.window import WINDOW_OFFSETS, Entries, Repeats, entries_of
from projections._engine import seen_ids
from projections._engine.reference import PlainWindow
from projections._engine.registry import Connection
from projections._engine.seen_ids import Seen, window_at
from tests.projections.engine.repeating_log import RepeatingLog
from tests.projections.engine.tables import Connect, drain, live_tables
from tests.projections.engine.tally import Tally, search, searches

CODEC = Codec()
ROWS = "SELECT first_offset, next_offset FROM engine.seen_ids WHERE log_id = %s ORDER BY 1"


def entries(records: Sequence[Record]) -> Entries:
    """Return what is to be remembered of some records."""
    values = [record.value for record in records]
    ids = [None if envelope is None else envelope.id for envelope in CODEC.decode_batch(values)[0]]
    return entries_of(ids, values, [record.offset for record in records])


def kept(connection: Connection, log: RepeatingLog, first: int, end: int) -> None:
    """Keep one row for the records of a stretch of the log, as the batch of some pump does."""
    records = [record for record in log.records(0, first, end - first) if record.offset < end]
    seen_ids.keep(connection, log.log_id, [Seen(0, first, end, entries(records))])


def told_again(log: RepeatingLog) -> list[Record]:
    """Return the records of the log once more, as they would follow it."""
    end = log.ends()[0]
    return [record._replace(offset=end + number) for number, record in enumerate(log.records(0, 0, end))]


def by_rule(records: list[Record]) -> Repeats:
    """Return which of these records do not count, by the plain rule."""
    window, repeats = PlainWindow(), Repeats()
    for record in records:
        try:
            event_id = CODEC.decode(record.value).id
        except BadEvent:
            continue
        if (said := window.admit(record.offset, event_id, record.value)) is not Outcome.STORED:
            repeats[record.offset] = said
    return repeats


def by_rule_from(log: RepeatingLog, first: int, then: Sequence[Record] = ()) -> Repeats:
    """Return what does not count from an offset on, when these records follow the log."""
    repeats = by_rule([*log.records(0, 0, log.ends()[0]), *then])
    return {offset: said for offset, said in repeats.items() if offset >= first}


def awkward_log() -> RepeatingLog:
    """Return a log with repeats, conflicts, poison and offsets without a record."""
    log = RepeatingLog()
    for start in range(0, 60, 12):
        log.append(searches(12, first=start))
        log.append([search(start, by=f"customer:{start % 7}"), search(start + 1, "something else")])
        log.append_bytes("customer:1", b"poison")
        log.skip(3)
    return log


def test_what_a_pump_has_kept_is_known_without_reading_the_log(connect: Connect) -> None:
    """The next owner has everything at once, and decides as the rule does over the whole log."""
    log = awkward_log()
    with connect() as connection:
        drain(log, connect, live_tables(connection, log, [Tally()]), batch_events=7)
        log.asked.clear()

        window = window_at(connection, log, 0, log.ends()[0])

        again = told_again(log)
        assert window.admit(entries(again)) == by_rule_from(log, again[0].offset, again)
        assert log.asked == []
        assert len(connection.execute(ROWS, [log.log_id]).fetchall()) > 5


def test_nothing_kept_is_read_from_the_log(connect: Connect) -> None:
    """It is a cache: whoever finds it empty, or kept for another log, only waits a little longer."""
    log, other = awkward_log(), RepeatingLog()
    other.append(searches(100, first=1000))
    with connect() as connection:
        kept(connection, other, 0, 100)

        window = window_at(connection, log, 0, log.ends()[0])

        again = told_again(log)
        assert window.admit(entries(again)) == by_rule_from(log, again[0].offset, again)
        assert window.admit(entries(told_again(other))) == {}
        assert log.asked


def test_rows_of_several_pumps_with_holes_between_them_come_to_the_whole(connect: Connect) -> None:
    """Whoever wrote which rows, cut wherever and in whatever order: what is missing is read again, and only that."""
    log = awkward_log()
    end = log.ends()[0]
    dice = Random(1)
    again = told_again(log)
    expected = by_rule_from(log, end, again)
    with connect() as connection:
        for _ in range(60):
            log.asked.clear()
            with connection.transaction(force_rollback=True):
                for _ in range(dice.randint(0, 6)):
                    kept(connection, log, *sorted(dice.sample(range(end + 1), 2)))
                rows = connection.execute(ROWS, [log.log_id]).fetchall()

                window = window_at(connection, log, 0, end)

                assert window.admit(entries(again)) == expected
                assert all(not first <= at[0] < last for at in log.asked for first, last in rows)


def test_the_state_is_as_of_the_offset_that_was_asked_for(connect: Connect) -> None:
    """A table that stands further back must not know what comes: its rows were kept by a pump that was ahead."""
    log = awkward_log()
    end = log.ends()[0]
    with connect() as connection:
        for first in range(0, end, 9):
            kept(connection, log, first, min(first + 9, end))
        for at in range(0, end, 4):
            rest = log.records(0, at, end)

            window = window_at(connection, log, 0, at)

            assert window.admit(entries(rest)) == by_rule_from(log, at)


def test_a_window_is_known_and_no_more(connect: Connect) -> None:
    """The event a million offsets back is remembered, the one before it is not; kept or read makes no difference."""
    log = RepeatingLog()
    log.append([search("too far"), search("just known")])
    log.skip(WINDOW_OFFSETS - 2)
    log.append([search("near")])
    end = log.ends()[0]
    assert end == WINDOW_OFFSETS + 1
    again = [record._replace(offset=end) for record in log.records(0, 0, end)]
    with connect() as connection:
        for _ in ("read from the log", "kept"):
            said = [window_at(connection, log, 0, end).admit(entries([record])) for record in again]

            assert said == [{}, {end: Outcome.DUPLICATE}, {end: Outcome.DUPLICATE}]
            kept(connection, log, 0, end)


def test_a_longer_row_takes_the_place_of_a_shorter_one(connect: Connect) -> None:
    """Two pumps that begin at one offset write the same row: the longer one stays, whoever comes last."""
    log = awkward_log()
    with connect() as connection:
        for end in (10, 30, 20):
            kept(connection, log, 0, end)

        assert connection.execute(ROWS, [log.log_id]).fetchall() == [(0, 30)]
        log.asked.clear()
        window_at(connection, log, 0, 30)
        assert log.asked == []


def test_what_no_later_event_is_compared_with_is_forgotten(connect: Connect) -> None:
    """Rows stay for two windows, for tables that stand further back; then they go, their own log's alone."""
    log, other = RepeatingLog(), RepeatingLog()
    step = WINDOW_OFFSETS // 4
    with connect() as connection:
        seen_ids.keep(connection, log.log_id, [Seen(1, 0, step, entries([]))])
        for first in range(0, 4 * WINDOW_OFFSETS, step):
            seen_ids.keep(connection, other.log_id, [Seen(1, first, first + step, entries([]))])
            seen_ids.keep(connection, log.log_id, [Seen(0, first, first + step, entries([]))])

        left = connection.execute(ROWS, [log.log_id]).fetchall()

        assert left == [
            (0, step),
            *((first, first + step) for first in range(2 * WINDOW_OFFSETS, 4 * WINDOW_OFFSETS, step)),
        ]
