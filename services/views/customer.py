"""One customer's page: everything that is known of them, of now or of any point in their past.

The sections are those of ``services.reports.customer``; besides there is what only the page shows: what they brought,
what they allow, how their identifiers hang together, their timeline, and the marks of their events for the slider.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Any

from msgspec import Meta

from events.catalog.consent import ErasureRequested, PersonErased
from events.catalog.customers import NoteTaken
from projections._engine import queries
from projections._engine.as_of import AtPositions, HappenedBy, KnownAt
from projections._engine.registry import Connection
from services.access.roles import Capability
from services.dial.wording import moved_since
from services.reports.counted_of import COUNTED_OF
from services.reports.customer import SECTIONS, Section, as_one, page
from services.views.timeline import TYPES_SHOWN, Family, TimelineParameters, last_of, moments
from services.views.view import BadParameter, Document, NotFound, Parameters, Past, Reading, Row, View

EventNumber = Annotated[int, Meta(description="Which of their events, the first being 1.", ge=0, le=2**31)]

Since = Annotated[int, Meta(description="Since how many months ago it is told what moved their dial.", ge=1, le=36)]

SHOWN_MOMENTS = 20
SHOWN_NOTES = 3

SPEND = Section(
    "spend",
    """
    SELECT currency, sum(orders)::bigint AS orders,
           sum(spend_minor)::bigint AS gross_minor,
           sum(spend_minor - cancelled_minor - returned_minor)::bigint AS net_minor
      FROM purchases_of(%(subject)s) GROUP BY currency HAVING sum(orders) > 0 ORDER BY sum(orders) DESC, currency
    """,
)
CONSENTS = Section(
    "consents",
    """
    SELECT purpose, channel, given, given_at AS since, text_version FROM consents_of(%(subject)s)
     ORDER BY purpose, channel
    """,
)
COUNTED = Section("counted", COUNTED_OF, as_one)

# All events of a person as of today, also where the page shows a past: the slider runs over them.
EVENTS = """
WITH who AS MATERIALIZED (
    SELECT coalesce((SELECT person FROM projection.person_of WHERE identifier = %(subject)s), %(subject)s) AS person
)
SELECT "time", recorded_at, type, partition, "offset" FROM projection.timeline
 WHERE subject IN (SELECT person FROM who
                    UNION SELECT identifier FROM projection.person_of WHERE person = (SELECT person FROM who))
   AND type = ANY (%(types)s)
 ORDER BY "time", id
"""

# The step of the slider after so many, and the one after it.
STEPS_FROM = """
WITH who AS MATERIALIZED (
    SELECT coalesce((SELECT person FROM projection.person_of WHERE identifier = %(subject)s), %(subject)s) AS person
)
SELECT DISTINCT "time" FROM projection.timeline
 WHERE subject IN (SELECT person FROM who
                    UNION SELECT identifier FROM projection.person_of WHERE person = (SELECT person FROM who))
   AND type = ANY (%(types)s)
 ORDER BY "time" OFFSET %(before)s LIMIT 2
"""

LINKS = """
SELECT subject, identifier, linked, linked_at, decision, decision_at FROM identity
 WHERE subject = ANY (%(identifiers)s) OR identifier = ANY (%(identifiers)s)
 ORDER BY subject, identifier
"""


class CustomerParameters(Parameters, frozen=True, kw_only=True):
    """What of a customer's timeline is shown first; ``event`` is where the slider of the page stands."""

    show: Family = ""
    since: Since = 1
    event: EventNumber | None = None


def answer(reading: Reading) -> Document:
    """Answer with every section of a customer's page; any identifier of theirs will do."""
    subject = reading.path["subject"]
    if reading.asked.event is not None:
        message = "event: only the page counts events: ask for a point with happened_by."
        raise BadParameter(message)
    told = page(reading.connection, subject, reading.now, SECTIONS)
    if told["profile"] is None:
        message = f"Nothing was known of {subject[:192]} by then."
        raise NotFound(message)
    more = page(reading.connection, subject, reading.now, (SPEND, CONSENTS, COUNTED))
    identifiers = told["identity"]["identifiers"]
    first = moments(reading, TimelineParameters(show=reading.asked.show, limit=SHOWN_MOMENTS))
    return {
        **told,
        **more,
        "person": told["identity"]["person"],
        "moved": moved_since(told["dial"][0], reading.asked.since) if told["dial"] else None,
        "links": queries.rows(reading.connection, LINKS, identifiers=identifiers),
        "events": {**_events(reading, subject), "dial": _dial_line(told["dial"])},
        "forgotten": _forgotten(reading),
        "notes": last_of(reading, NoteTaken, SHOWN_NOTES),
        "next": first["next"],
        "tables": first["tables"],
    }


def _events(reading: Reading, subject: str) -> dict[str, Any]:
    """Return the times of a person's events of now, and which of them is the last that the page has seen.

    What happened at the same instant is one step of the slider: no point in time lies between it.
    """
    rows = queries.rows(reading.connection, EVENTS, subject=subject, types=TYPES_SHOWN)
    seen = [row for row in rows if _seen(reading, row)]
    steps, done = _steps(rows), _steps(seen)
    return {
        "count": len(steps),
        "at": len(done),
        "last": seen[-1] if seen else None,
        "before": done[-2] if len(done) > 1 else None,
        "after": steps[len(done)] if len(done) < len(steps) else None,
        "first": steps[0] if steps else None,
        "until": steps[-1] if steps else None,
        "orders": _times(rows, "regulars.order.placed."),
        "complaints": _times(rows, "regulars.complaint.raised."),
    }


def _forgotten(reading: Reading) -> dict[str, Any]:
    """Return when they last asked to be forgotten, and when that was done."""
    asked, done = (last_of(reading, each, 1) for each in (ErasureRequested, PersonErased))
    return {"asked": asked[0]["time"] if asked else None, "done": done[0]["time"] if done else None}


def _steps(rows: Sequence[Row]) -> list[datetime]:
    return sorted({row["time"] for row in rows})


def _dial_line(dials: list[Row]) -> list[tuple[datetime, int]]:
    """Return the months of a dial, the first one first, as instants with their dials."""
    months = reversed(dials[0]["history"]) if dials else []
    return [(datetime.combine(each["month"], time(), UTC), each["dial"]) for each in months]


def _seen(reading: Reading, row: Row) -> bool:
    match reading.until:
        case None:
            return True
        case KnownAt(instant):
            return bool(row["recorded_at"] <= instant)
        case HappenedBy(instant):
            return bool(row["time"] <= instant)
        case AtPositions(positions):
            return bool(row["offset"] < positions.get(row["partition"], 0))


def _times(rows: Sequence[Row], beginning: str) -> list[datetime]:
    return [row["time"] for row in rows if row["type"].startswith(beginning)]


def time_of_event(connection: Connection, subject: str, number: int) -> datetime | None:
    """Return when one of a customer's events happened, counted from the first, or None of the last one: that is now.

    It is told to nobody: whoever asks for the page as of then is held against the customer.
    """
    asked = {"subject": subject, "types": TYPES_SHOWN, "before": number - 1}
    rows = queries.rows(connection, STEPS_FROM, **asked) if number > 0 else []
    return rows[0]["time"] if len(rows) > 1 else None


CUSTOMER = View(
    name="customer",
    path="/customers/{subject}",
    title="Customer",
    answer=answer,
    parameters=CustomerParameters,
    reads=("profile", "purchases", "identity", "complaint_cases", "orders", "tasks", "promises"),
    capability=Capability.PERSONAL,
    personal=True,
    past=Past.PERSON,
)
