"""Complaints: when each was opened, first answered, resolved and reopened.

Reads the complaint events. One row per subject and complaint. Whether a promise was kept is computed at read, from the
times kept here and a clock that is passed in. Shown in the shop report.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from events.catalog.complaints import (
    ComplaintAcknowledged,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    GestureOffered,
    SatisfactionRated,
)
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Earliest, Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals
from projections._engine.registry import Connection

PROMISE = timedelta(hours=24)


class ComplaintCases(Projection, version=1):
    """One complaint's way."""

    subject: Key[str]
    complaint: Key[str]
    opened: Min[datetime]
    acknowledged: Min[datetime]
    first_reply: Min[datetime]
    replies: Sum
    resolved: Max[datetime]
    reopened: Max[datetime]
    times_reopened: Sum
    gestures: Sum
    satisfaction: Latest[int]
    cause: Earliest[str]
    store: Earliest[str]
    channel: Earliest[str]
    order: Earliest[str]

    @folds(ComplaintRaised)
    def raised(self, event: ComplaintRaised, envelope: Envelope) -> Row:
        """The first word of a complaint counts as its opening."""
        return self.row(
            envelope.subject,
            event.complaint,
            opened=envelope.time,
            cause=event.cause,
            store=event.store,
            channel=event.channel,
            order=event.order,
        )

    @folds(ComplaintAcknowledged)
    def was_acknowledged(self, event: ComplaintAcknowledged, envelope: Envelope) -> Row:
        """We said that we have it; that is no reply yet."""
        return self.row(envelope.subject, event.complaint, acknowledged=envelope.time)

    @folds(ComplaintReplied)
    def replied(self, event: ComplaintReplied, envelope: Envelope) -> Row:
        """A person answered."""
        return self.row(envelope.subject, event.complaint, first_reply=envelope.time, replies=1)

    @folds(GestureOffered)
    def gesture(self, event: GestureOffered, envelope: Envelope) -> Row:
        """We offered to make up for it."""
        return self.row(envelope.subject, event.complaint, gestures=1)

    @folds(ComplaintResolved)
    def was_resolved(self, event: ComplaintResolved, envelope: Envelope) -> Row:
        """The last resolution counts; a later reopening undoes it."""
        return self.row(envelope.subject, event.complaint, resolved=envelope.time)

    @folds(ComplaintReopened)
    def was_reopened(self, event: ComplaintReopened, envelope: Envelope) -> Row:
        """The customer was not content."""
        return self.row(envelope.subject, event.complaint, reopened=envelope.time, times_reopened=1)

    @folds(SatisfactionRated)
    def rated(self, event: SatisfactionRated, envelope: Envelope) -> Row:
        """How content the customer was in the end."""
        return self.row(envelope.subject, event.complaint, satisfaction=event.rating)

    @signals(ComplaintRaised)
    def opens(self, event: ComplaintRaised, envelope: Envelope) -> Signal:
        """Somebody should hear of it at once."""
        return Signal("complaint_opened", envelope.subject, {"complaint": event.complaint, "order": event.order})


# The complaints that there were by the clock that is passed in, without what happened later. A case that was resolved
# before and again after that moment shows as open, since only the last resolution is kept; as-of has it exactly.
SEEN = """
SELECT subject, complaint, opened, cause, store,
       CASE WHEN first_reply <= %(now)s THEN first_reply END AS first_reply,
       CASE WHEN resolved <= %(now)s THEN resolved END AS resolved,
       CASE WHEN reopened <= %(now)s THEN reopened END AS reopened
  FROM complaint_cases WHERE opened <= %(now)s
"""

# How many complaints were answered within the promise.
KEPT = f"""
SELECT count(*) AS complaints,
       count(*) FILTER (WHERE first_reply <= opened + %(promise)s) AS kept,
       count(*) FILTER (WHERE coalesce(first_reply, %(now)s) > opened + %(promise)s) AS broken,
       count(*) FILTER (WHERE resolved IS NULL OR reopened > resolved) AS open
  FROM ({SEEN}) AS c
"""

# Each complaint: whose it is, how long it waited for an answer, whether it is open, and whether that was too long.
CASES = f"""
SELECT p.person, c.complaint, c.opened, c.first_reply, c.resolved, c.cause, c.store,
       extract(epoch FROM coalesce(c.first_reply, %(now)s) - c.opened)::float8 / 3600 AS waited_hours,
       coalesce(c.reopened > c.resolved, c.resolved IS NULL) AS open,
       coalesce(c.first_reply, %(now)s) > c.opened + %(promise)s AS late
  FROM ({SEEN}) AS c
 CROSS JOIN LATERAL (SELECT coalesce((SELECT person FROM person_of WHERE identifier = c.subject), c.subject)
                         AS person) AS p
"""

# Complaints that had no answer within the promise, the longest wait first.
LATE = f"""
SELECT * FROM ({CASES}) AS c WHERE late
 ORDER BY (first_reply IS NULL) DESC, waited_hours DESC, complaint LIMIT %(limit)s
"""

# What may stand between these persons and us: complaints that are open or were answered late, the newest first.
GRUDGES = f"""
SELECT * FROM ({CASES}) AS c WHERE (late OR open) AND person = ANY (%(persons)s)
 ORDER BY person, opened DESC, complaint
"""


def promise_kept(connection: Connection, now: datetime, promise: timedelta = PROMISE) -> dict[str, Any]:
    """Return complaints, kept, broken and open as of ``now``; one may be neither kept nor broken yet."""
    return queries.row(connection, KEPT, now=now, promise=promise)


def late(
    connection: Connection, now: datetime, *, promise: timedelta = PROMISE, limit: int = 10
) -> list[dict[str, Any]]:
    """Return complaints without an answer in time, those without any first."""
    return queries.rows(connection, LATE, now=now, promise=promise, limit=limit)


def grudges_of(
    connection: Connection, persons: Sequence[str], now: datetime, *, promise: timedelta = PROMISE
) -> list[dict[str, Any]]:
    """Return complaints of these persons that are open as of ``now`` or were answered late, the newest first."""
    return queries.rows(connection, GRUDGES, persons=list(persons), now=now, promise=promise)
