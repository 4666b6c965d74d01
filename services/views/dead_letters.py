"""What is parked and what was turned away: events that a projection could not take, and messages that never came in.

A parked event is on the log, and its neighbours went on without it. What the front door turned away is not on the log:
it is kept with its body, to be mended and sent again. Reads the engine's dead letters and the front door's verdicts.
"""

from typing import Annotated, Any

from msgspec import Meta

from events.errors import Fault
from projections import PROJECTIONS
from projections._engine import dead_letters
from projections._engine.dead_letters import DeadLetter
from projections._engine.registry import live_tables
from projections._engine.status import parked
from services.access.roles import Capability
from services.ingest import verdicts
from services.ingest.verdicts import Kept
from services.views.view import BadParameter, Document, NotFound, Parameters, Reading, View

OfFault = Annotated[str, Meta(description="Only those of this kind of fault, such as fold.", max_length=64)]
OfSource = Annotated[str, Meta(description="Only what was turned away from this source.", max_length=128)]
Limit = Annotated[int, Meta(description="The most rows of each list, the oldest first.", ge=1, le=1000)]

DOOR = "door:"


class Which(Parameters, frozen=True, kw_only=True):
    """Which of them."""

    fault: OfFault | None = None
    source: OfSource | None = None
    limit: Limit = 100


def answer(reading: Reading) -> Document:
    """List what is parked for a projection, and what the front door turned away, each with the reason."""
    asked, connection = reading.asked, reading.connection
    tables = _projections(reading)
    letters = [] if asked.source else dead_letters.listed(connection, asked.fault, asked.limit)
    kept = verdicts.listed(connection, source=asked.source, fault=asked.fault, limit=asked.limit)
    rows = [_letter(each, tables) for each in letters] + [_message(each) for each in kept]
    return {
        "figures": {"parked": parked(connection), "turned_away": verdicts.open_count(connection)},
        "faults": [str(each) for each in Fault],
        "tables": {
            "letters": rows,
            "parked": [row for row in rows if row["kind"] == "parked"],
            "turned_away": [row for row in rows if row["kind"] == "turned away"],
        },
    }


def one(reading: Reading) -> Document:
    """Show one with its body: a parked event by its place, such as 3@17, or what was turned away, as door:17."""
    place = reading.path["place"]
    if place.startswith(DOOR):
        row = _message_at(reading, place)
        told = {**_message(row), "protocol": row.protocol, "origin": row.origin, "received_at": row.received_at}
        settled = {"settled_at": row.settled_at, "settled": row.settled, "events": row.events}
        body = row.body
    else:
        letter = _letter_at(reading, place)
        told = {**_letter(letter, _projections(reading)), "log_id": letter.log_id}
        settled = {"settled_at": letter.dismissed_at, "settled": letter.dismissed, "events": []}
        body = letter.value
    letter_of = {**told, **settled, "body": body.decode(errors="backslashreplace"), "is_text": _is_text(body)}
    return {"letter": letter_of, "tables": {"letter": [letter_of]}}


def number_of(place: str) -> int:
    """Return the number of what was turned away. Raises BadParameter."""
    number = place.removeprefix(DOOR)
    if not (number.isascii() and number.isdecimal()) or len(number) > len(str(2**62)):
        message = f"place: {place[:64]!r} is none: write 3@17 for a parked event, or door:17 for what was turned away."
        raise BadParameter(message)
    return int(number)


def coordinates_of(place: str) -> tuple[int, int]:
    """Return partition and offset of a parked event. Raises BadParameter."""
    partition, at, offset = place.partition("@")
    if not at:
        message = f"place: {place[:64]!r} is none: write 3@17 for a parked event, or door:17 for what was turned away."
        raise BadParameter(message)
    return number_of(partition), number_of(offset)


def _message_at(reading: Reading, place: str) -> Kept:
    row = verdicts.shown(reading.connection, number_of(place))
    if row is None:
        message = f"Nothing was turned away as {place}."
        raise NotFound(message)
    return row


def _letter_at(reading: Reading, place: str) -> DeadLetter:
    """Return what is parked at a place: what waits before what was settled, the newest first."""
    found = dead_letters.at_place(reading.connection, *coordinates_of(place))
    if not found:
        message = f"Nothing is parked at {place[:64]}."
        raise NotFound(message)
    return next((each for each in found if each.missed and each.dismissed_at is None), found[0])


def _projections(reading: Reading) -> dict[str, str]:
    return {table.name: table.projection.name for table in live_tables(reading.connection, PROJECTIONS)}


def _letter(letter: DeadLetter, tables: dict[str, str]) -> dict[str, Any]:
    missed = [tables[name] for name in letter.missed if name in tables]
    return {
        "kind": "parked",
        "place": f"{letter.partition}@{letter.offset}",
        "partition": letter.partition,
        "offset": letter.offset,
        "source": None,
        "message_id": None,
        "projections": missed,
        "fault": letter.fault,
        "field": letter.field,
        "reason": letter.reason,
        "since": letter.parked_at,
        "seen": 1,
        "open": bool(letter.missed) and letter.dismissed_at is None,
    }


def _message(row: Kept) -> dict[str, Any]:
    return {
        "kind": "turned away",
        "place": f"{DOOR}{row.id}",
        "partition": None,
        "offset": None,
        "source": row.source,
        "message_id": row.message_id,
        "projections": [],
        "fault": row.fault,
        "field": row.field,
        "reason": row.reason,
        "since": row.received_at,
        "seen": row.seen,
        "open": row.settled_at is None,
    }


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


DEAD_LETTERS_VIEW = View(
    name="dead_letters",
    path="/dead-letters",
    title="Dead letters",
    answer=answer,
    parameters=Which,
    capability=Capability.OPERATE,
)

DEAD_LETTER_VIEW = View(
    name="dead_letter",
    path="/dead-letters/{place}",
    title="Dead letter",
    answer=one,
    capability=Capability.OPERATE,
)
