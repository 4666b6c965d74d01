"""Events as whoever watches the shop reads them: who, what, when and where, one line each; and who may see which.

Staff see what happened in their stores, and, of what names no store, what happened to customers whom they may see. What
says who looked at whom is for those who audit. A line tells codes and figures, and no word that a customer wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import msgspec

from events.codec import Codec, personal_fields
from events.envelope import Envelope
from events.errors import BadEvent
from events.event import Event
from events.log import Record
from projections._engine import queries
from projections._engine.registry import Connection
from services.access.roles import Capability
from services.access.viewer import Viewer
from services.views.scope import seen

ACCESS = "regulars.access."
PEOPLE = ("customer:", "visitor:")
UNREADABLE = "unreadable"
NOT_TOLD = frozenset({"store", "session"})
CURRENCY = "currency"
MOST_FIELDS = 4
MOST_CHARACTERS = 60

NAMES = """
SELECT asked.subject, (SELECT traits -> 'name' ->> 2 FROM profile_of(asked.subject)) AS name
  FROM unnest(%(subjects)s::text[]) AS asked (subject)
"""


class Wanted(NamedTuple):
    """Which events are wanted: of types that contain ``type``, of a subject, of a store; empty is all of them.

    Types that begin with ``without`` are not wanted, where that is said.
    """

    type: str = ""
    subject: str = ""
    store: str = ""
    without: str = ""

    @property
    def narrowed(self) -> bool:
        """Return whether somebody asked for some events alone."""
        return bool(self.type or self.subject or self.store)


class LiveEvent(NamedTuple):
    """An event on one line. ``name`` is the subject's, where it is known; ``said`` are its codes and figures."""

    partition: int
    offset: int
    recorded_at: datetime
    time: datetime | None
    type: str
    subject: str
    name: str
    store: str
    said: Mapping[str, str | int | float]


class Reader:
    """Makes lines of records, for one viewer who wants some of them."""

    def __init__(self, connection: Connection, viewer: Viewer, wanted: Wanted) -> None:
        """Look names and stores up over this connection."""
        self._connection = connection
        self._viewer = viewer
        self._wanted = wanted
        self._codec = Codec()

    def taken(self, records: Sequence[Record]) -> list[LiveEvent]:
        """Return the lines of the records that are wanted and may be seen, without names, in the records' order."""
        return self.open_to(map(self._line, records))

    def open_to(self, lines: Iterable[LiveEvent]) -> list[LiveEvent]:
        """Return those of some lines that are wanted and may be seen, in their order."""
        found = [line for line in lines if self._wants(line)]
        if not self._viewer.narrowed:
            return found
        asked = {line.subject for line in found if not line.store}
        may_see = seen(self._connection, self._viewer, asked)
        return [line for line in found if line.store in self._viewer.stores or line.subject in may_see]

    def named(self, lines: Iterable[LiveEvent]) -> list[LiveEvent]:
        """Return lines with the names of those whom they are about."""
        lines = list(lines)
        subjects = sorted({line.subject for line in lines if line.subject.startswith(PEOPLE)})
        rows = queries.rows(self._connection, NAMES, subjects=subjects) if subjects else []
        names = {row["subject"]: row["name"] or "" for row in rows}
        return [line._replace(name=names.get(line.subject, "")) for line in lines]

    def _wants(self, line: LiveEvent) -> bool:
        wanted, viewer = self._wanted, self._viewer
        if line.type.startswith(ACCESS) and not viewer.may(Capability.AUDIT):
            return False
        if viewer.narrowed and not line.subject.startswith(PEOPLE):
            return False
        in_store = line.store == wanted.store or (viewer.narrowed and not line.store)
        return (
            wanted.type in line.type
            and not (wanted.without and line.type.startswith(wanted.without))
            and (not wanted.subject or line.subject == wanted.subject)
            and (not wanted.store or in_store)
        )

    def _line(self, record: Record) -> LiveEvent:
        try:
            return line_of(record, self._codec.decode(record.value))
        except BadEvent:
            place = (record.partition, record.offset, record.recorded_at)
            return LiveEvent(*place, None, UNREADABLE, record.key, "", "", {})


def line_of(record: Record, envelope: Envelope) -> LiveEvent:
    """Return an event on one line, without the name of whom it is about."""
    return bare_line(record, envelope)._replace(said=_said(envelope))


def bare_line(record: Record, envelope: Envelope) -> LiveEvent:
    """Return an event on one line, without what it says: as much as tells who may see it."""
    data, place = envelope.data, (record.partition, record.offset, record.recorded_at)
    store = str(getattr(data, "store", ""))
    return LiveEvent(*place, envelope.time, data.event_type, envelope.subject, "", store, {})


def _said(envelope: Envelope) -> dict[str, str | int | float]:
    """Return the first few things that an event tells in one word or figure each, such as its order's id."""
    told: dict[str, Any] = msgspec.to_builtins(envelope.data)
    hidden = _hidden(type(envelope.data))
    plain = {name: _short(value) for name, value in told.items() if name not in hidden and _is_plain(value)}
    currency = {CURRENCY: plain.pop(CURRENCY)} if CURRENCY in plain else {}
    return {**dict(list(plain.items())[:MOST_FIELDS]), **currency}


@cache
def _hidden(event: type[Event]) -> frozenset[str]:
    """Return the fields of a type that a line does not tell."""
    return frozenset({*NOT_TOLD, *personal_fields(event)})


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float) and value not in {"", False}


def _short(value: str | float) -> str | int | float:
    return f"{value[:MOST_CHARACTERS]}…" if isinstance(value, str) and len(value) > MOST_CHARACTERS else value
