"""One customer's page: sections, each one query, all asked in one round trip.

A section's query asks for one person, named by any identifier of theirs (``%(subject)s``), by the clock ``%(now)s``. It
reads ``purchases_of(%(subject)s)`` and the like, which cost no more than that person's rows.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from psycopg import Cursor
from psycopg.rows import DictRow, dict_row

from projections import PROJECTIONS
from projections._engine.as_of import AtPositions, Until
from projections._engine.person_past import looking_back
from projections._engine.registry import Connection
from services.dial.wording import history_of
from services.house.clock import clock_of
from services.reports.checklist_runs import NEXT_STEPS
from services.reports.complaints_of import COMPLAINTS_OF, as_complaints
from services.reports.contacts_of import CONTACTS_OF
from services.reports.dial_of import DIALS_OF
from services.reports.next_offer_evidence import EVIDENCE, as_offers
from services.reports.order_rows import OPEN_ORDERS
from services.reports.preferences_of import PREFERENCES_OF, SHARE_OF
from services.reports.promises_of import PROMISES_OF
from services.reports.referral_trees import REFERRALS_OF
from services.reports.tasks_of import TASKS_OF
from services.reports.unmet_asked import WISHES_OF
from services.reports.visits import LAST_VISITS
from services.reports.voice_said import VOICE_OF
from services.segments.members import SEGMENTS_OF

Rows = list[dict[str, Any]]


def as_rows(rows: Rows) -> Any:  # noqa: ANN401 - JSON
    """Return rows as they are."""
    return rows


def as_one(rows: Rows) -> Any:  # noqa: ANN401 - JSON
    """Return the only row, or None."""
    return rows[0] if rows else None


class Section(NamedTuple):
    """A part of the page: its name, its query, and how the rows are shown."""

    name: str
    query: LiteralString
    shape: Callable[[Rows], Any] = as_rows


IDENTIFIERS = Section(
    "identity",
    """
    SELECT own.person, array_agg(own.identifier ORDER BY own.identifier COLLATE "C") AS identifiers
      FROM (SELECT p.person, i.identifier FROM (SELECT coalesce((SELECT person FROM person_of
                     WHERE identifier = %(subject)s), %(subject)s) AS person) AS p
             CROSS JOIN LATERAL (SELECT p.person AS identifier
                                  UNION SELECT identifier FROM person_of AS o WHERE o.person = p.person) AS i) AS own
     GROUP BY own.person
    """,
    as_one,
)

PROFILE = Section(
    "profile",
    """
    SELECT first_seen, last_seen, visits, searches, orders, complaints, contacts,
           (SELECT coalesce(jsonb_object_agg(t.name, t.held ->> 2), '{}') FROM jsonb_each(p.traits) AS t (name, held)
             WHERE t.held ->> 2 <> '') AS traits
      FROM profile_of(%(subject)s) AS p
    """,
    as_one,
)

PREFERENCES = Section("preferences", PREFERENCES_OF, as_one)
DIALS = Section("dial", DIALS_OF, history_of)
SHARE = Section("share_of_customer", SHARE_OF)
VISITS = Section("visits", LAST_VISITS)
WISHES = Section("wishes", WISHES_OF)
NEXT_OFFER = Section("next_offer", EVIDENCE, as_offers)
SEGMENTS = Section("segments", SEGMENTS_OF)
REFERRALS = Section("referrals", REFERRALS_OF)
TO_DO = Section("next_steps", NEXT_STEPS)
CONTACT_PLAN = Section("contact_plan", CONTACTS_OF, as_one)
SAID = Section("voice", VOICE_OF)
COMPLAINTS = Section("complaints", COMPLAINTS_OF, as_complaints)
ORDERS = Section("open_orders", OPEN_ORDERS)
TASKS = Section("tasks", TASKS_OF)
PROMISES = Section("promises", PROMISES_OF)

SECTIONS: tuple[Section, ...] = (
    IDENTIFIERS,
    PROFILE,
    DIALS,
    PREFERENCES,
    SHARE,
    VISITS,
    WISHES,
    NEXT_OFFER,
    SEGMENTS,
    REFERRALS,
    TASKS,
    TO_DO,
    PROMISES,
    COMPLAINTS,
    ORDERS,
    CONTACT_PLAN,
    SAID,
)


def page(connection: Connection, subject: str, now: datetime, sections: Sequence[Section] = SECTIONS) -> dict[str, Any]:
    """Return the sections by name, read in one round trip."""
    asked: Mapping[str, Any] = {"subject": subject, "now": now}
    with connection.pipeline():
        cursors: list[Cursor[DictRow]] = [
            connection.cursor(row_factory=dict_row).execute(section.query, asked) for section in sections
        ]
    told: dict[str, Any] = {}
    for section, cursor in zip(sections, cursors, strict=True):
        with cursor:
            told[section.name] = section.shape(cursor.fetchall())
    return told


def page_as_of(
    connection: Connection,
    subject: str,
    until: Until | None,
    now: datetime | None,
    sections: Sequence[Section] = SECTIONS,
) -> dict[str, Any]:
    """Return the sections of now, or as of a point in the past, for which that person's events are folded again.

    Without a clock it is the house's, or the past's own.
    """
    if until is None:
        return page(connection, subject, now or clock_of(connection).now(), sections)
    clock = now or (clock_of(connection).now() if isinstance(until, AtPositions) else until.instant)
    with looking_back(connection, PROJECTIONS, subject, until):
        return page(connection, subject, clock, sections)
