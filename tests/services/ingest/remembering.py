"""Has the ids of a log's events remembered, as a pump does when it folds them."""

from events.codec import Codec
from events.log import EventLog
from events.log.window import entries_of
from projections._engine import seen_ids
from projections._engine.seen_ids import Seen
from services.installation import Connection


def fold(connection: Connection, log: EventLog, first: int = 0) -> None:
    """Remember the ids of partition 0 from an offset on."""
    codec = Codec()
    records = log.records(0, first, 1_000)
    values = [record.value for record in records]
    entries = entries_of([codec.decode(value).id for value in values], values, [record.offset for record in records])
    seen_ids.keep(connection, log.log_id, [Seen(0, first, records[-1].offset + 1, entries)])
