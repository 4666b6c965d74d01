"""The timeline: every event of a subject, served by the journal itself, and the same as a fold of it."""

from random import Random

from events.codec import Codec
from events.log import partition_of
from projections._engine.reference import fold
from projections.timeline import Timeline
from tests.laws.histories import as_read, of_every_type
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


def test_a_version_that_was_upcast_is_folded_under_its_newest_type() -> None:
    """A fold sees the newest version; the journal's row says which version was sent."""
    states = fold(Timeline(), as_read(of_every_type(Random(2))))

    types = {row[0] for row in states.values()}
    assert "regulars.order.placed.v2" in types
    assert "regulars.order.placed.v1" not in types
