"""What became of a message: whether the log has its event, and what was kept of it if it could not be accepted.

The journal knows the id of every event that it holds. Kafka does not: there the ids are looked for among those that the
pumps remember (``engine.seen_ids``), and that is the awkward half. An event that no pump has folded yet is not found
yet, and neither is one that lies more than a million or two offsets back in its partition.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from events.log import EventLog, Record, partition_of
from events.log.window import Entries, entries_of
from services.ingest import verdicts
from services.ingest.registry import source_named
from services.ingest.texts import storable
from services.ingest.verdicts import Kept
from services.installation import Connection
from services.translation.identifiers import event_id

IN_JOURNAL = """
SELECT id, partition, "offset", recorded_at, subject, value FROM journal.event WHERE id = ANY (%s)
"""

# The rows that may remember an id: the hashes of ids are the first half of the entries, which is all that is read.
REMEMBERED = """
SELECT partition, base_offset, entries FROM engine.seen_ids
 WHERE log_id = %(log_id)s AND partition = ANY (%(partitions)s)
   AND position(%(hash)b::bytea IN substring(entries FROM 1 FOR octet_length(entries) / 2)) > 0
"""


class Named(msgspec.Struct):
    """What is read of an event to see which one it is."""

    id: Any = None
    type: Any = None
    source: Any = None


class Found(NamedTuple):
    """What is known of a message: its events by their ids, and what was kept, once for each body that came."""

    source: str
    message_id: str
    events: Mapping[str, Record]
    kept: list[Kept]

    @property
    def known(self) -> bool:
        """Whether anything is known of it."""
        return bool(self.events or self.kept)

    def document(self, *, with_bodies: bool) -> dict[str, Any]:
        """Return it for JSON."""
        events = [
            {
                "id": name,
                "type": event_in(record).type,
                "partition": record.partition,
                "offset": record.offset,
                "recorded_at": record.recorded_at,
            }
            for name, record in self.events.items()
        ]
        rows = [verdicts.document(row, with_body=with_bodies) for row in self.kept]
        return {
            "source": self.source,
            "message_id": self.message_id,
            "stored": bool(events),
            "events": events,
            "verdicts": rows,
        }


def found(
    connection: Connection, log: EventLog, source_name: str, message_id: str, subject: str | None = None
) -> Found:
    """Return what became of a message of a source. Its event has the message's id, or one made of source and id.

    ``subject`` is the event's, where it is known: then Kafka's answer comes from one partition, and sooner.
    """
    kept = verdicts.by_message(connection, source_name, message_id)
    ids = {message_id: subject, event_id(source_name, message_id): subject}
    ids |= {name: None for row in kept for name in row.events}
    events = on_log(connection, log, ids)
    return Found(
        source_name,
        message_id,
        {name: events[name] for name in events if _own(connection, events[name], source_name)},
        kept,
    )


def on_log(connection: Connection, log: EventLog, ids: Mapping[str, str | None]) -> dict[str, Record]:
    """Return the first record of each of these events that is found, by id; given is the subject, where it is known."""
    wanted = {name: subject for name, subject in ids.items() if storable(name)}
    if log.queryable:
        rows = connection.execute(IN_JOURNAL, [list(wanted)]).fetchall()
        return {name: Record(*rest) for name, *rest in rows}
    records = {name: _remembered(connection, log, name, subject) for name, subject in wanted.items()}
    return {name: record for name, record in records.items() if record is not None}


def _own(connection: Connection, record: Record, source_name: str) -> bool:
    """Return whether an event can be a source's: one that was translated for another source is not."""
    said = event_in(record)
    if said.source == source_name or not str(said.id).startswith(f"{said.source}:"):
        return True
    return source_named(connection, str(said.source)) is None


def event_in(record: Record) -> Named:
    """Return which event a record holds, as far as it says so."""
    try:
        return msgspec.json.decode(record.value, type=Named)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return Named()  # other bytes than ours were put on the log


def _remembered(connection: Connection, log: EventLog, name: str, subject: str | None) -> Record | None:
    partitions = range(log.partitions) if subject is None else [partition_of(subject, log.partitions)]
    wanted = entries_of([name], [b""], [0]).ids
    arguments = {"log_id": log.log_id, "partitions": list(partitions), "hash": wanted.astype("<u8").tobytes()}
    places: set[tuple[int, int]] = set()
    for partition, base, stored in connection.execute(REMEMBERED, arguments, binary=True).fetchall():
        entries = Entries.from_bytes(base, stored)
        places |= {(partition, base + int(offset)) for offset in entries.offsets[entries.ids == wanted[0]]}
    starts = log.starts() if places else {}
    for partition, offset in sorted(places):
        if offset >= starts[partition]:
            records = log.records(partition, offset, 1)
            if records and records[0].offset == offset and event_in(records[0]).id == name:
                return records[0]
    return None
