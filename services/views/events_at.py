"""One event as the log holds it: what it says, its bytes, what lies around it, and what became of it.

Every figure leads here in the end. Reads the log itself, the timeline of its subject, and how far each projection that
folds its type has come. Staff see the events of customers whom they see; who looked at what is for those who audit.
"""

from typing import Any

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import Record
from projections import PROJECTIONS
from projections._engine import checkpoint, dead_letters, queries, reference
from projections._engine.dead_letters import DeadLetter
from projections._engine.declaration import Projection
from projections._engine.registry import Table, live_tables
from services.access.roles import Capability
from services.views.scope import sees
from services.views.view import BadParameter, Document, NotFound, NotYours, Parameters, Reading, Row, View

ACCESS = "regulars.access."
MOST_OFFSET = 2**62
NEIGHBOURS = 3

WHO = """
SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s) AS person,
       (SELECT traits -> 'name' ->> 2 FROM profile_of(%(subject)s)) AS name,
       EXISTS (SELECT FROM profile_of(%(subject)s)) AS is_customer
"""

BEFORE = """
SELECT 'before' AS side, partition, "offset", type, "time" FROM timeline
 WHERE subject = %(subject)s AND ("time", id) < (%(time)s, %(id)s) ORDER BY "time" DESC, id DESC LIMIT %(limit)s
"""

AFTER = """
SELECT 'after' AS side, partition, "offset", type, "time" FROM timeline
 WHERE subject = %(subject)s AND ("time", id) > (%(time)s, %(id)s) ORDER BY "time", id LIMIT %(limit)s
"""


def answer(reading: Reading) -> Document:
    """One event of the log: its envelope, its data, its bytes, its neighbours, and which projections folded it."""
    record = _record(reading)
    try:
        envelope, problem = Codec().decode(record.value), ""
    except BadEvent as error:
        envelope, problem = None, str(error)
    _check(reading, envelope)
    event = {**_place(record), **_said(reading, envelope)}
    letters = dead_letters.at_place(reading.connection, record.partition, record.offset)
    return {
        "event": event,
        "data": {} if envelope is None else msgspec.to_builtins(envelope.data),
        "raw": record.value.decode(errors="backslashreplace"),
        "problem": problem,
        "tables": {
            "event": [event],
            "projections": _became(reading, record, envelope, letters),
            "neighbours": [] if envelope is None else _neighbours(reading, envelope),
        },
    }


def customer_of(document: Document) -> str:
    """Return which customer an event is of; '' where it is the house's own, or cannot be read."""
    event = document["event"]
    return str(event["subject"]) if event["is_customer"] else ""


def _record(reading: Reading) -> Record:
    """Return the record at the path's place. Raises BadParameter and NotFound."""
    partition, offset = (_number(name, reading.path[name]) for name in ("partition", "offset"))
    log = reading.house.log()
    found = log.records(partition, offset, 1) if partition < log.partitions else []
    if not found or found[0].offset != offset:
        message = f"There is no event at p{partition}@{offset}: the log has {log.partitions} partitions, from 0 on."
        raise NotFound(message)
    return found[0]


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or int(text) > MOST_OFFSET:
        message = f"{name}: {text[:64]!r} is none: write a number, as in /events/2/889416."
        raise BadParameter(message)
    return int(text)


def _check(reading: Reading, envelope: Envelope | None) -> None:
    """Raise NotYours for an event that is not for whoever looks."""
    viewer = reading.viewer
    if envelope is not None and envelope.data.event_type.startswith(ACCESS) and not viewer.may(Capability.AUDIT):
        message = "You may not look at this event: who looked at whom is for auditors."
        raise NotYours(message)
    if viewer.narrowed and (envelope is None or not sees(reading.connection, viewer, envelope.subject)):
        message = "You may not look at this event: it is of nobody who came to your stores, and of none of yours."
        raise NotYours(message)


def _place(record: Record) -> dict[str, Any]:
    return {"partition": record.partition, "offset": record.offset, "recorded_at": record.recorded_at}


def _said(reading: Reading, envelope: Envelope | None) -> dict[str, Any]:
    names = ("id", "type", "source", "subject", "person", "name", "is_customer", "time", "correlationid", "causationid")
    if envelope is None:
        return dict.fromkeys(names)
    return {
        "id": envelope.id,
        "type": envelope.data.event_type,
        "source": envelope.source,
        "subject": envelope.subject,
        **queries.row(reading.connection, WHO, subject=envelope.subject),
        "time": envelope.time,
        "correlationid": envelope.correlationid,
        "causationid": envelope.causationid,
    }


def _neighbours(reading: Reading, envelope: Envelope) -> list[Row]:
    """Return what happened to the same subject just before and after, the oldest first."""
    asked = {"subject": envelope.subject, "time": envelope.time, "id": envelope.id, "limit": NEIGHBOURS}
    before = queries.rows(reading.connection, BEFORE, **asked)
    return [*reversed(before), *queries.rows(reading.connection, AFTER, **asked)]


def _became(reading: Reading, record: Record, envelope: Envelope | None, letters: list[DeadLetter]) -> list[Row]:
    """Return what each projection made of it that folds its type, or that it is parked for."""
    return [
        _of(reading, table, record, envelope, letters)
        for table in live_tables(reading.connection, PROJECTIONS)
        if envelope is None or type(envelope.data) in table.projection.handlers()
    ]


def _of(
    reading: Reading, table: Table, record: Record, envelope: Envelope | None, letters: list[DeadLetter]
) -> dict[str, Any]:
    letter = next((each for each in letters if table.name in each.missed), None)
    passed = checkpoint.positions(reading.connection, table.name).get(record.partition, 0) > record.offset
    state = "parked" if letter else "waits" if not passed else "folded" if envelope is not None else "not readable"
    return {
        "name": table.projection.name,
        "state": state,
        "rows": _touched(table.projection, envelope) if state == "folded" else [],
        "why": f"{letter.field}: {letter.reason}" if letter else "",
    }


def _touched(projection: Projection, envelope: Envelope | None) -> list[str]:
    """Return the keys of the rows that an event touches, as text."""
    if envelope is None:
        return []
    rows = reference.deltas(projection, envelope)
    return [" · ".join(str(part) for part in row[0]) for row in rows]


EVENT_VIEW = View(
    name="event",
    path="/events/{partition}/{offset}",
    title="Event",
    answer=answer,
    parameters=Parameters,
    capability=Capability.PERSONAL,
    tells_of=customer_of,
)
