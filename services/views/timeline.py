"""A customer's timeline: every event of theirs in words, the newest first, with its place on the log.

Reads `timeline`, of all identifiers that are known to be one person. Who looked at them is told to auditors alone.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from events.catalog import EVENTS
from events.codec import Codec
from events.errors import BadEvent
from events.event import Event
from projections._engine import queries
from services.access.roles import Capability
from services.views.moments import FAMILIES, PERSON, moment_of, types_of
from services.views.names import names_of
from services.views.paging import After, PageLimit, after, paged
from services.views.view import Document, Parameters, Past, Reading, Row, View

Family = Literal["", "orders", "complaints", "visits", "searches", "contacts", "offers", "voice", "house", "person"]
FirstDay = Annotated[date, Meta(description="The first day that is told of, in UTC.")]
LastDay = Annotated[date, Meta(description="The last day that is told of, in UTC.")]

ALL_TYPES = [event.event_type for event in EVENTS]
HOUSE = "house"
ACCESS = "regulars.access."
KEYS = ("time", "id")
CSV_PAGE = 500

OF_PERSON = """
SELECT t."time", t.id, t.type, t.subject, t.partition, t."offset", t.recorded_at, t.value FROM timeline AS t
 WHERE t.subject = ANY (%(subjects)s) AND t.type = ANY (%(types)s)
   AND (%(begin)s::date IS NULL OR t."time" >= %(begin)s) AND (%(end)s::date IS NULL OR t."time" < %(end)s)
   AND (%(time)s::timestamptz IS NULL OR (t."time", t.id) < (%(time)s, %(id)s))
 ORDER BY t."time" DESC, t.id DESC LIMIT %(limit)s
"""

IDENTIFIERS = """
SELECT own.identifier FROM (SELECT coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s),
                                            %(subject)s) AS person) AS p
 CROSS JOIN LATERAL (SELECT p.person AS identifier UNION SELECT identifier FROM person_of AS o WHERE o.person = p.person
                    ) AS own
"""


class TimelineParameters(Parameters, frozen=True, kw_only=True):
    """What of a timeline is asked for."""

    show: Family = ""
    begin: FirstDay | None = msgspec.field(default=None, name="from")
    end: LastDay | None = msgspec.field(default=None, name="to")
    after: After = ""
    limit: PageLimit = 50


def answer(reading: Reading) -> Document:
    """Every event of a customer in words, the newest first, a page at a time; ``show`` narrows it to a family."""
    subject = reading.path["subject"]
    return {"name": names_of(reading.connection, [subject]).get(subject, ""), **moments(reading, reading.asked)}


def moments(reading: Reading, asked: TimelineParameters) -> Document:
    """Return a page of a timeline: its moments, and where the next page begins."""
    subjects = identifiers(reading)
    rows = _rows(reading, subjects, asked, after(asked.after, (datetime, str)), asked.limit + 1)
    page, following = paged(rows, asked.limit, KEYS)
    return {"next": following, "tables": {"timeline": [told(row) for row in page]}}


def last_of(reading: Reading, event: type[Event], limit: int) -> list[Row]:
    """Return the last events of one type, in words."""
    asked = {"subjects": identifiers(reading), "types": [event.event_type], "limit": limit}
    from_the_last_on = dict.fromkeys(("begin", "end", "time", "id"))
    return [told(row) for row in queries.rows(reading.connection, OF_PERSON, **asked, **from_the_last_on)]


def every_moment(reading: Reading) -> Iterator[Row]:
    """Yield all moments that are asked for, however many pages they are."""
    subjects, asked = identifiers(reading), reading.asked
    position = after(asked.after, (datetime, str))
    while rows := _rows(reading, subjects, asked, position, CSV_PAGE):
        yield from map(told, rows)
        position = [rows[-1][key] for key in KEYS]


def identifiers(reading: Reading) -> list[str]:
    """Return all identifiers of the customer whom the path names."""
    rows = queries.rows(reading.connection, IDENTIFIERS, subject=reading.path["subject"])
    return [row["identifier"] for row in rows]


TYPES_SHOWN: list[str] = [
    each for each in types_of({*FAMILIES.values(), PERSON}, ALL_TYPES) if not each.startswith(ACCESS)
]
"""What stands in everybody's timeline, whoever looks."""


def types_shown(reading: Reading, family: str) -> list[str]:
    """Return the types of events of a family, or of all.

    Who looked at whom is for those who audit, and stands among what the house does alone.
    """
    if not family:
        return TYPES_SHOWN
    types = types_of({family}, ALL_TYPES)
    if family == HOUSE and reading.viewer.may(Capability.AUDIT):
        return types
    return [each for each in types if not each.startswith(ACCESS)]


def told(row: Row) -> Row:
    """Return a row of the log in words."""
    place = {name: row[name] for name in ("time", "id", "type", "subject", "partition", "offset", "recorded_at")}
    try:
        return {**place, **moment_of(Codec().decode(row["value"]))._asdict()}
    except BadEvent as error:
        lost = {"kind": "Not readable", "words": str(error), "icon": "circle-alert", "state": "bad", "family": ""}
        return {**place, **lost, "amount_minor": None, "currency": ""}


def _rows(
    reading: Reading,
    subjects: Sequence[str],
    asked: TimelineParameters,
    position: Sequence[Any] | None,
    limit: int,
) -> list[dict[str, Any]]:
    time, key = position or (None, None)
    return queries.rows(
        reading.connection,
        OF_PERSON,
        subjects=subjects,
        types=types_shown(reading, asked.show),
        begin=asked.begin,
        end=None if asked.end is None else asked.end + timedelta(days=1),
        time=time,
        id=key,
        limit=limit,
    )


TIMELINE = View(
    name="timeline",
    path="/customers/{subject}/timeline",
    title="Timeline",
    answer=answer,
    parameters=TimelineParameters,
    reads=("profile",),
    capability=Capability.PERSONAL,
    personal=True,
    past=Past.PERSON,
    rows=every_moment,
)
