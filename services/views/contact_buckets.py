"""What customers turn to us for, in four buckets: how many, how soon they were answered, who waits, who asked again.

Reads what the report ``contacts`` reads, which says what everything means. Each figure leads to the contacts that it
counts: ``show`` says which of them are listed.
"""

from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from projections._engine import queries
from services.access.roles import Capability
from services.reports.contacts import BUCKETS, CHOSEN, CONTACTS
from services.views.event_places import with_places
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

# The report's own table, which lasts as long as the reading.
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
    wanted = {**report["question"], "about": asked.bucket, "show": asked.show, "limit": asked.limit}
    listed = queries.rows(reading.connection, LISTED, **wanted)
    return {
        "headline": report["headline"],
        "figures": report["figures"],
        "stores": [row["store"] for row in report["tables"]["stores"] if row["store"]],
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
