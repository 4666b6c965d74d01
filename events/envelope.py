"""The envelope: CloudEvents 1.0 attributes around one typed event.

Every service, fold and log speaks of envelopes; only ``events.codec`` knows how one looks on the wire.
"""

from datetime import UTC, datetime
from typing import Annotated

from msgspec import Meta, Struct

from events.event import Event

EARLIEST_TIME = datetime(1900, 1, 1, tzinfo=UTC)
LATEST_TIME = datetime(2100, 1, 1, tzinfo=UTC)

Identifier = Annotated[str, Meta(min_length=1, max_length=128)]
Source = Annotated[str, Meta(min_length=1, max_length=256)]
Subject = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}:[^\s]", max_length=192)]
"""``kind:id``, such as ``customer:42`` or ``visitor:7f3a``. E-mail and phone go on the log as a keyed hash."""


class Envelope(Struct, frozen=True, gc=False, kw_only=True):
    """One fact as the log holds it.

    ``time`` is when it happened, in UTC, by the source's clock; when the log recorded it is the record's matter.
    ``id`` is unique over all sources: sending it again changes nothing.
    """

    id: Identifier
    source: Source
    time: Annotated[datetime, Meta(tz=True)]
    subject: Subject
    data: Event
    correlationid: Annotated[str, Meta(max_length=128)] = ""
    causationid: Annotated[str, Meta(max_length=128)] = ""
