"""Redrives a message that could not be accepted: it is translated again, mended or not, and goes onto the log.

After that it counts once, however often it is redriven and whenever the process is killed. Its events' ids are made of
the message, so the journal knows them again. Kafka does not: so before anything is appended it is noted where the log
ended, and whoever tries again looks there for what the one before may have sent. A message that its sender has mended
and sent by itself meanwhile is found too, as far as ``looking_up`` finds it; beyond that the projections' own window
decides (``events.log.window``).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import NamedTuple

import msgspec
from psycopg.types.json import Jsonb

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent, Fault
from events.log import EventLog, Outcome, Record, partition_of
from events.log.spans import between
from services.connecting.kept_translation import kept
from services.ingest import tallies, verdicts
from services.ingest.errors import NotKept
from services.ingest.looking_up import event_in, on_log
from services.ingest.plans import plan_of
from services.ingest.registry import source_named
from services.ingest.source import Protocol, Source
from services.ingest.tracking_plan import Violation
from services.ingest.translating import events_of
from services.ingest.verdicts import Kept
from services.installation import Connection
from services.translation.identifiers import event_id

# Held by the connection until it lets go, or is lost: one redrive of a message at a time.
LOCK = "SELECT pg_advisory_lock(hashtextextended('regulars.verdict', %s))"
UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('regulars.verdict', %s))"

# The first try's place stays: what it sent lies after that.
BEGIN = """
UPDATE ingest.verdict SET redriven_from = coalesce(redriven_from, %(ends)s) WHERE id = %(id)s
"""
BEGUN = "SELECT redriven_from FROM ingest.verdict WHERE id = %s"

WITHOUT_TRANSLATION = {Protocol.CLOUDEVENTS, Protocol.INTAKE}


class Redriven(NamedTuple):
    """What came of it. ``events`` are the ids on the log; ``reason`` says why it is still turned away, if it is.

    ``before`` tells that somebody had settled it already: then nothing was sent.
    """

    id: int
    events: Sequence[str] = ()
    reason: str = ""
    before: bool = False


def redrive(
    connection: Connection, log: EventLog, number: int, body: bytes | None = None, *, as_new: bool = False
) -> Redriven:
    """Send a kept message once more: as it was, or with a mended ``body``; ``as_new`` under ids of its own.

    What is still not right stays as it is kept. Raises NotKept, and what the log raises: then doing it again is safe.
    """
    with _alone(connection, number):
        row = verdicts.shown(connection, number)
        if row is None:
            message = f"There is no message door:{number}: 'regulars deadletters list' shows what was turned away."
            raise NotKept(message)
        if row.settled_at is not None:
            return Redriven(number, row.events, before=True)
        try:
            events, found = _translated(connection, row, body, as_new=as_new)
            outcome = _on_the_log(connection, log, row, events)
        except BadEvent as error:
            return Redriven(number, reason=str(error))
        how = f"redriven{'' if body is None else ' with another body'}{' as a new one' if as_new else ''}"
        with connection.transaction():
            verdicts.settle(connection, number, how, [event.id for event in events])
            _count(connection, row.source, events, outcome, found)
    return Redriven(number, [event.id for event in events])


def dismiss(connection: Connection, number: int, because: str) -> bool:
    """Settle a message that will never be right; return whether nobody had settled it before."""
    with _alone(connection, number):
        return verdicts.settle(connection, number, f"dismissed: {because}")


@contextmanager
def _alone(connection: Connection, number: int) -> Iterator[None]:
    connection.execute(LOCK, [number])
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(UNLOCK, [number])


def _translated(
    connection: Connection, row: Kept, body: bytes | None, *, as_new: bool
) -> tuple[list[Envelope], list[Violation]]:
    """Return the events of a message, and what of them is not planned but let in. Raises BadEvent."""
    source, protocol = _source(connection, row), Protocol(row.protocol)
    events = events_of(source, protocol, row.body if body is None else body, row.received_at)
    if as_new:
        events = _renamed(row, events)
    elif row.outcome == Outcome.CONFLICT:
        first = events if body is None else events_of(source, protocol, row.body, row.received_at)
        if {event.id for event in first} & {event.id for event in events}:
            reason = f"{row.reason}; that one counts: dismiss this one, or redrive it with --as-new if both are true"
            raise BadEvent(Fault.CONFLICT, row.field, reason)
    plan = plan_of(source)
    found = [] if plan is None else [violation for event in events for violation in plan.judge(event)]
    for violation in found:
        if violation.blocks:
            raise violation.error()
    return events, found


def _source(connection: Connection, row: Kept) -> Source:
    """Return the source of a message, as what it sends is translated now. Raises BadEvent where that is not known."""
    if row.protocol == Protocol.CONNECT:
        followed = kept(connection, row.origin, row.source)
        if followed is None:
            reason = f"its connector keeps no translation for {row.source}: have 'regulars connect' follow it once more"
            raise BadEvent(Fault.MALFORMED, "source", reason)
        return followed
    source = source_named(connection, row.source)
    if source is not None:
        return source
    if row.protocol in WITHOUT_TRANSLATION:
        return Source(row.source)
    raise BadEvent(Fault.MALFORMED, "source", f"{row.source} is not registered: 'regulars sources add' registers it")


def _renamed(row: Kept, events: Sequence[Envelope]) -> list[Envelope]:
    """Return events under ids that come of the row, which is there once, however often it is redriven."""
    own = (row.message_id, f"door-{row.id}")
    ids = {event.id: event_id(row.source, *own, *([str(index)] if index else [])) for index, event in enumerate(events)}
    return [
        msgspec.structs.replace(event, id=ids[event.id], causationid=ids.get(event.causationid, event.causationid))
        for event in events
    ]


def _on_the_log(connection: Connection, log: EventLog, row: Kept, events: Sequence[Envelope]) -> Outcome | None:
    """Have the log hold the events, and return what became of the first. Raises BadEvent where an id has another."""
    if not events:
        return None
    held = {} if log.refuses_known_ids else _held(connection, log, row.id, events)
    codec = Codec()
    for event in events:
        if event.id in held and held[event.id].value != codec.encode(event):
            raise _conflict(event, held[event.id].partition, held[event.id].offset)
    fresh = [event for event in events if event.id not in held]
    connection.execute(BEGIN, {"id": row.id, "ends": Jsonb({str(at): end for at, end in log.ends().items()})})
    receipts = log.append(fresh)
    for event, receipt in zip(fresh, receipts, strict=True):
        if receipt.outcome is Outcome.CONFLICT:
            raise _conflict(event, receipt.partition, receipt.offset)
    stored = any(receipt.outcome is Outcome.STORED for receipt in receipts)
    return Outcome.STORED if stored else Outcome.DUPLICATE


def _conflict(event: Envelope, partition: int, offset: int) -> BadEvent:
    reason = f"was used before: {partition}@{offset} of the log is an event {event.id!r} that says something else"
    return BadEvent(Fault.CONFLICT, "message id", f"{reason}; dismiss this one, or redrive it with --as-new")


def _held(connection: Connection, log: EventLog, number: int, events: Sequence[Envelope]) -> Mapping[str, Record]:
    """Return the events that a log which does not refuse them holds already, as far as can be told."""
    subjects = {event.id: event.subject for event in events}
    held = on_log(connection, log, dict(subjects))
    (begun,) = connection.execute(BEGUN, [number]).fetchall()[0]
    if begun is None:
        return held
    starts, ends = log.starts(), log.ends()
    for partition in {partition_of(subject, log.partitions) for subject in subjects.values()}:
        for record in between(log, partition, max(begun.get(str(partition), 0), starts[partition]), ends[partition]):
            name = event_in(record).id
            if name in subjects:
                held.setdefault(name, record)
    return held


def _count(
    connection: Connection, source: str, events: Sequence[Envelope], outcome: Outcome | None, found: list[Violation]
) -> None:
    day = datetime.now(UTC).date()
    kind = events[0].data.event_type if events else ""
    violated: Counter[tuple[str, date, str, str, str]] = Counter(
        (source, day, each.type, each.field, each.action) for each in found
    )
    tallies.add(connection, {(source, day, kind, outcome or "ignored"): 1}, violated)
