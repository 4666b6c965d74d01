"""The timeline: every event of a subject, served by the journal itself or kept by the engine, the same either way."""

import json
from random import Random

from events.codec import Codec
from events.log import partition_of
from projections._engine.reference import fold
from projections.timeline import Timeline
from tests.contracts.memory_log import MemoryLog
from tests.laws.histories import as_read, of_every_type
from tests.projections.engine.tables import Connect, pump
from tests.projections.shop import Shop

SHOWN = 'SELECT subject, "time", id, type, partition, "offset", recorded_at, value FROM projection.timeline'


def test_the_journal_shows_every_event_as_a_row(shop: Shop) -> None:
    """Under the key of the fold, with the type as it was stored, its coordinates and its bytes."""
    told = of_every_type(Random(1))
    receipts = shop.log.append(told)

    rows = {row[:3]: row[3:] for row in shop.catch_up().execute(SHOWN).fetchall()}

    assert rows.keys() == fold(Timeline(), as_read(told)).keys()
    for envelope, receipt in zip(told, receipts, strict=True):
        kind, partition, offset, recorded_at, value = rows[envelope.subject, envelope.time, envelope.id]
        (record,) = shop.log.records(receipt.partition, receipt.offset, 1)
        assert kind == envelope.data.event_type
        assert (partition, offset, recorded_at) == (record.partition, record.offset, record.recorded_at)
        assert value == Codec().encode(envelope)
        assert partition == partition_of(envelope.subject, shop.log.partitions)


def test_a_log_that_cannot_be_queried_has_its_events_kept_with_the_same_rows(connect: Connect) -> None:
    """Key, stored type, coordinates, time of recording and content are what the journal's view would show."""
    told = of_every_type(Random(2))
    log = MemoryLog(3)
    log.append(told)
    pump(log, connect, [Timeline()], batch_events=20)

    shown = connect().execute(SHOWN + ' ORDER BY partition, "offset"').fetchall()

    records = [record for partition, end in log.ends().items() for record in log.records(partition, 0, end)]
    expected = [
        (envelope.subject, envelope.time, envelope.id, json.loads(record.value)["type"], *record[:2])
        for record in records
        for envelope in [Codec().decode(record.value)]
    ]
    assert [row[:6] for row in shown] == expected
    assert [row[6] for row in shown] == [
        record.recorded_at.replace(microsecond=record.recorded_at.microsecond // 1000 * 1000) for record in records
    ]
    assert [Codec().decode(row[7]) for row in shown] == [Codec().decode(record.value) for record in records]


def test_an_event_that_was_written_over_several_lines_is_kept_whole(connect: Connect) -> None:
    """A foreign writer may have put line breaks between the fields: the event is read back all the same."""
    envelope = of_every_type(Random(3))[0]
    spread = json.dumps(json.loads(Codec().encode(envelope)), indent=1).encode()
    log = MemoryLog(1)
    log.append_bytes(envelope.subject, spread)
    log.append([envelope])
    pump(log, connect, [Timeline()])

    shown = connect().execute(SHOWN + ' ORDER BY "offset"').fetchall()

    assert [Codec().decode(row[7]) for row in shown] == [Codec().decode(spread), Codec().decode(spread)]
