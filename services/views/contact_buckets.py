"""What customers turn to us for, in four buckets: how many, how soon they were answered, who waits, who asked again.

Reads what the report ``contacts`` reads, which says what everything means. Each figure leads to the contacts that it
counts: ``show`` says which of them are listed. With very many contacts who waits is told as of now, and the rest as it
was some while ago.
"""

from dataclasses import replace
from typing import Annotated, Any, LiteralString

import msgspec
from msgspec import Meta

from projections._engine import queries
from services.access.roles import Capability
from services.reports.contacts import BUCKETS, CHOSEN, CONTACTS, REPEAT_DAYS, lay_out
from services.views.event_places import with_places
from services.views.keeping import needed
from services.views.people import with_people
from services.views.reports import ByStore, FirstDay, LastDay, Store, answered
from services.views.view import BadParameter, Document, Parameters, Past, Reading, View

WORDS = {
    "product_information": "Product information",
    "problem_resolution": "Problem resolution",
    "access_to_people": "Access to people",
    "access_to_process": "Access to process",
}
SHOWS = {"waiting": "Who waits", "again": "Who asked again", "answered": "Answered", "all": "All"}

Bucket = Annotated[str, Meta(description=f"One bucket: {', '.join(BUCKETS)}.", max_length=64)]
Show = Annotated[str, Meta(description=f"Which contacts are listed: {', '.join(SHOWS)}.", max_length=16)]
Limit = Annotated[int, Meta(description="The most contacts that are listed.", ge=1, le=10_000)]

# Who waits under some identifier: who waits at all is among them, and an index finds them.
WAITING_NAMES = """
SELECT DISTINCT contact FROM contacts WHERE first_answered IS NULL OR first_answered > %(now)s
"""

# The same rows as those of who waits in the table of the report, without looking at everybody's.
WAITING: LiteralString = """
SELECT c.person, c.contact, c.bucket, c.channel, c.store, c."order", c.product, c.asked,
       NULL::timestamptz AS first_answered, NULL::float8 AS answered_hours,
       CASE WHEN c.first_resolved <= %(now)s THEN c.first_resolved END AS first_resolved,
       EXISTS (SELECT FROM contacts_of(c.person) AS o
                WHERE o.bucket = c.bucket AND (o.asked, o.contact) < (c.asked, c.contact)
                  AND c.asked - o.asked <= make_interval(days => %(repeat_days)s)) AS repeat,
       extract(epoch FROM %(now)s::timestamptz - c.asked)::float8 / 3600 AS waiting_hours
  FROM (SELECT * FROM contacts_by_person
         WHERE contact = ANY (%(names)s) AND asked <= %(now)s
           AND (first_answered IS NULL OR first_answered > %(now)s)
           AND (%(store)s::text IS NULL OR store = %(store)s) AND (%(about)s::text IS NULL OR bucket = %(about)s)
           AND (%(begin)s::date IS NULL OR (asked AT TIME ZONE 'UTC')::date >= %(begin)s)
           AND (%(end)s::date IS NULL OR (asked AT TIME ZONE 'UTC')::date <= %(end)s)
         ORDER BY asked, person, contact LIMIT %(limit)s) AS c
 ORDER BY c.asked, c.person, c.contact
"""

# Of the report's own table.
LISTED = f"""
WITH {CHOSEN}
SELECT person, contact, bucket, channel, store, "order", product, asked, first_answered,
       seconds / 3600 AS answered_hours, first_resolved, repeat,
       CASE WHEN first_answered IS NULL THEN extract(epoch FROM %(now)s::timestamptz - asked)::float8 / 3600 END
           AS waiting_hours
  FROM chosen
 WHERE CASE %(show)s WHEN 'waiting' THEN first_answered IS NULL WHEN 'answered' THEN first_answered IS NOT NULL
                     WHEN 'again' THEN repeat ELSE true END
 ORDER BY CASE WHEN %(show)s = 'waiting' THEN asked END, asked DESC, person, contact LIMIT %(limit)s
"""  # noqa: S608 - made of constants


class ContactParameters(Parameters, frozen=True, kw_only=True):
    """Which contacts are wanted."""

    store: Store | None = None
    begin: FirstDay | None = msgspec.field(default=None, name="from")
    end: LastDay | None = msgspec.field(default=None, name="to")
    bucket: Bucket | None = None
    show: Show = "waiting"
    limit: Limit = 50


def answer(reading: Reading) -> Document:
    """Contacts by bucket, store and month, and those that are listed: who waits, who asked again, or all."""
    asked: ContactParameters = reading.asked
    if asked.show not in SHOWS:
        message = f"show: {asked.show!r} is none; there are {', '.join(SHOWS)}."
        raise BadParameter(message)
    if asked.bucket is not None and asked.bucket not in BUCKETS:
        message = f"bucket: {asked.bucket!r} is none; there are {', '.join(BUCKETS)}."
        raise BadParameter(message)
    of_store = ByStore(store=asked.store, begin=asked.begin, end=asked.end, limit=50)
    report = answered(CONTACTS, replace(reading, asked=of_store))
    if asked.show == "waiting":
        listed = _waiting(reading)
    else:
        listed = needed(reading, ("contact_buckets", asked), CONTACTS.reads, _others)
    return {
        "headline": report["headline"],
        "figures": report["figures"],
        "choices": report["choices"],
        "tables": {
            "contacts": _shown(reading, listed),
            "buckets": report["tables"]["buckets"],
            "stores": report["tables"]["stores"],
            "months": report["tables"]["months"],
            "asking_again": with_people(
                reading.connection, report["tables"]["asking_again"], reading.now, live=reading.until is None
            ),
        },
    }


def _wanted(reading: Reading) -> dict[str, Any]:
    asked: ContactParameters = reading.asked
    said = {"store": asked.store, "begin": asked.begin, "end": asked.end, "about": asked.bucket, "show": asked.show}
    return said | {"now": reading.now, "limit": asked.limit, "repeat_days": REPEAT_DAYS}


def _waiting(reading: Reading) -> list[dict[str, Any]]:
    names = [row["contact"] for row in queries.rows(reading.connection, WAITING_NAMES, now=reading.now)]
    return queries.rows(reading.connection, WAITING, **_wanted(reading), names=names)


def _others(reading: Reading) -> list[dict[str, Any]]:
    wanted = _wanted(reading)
    lay_out(reading.connection, wanted)
    return queries.rows(reading.connection, LISTED, **wanted)


def _shown(reading: Reading, listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    placed = with_places(reading.connection, listed, "asked", "regulars.contact.received")
    return with_people(reading.connection, placed, reading.now, live=reading.until is None)


CONTACT_BUCKETS = View(
    name="contact_buckets",
    path="/contacts",
    title="Contacts",
    answer=answer,
    parameters=ContactParameters,
    reads=(*CONTACTS.reads, "managers", "profile"),
    capability=Capability.PERSONAL,
    past=Past.EVERYBODY,
)
