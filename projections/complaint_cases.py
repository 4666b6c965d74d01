"""Complaints: when each was opened, first answered, resolved and reopened, and all its steps.

Reads the complaint events. One row per subject and complaint. Whether a promise was kept is computed at read, from the
times kept here and a clock that is passed in. Shown in the shop report and in the report ``complaints``.

``steps`` is the set of what happened, so that what was so at any time can be told: a JSON array each, ``[time, kind,
event id, word]``, of kind ``raised``, ``acknowledged``, ``replied``, ``waiting``, ``answered`` (by the customer),
``requested`` (a gesture above somebody's authority), ``declined``, ``gesture``, ``resolved``, ``confirmed``,
``reopened``, ``escalated`` or ``rated``. The word is a gesture's kind (amount in minor units and currency follow, and
who asked for it), an outcome, a reason, to whom it was passed up, or a rating. It suits some hundreds of steps a
complaint.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from events.catalog import complaints as told
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Earliest, Key, Latest, Max, Min, Sum, Union
from projections._engine.declaration import Projection, Row, Signal, folds, signals
from projections._engine.registry import Connection

PROMISE = timedelta(hours=24)
JSON = msgspec.json.Encoder()


def step(envelope: Envelope, kind: str, *told: str | int) -> tuple[str]:
    """Return one step of a complaint, which its event names."""
    return (JSON.encode((envelope.time, kind, envelope.id, *(told or ("",)))).decode(),)


class ComplaintCases(Projection, version=4, indexes=("complaint", "resolved", "reopened", "requested")):
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
    requested: Max[datetime]
    settled: Max[datetime]
    satisfaction: Latest[int]
    cause: Earliest[str]
    store: Earliest[str]
    channel: Earliest[str]
    order: Earliest[str]
    steps: Union

    @folds(told.ComplaintRaised)
    def raised(self, event: told.ComplaintRaised, envelope: Envelope) -> Row:
        """The first word of a complaint counts as its opening."""
        return self.row(
            envelope.subject,
            event.complaint,
            opened=envelope.time,
            cause=event.cause,
            store=event.store,
            channel=event.channel,
            order=event.order,
            steps=step(envelope, "raised"),
        )

    @folds(told.ComplaintAcknowledged)
    def was_acknowledged(self, event: told.ComplaintAcknowledged, envelope: Envelope) -> Row:
        """We said that we have it; that is no reply yet."""
        heard = step(envelope, "acknowledged")
        return self.row(envelope.subject, event.complaint, acknowledged=envelope.time, steps=heard)

    @folds(told.ComplaintReplied)
    def replied(self, event: told.ComplaintReplied, envelope: Envelope) -> Row:
        """A person answered."""
        answer = step(envelope, "replied")
        return self.row(envelope.subject, event.complaint, first_reply=envelope.time, replies=1, steps=answer)

    @folds(told.ComplaintWaiting)
    def waits(self, event: told.ComplaintWaiting, envelope: Envelope) -> Row:
        """We asked the customer something: the promised time stands still."""
        return self.row(envelope.subject, event.complaint, steps=step(envelope, "waiting"))

    @folds(told.ComplaintAnsweredByCustomer)
    def was_told_more(self, event: told.ComplaintAnsweredByCustomer, envelope: Envelope) -> Row:
        """The customer answered: it runs again."""
        return self.row(envelope.subject, event.complaint, steps=step(envelope, "answered"))

    @folds(told.GestureOffered)
    def gesture(self, event: told.GestureOffered, envelope: Envelope) -> Row:
        """We offered to make up for it."""
        offered = step(envelope, "gesture", event.kind, event.amount_minor, event.currency)
        settled = envelope.time if event.amount_minor else None
        return self.row(envelope.subject, event.complaint, gestures=1, settled=settled, steps=offered)

    @folds(told.GestureRequested)
    def would_offer(self, event: told.GestureRequested, envelope: Envelope) -> Row:
        """Somebody else is to approve it."""
        asked = step(envelope, "requested", event.kind, event.amount_minor, event.currency, event.by)
        return self.row(envelope.subject, event.complaint, requested=envelope.time, steps=asked)

    @folds(told.GestureDeclined)
    def was_declined(self, event: told.GestureDeclined, envelope: Envelope) -> Row:
        """It is not offered."""
        declined = step(envelope, "declined", event.reason)
        return self.row(envelope.subject, event.complaint, settled=envelope.time, steps=declined)

    @folds(told.ComplaintResolved)
    def was_resolved(self, event: told.ComplaintResolved, envelope: Envelope) -> Row:
        """The last resolution counts; a later reopening undoes it."""
        settled = step(envelope, "resolved", event.outcome)
        return self.row(envelope.subject, event.complaint, resolved=envelope.time, steps=settled)

    @folds(told.ComplaintConfirmed)
    def was_confirmed(self, event: told.ComplaintConfirmed, envelope: Envelope) -> Row:
        """The customer says so, too."""
        return self.row(envelope.subject, event.complaint, steps=step(envelope, "confirmed"))

    @folds(told.ComplaintReopened)
    def was_reopened(self, event: told.ComplaintReopened, envelope: Envelope) -> Row:
        """The customer was not content."""
        again = step(envelope, "reopened", event.reason)
        return self.row(envelope.subject, event.complaint, reopened=envelope.time, times_reopened=1, steps=again)

    @folds(told.ComplaintEscalated)
    def was_passed_up(self, event: told.ComplaintEscalated, envelope: Envelope) -> Row:
        """Somebody else is to see to it."""
        return self.row(envelope.subject, event.complaint, steps=step(envelope, "escalated", event.to))

    @folds(told.SatisfactionRated)
    def rated(self, event: told.SatisfactionRated, envelope: Envelope) -> Row:
        """How content the customer was in the end."""
        rated = step(envelope, "rated", str(event.rating))
        return self.row(envelope.subject, event.complaint, satisfaction=event.rating, steps=rated)

    @signals(told.ComplaintRaised)
    def opens(self, event: told.ComplaintRaised, envelope: Envelope) -> Signal:
        """Somebody should hear of it at once."""
        return Signal("complaint_opened", envelope.subject, {"complaint": event.complaint, "order": event.order})

    @signals(told.ComplaintReplied)
    def is_answered(self, event: told.ComplaintReplied, envelope: Envelope) -> Signal:
        """What was promised may be kept by it."""
        return Signal("complaint_replied", envelope.subject, {"complaint": event.complaint, "by": event.by})

    @signals(told.ComplaintWaiting)
    def stands_still(self, event: told.ComplaintWaiting, envelope: Envelope) -> Signal:
        """The promised time stands still."""
        return Signal("complaint_waiting", envelope.subject, {"complaint": event.complaint})

    @signals(told.ComplaintAnsweredByCustomer)
    def runs_again(self, event: told.ComplaintAnsweredByCustomer, envelope: Envelope) -> Signal:
        """The promised time runs again."""
        return Signal("complaint_answered", envelope.subject, {"complaint": event.complaint})

    @signals(told.ComplaintResolved)
    def is_settled(self, event: told.ComplaintResolved, envelope: Envelope) -> Signal:
        """What was open because of it may be closed."""
        return Signal("complaint_resolved", envelope.subject, {"complaint": event.complaint, "outcome": event.outcome})

    @signals(told.ComplaintConfirmed)
    def is_content(self, event: told.ComplaintConfirmed, envelope: Envelope) -> Signal:
        """The customer need not be waited for any more."""
        return Signal("complaint_confirmed", envelope.subject, {"complaint": event.complaint})

    @signals(told.ComplaintReopened)
    def opens_again(self, event: told.ComplaintReopened, envelope: Envelope) -> Signal:
        """An answer is owed again."""
        return Signal("complaint_reopened", envelope.subject, {"complaint": event.complaint, "reason": event.reason})

    @signals(told.ComplaintEscalated)
    def goes_up(self, event: told.ComplaintEscalated, envelope: Envelope) -> Signal:
        """Somebody else is to see to it, and to hear of that."""
        said = {"complaint": event.complaint, "to": event.to, "reason": event.reason, "by": event.by}
        return Signal("complaint_escalated", envelope.subject, said)

    @signals(told.SatisfactionRated)
    def says_how_it_was(self, event: told.SatisfactionRated, envelope: Envelope) -> Signal:
        """Somebody who is not content should be asked why; how low that is, the house settles."""
        return Signal("complaint_rated", envelope.subject, {"complaint": event.complaint, "rating": str(event.rating)})


# The complaints that there were by the clock that is passed in, without what happened later. A case that was resolved
# before and again after that moment shows as open, since only the last resolution has a column; the steps, and so the
# report ``complaints``, have it exactly.
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
