"""Complaints as the board and their own pages have them: in which column each stands, and what is to be done by when.

A promise is measured as in the report ``complaints``. Of an open complaint the next promise counts that is not done
yet: the first reply, then the resolution. At risk is what has less than RISK left by the clock on the wall.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, LiteralString

import msgspec

from projections._engine import queries
from services.promises.complaint import Step, requested
from services.promises.in_force import VERSIONS, Promises
from services.reports.complaints_counted import BROKEN, Complaint, measured
from services.views.view import Reading

RISK = timedelta(hours=4)
LATELY = timedelta(days=7)
PAST, AT_RISK, ON_TRACK, WAITING, RESOLVED = "past", "at_risk", "on_track", "waiting", "resolved"
COLUMNS = {
    PAST: "Past the promise",
    AT_RISK: "At risk",
    ON_TRACK: "On track",
    WAITING: "Waiting for the customer",
    RESOLVED: "Resolved lately",
}
CASES: LiteralString = """
SELECT person, complaint, store, cause, channel, "order", opened, steps FROM complaint_cases_by_person
 WHERE opened <= %(now)s
   AND (%(store)s::text IS NULL OR store = %(store)s) AND (%(cause)s::text IS NULL OR coalesce(cause, '') = %(cause)s)
   AND complaint = ANY (%(names)s)
   AND (%(complaint)s::text IS NOT NULL OR resolved IS NULL OR resolved > %(since)s OR reopened > resolved)
"""

# Those that are open, or were resolved lately, under some identifier: what is so at all is among them.
NAMES: LiteralString = """
SELECT DISTINCT complaint FROM complaint_cases
 WHERE resolved IS NULL OR resolved > %(since)s OR (reopened IS NOT NULL AND reopened > resolved)
"""

_DECODER = msgspec.json.Decoder(Step)


def cases(
    reading: Reading, *, store: str | None = None, cause: str | None = None, complaint: str | None = None
) -> Iterator[dict[str, Any]]:
    """Yield complaints that are open or were resolved lately; or the one that is named, however it stands."""
    since = reading.now - LATELY
    asked = {"now": reading.now, "since": since, "store": store, "cause": cause, "complaint": complaint}
    named = [complaint] if complaint is not None else _names(reading, since)
    promises = Promises(queries.rows(reading.connection, VERSIONS, now=reading.now), reading.now)
    for row in queries.rows(reading.connection, CASES, **asked, names=named):
        told = measured(row, promises, reading.now)
        recent = told.standing.resolved is None or told.standing.resolved > since
        if recent or complaint is not None:
            yield _row(row, told, reading.now)


def _names(reading: Reading, since: datetime) -> list[str]:
    return [row["complaint"] for row in queries.rows(reading.connection, NAMES, since=since)]


def steps_of(row: Mapping[str, Any], now: datetime) -> list[Step]:
    """Return the steps of a complaint by the clock, in their order."""
    steps = [step for step in map(_DECODER.decode, row["steps"]) if step.at <= now]
    return sorted(steps, key=lambda step: (step.at, step.event))


def _row(row: Mapping[str, Any], told: Complaint, now: datetime) -> dict[str, Any]:
    state, promise, promised, due = _next(told, now)
    left = None if due is None else (due - now).total_seconds()
    steps = steps_of(row, now)
    passed = [step.word for step in steps if step.kind == "escalated"]
    worked = (told.reply if promise == "reply" else told.resolution).worked
    stands = told.standing
    return {
        "person": told.person,
        "complaint": told.complaint,
        "state": state,
        "store": told.store,
        "cause": told.cause,
        "channel": row["channel"] or "",
        "order": row["order"] or "",
        "opened": told.opened,
        "promise": promise,
        "due": due,
        "left_seconds": left,
        "gone_share": min(1.0, worked / promised) if promised else 1.0,
        "waiting_since": stands.pauses[-1].begin if stands.waiting and told.is_open else None,
        "owner": passed[-1] if passed else "",
        "answered": stands.first_reply,
        "replied_since": _replied(steps),
        "resolved": stands.resolved,
        "reply_state": told.reply.state,
        "resolution_state": told.resolution.state,
        "reopened": stands.reopened,
        "gestures": [gesture._asdict() for gesture in stands.gestures],
        "asked": _asked(steps),
        "rating": stands.rating,
    }


def _asked(steps: list[Step]) -> dict[str, Any] | None:
    """Return who asks for which gesture above their authority, while that is not settled."""
    step = requested(steps)
    return None if step is None else msgspec.structs.asdict(step)


def _next(told: Complaint, now: datetime) -> tuple[str, str, timedelta, datetime | None]:
    """Return the column, the promise that is next, how long it is, and when it is due, if its clock runs."""
    promise, promised, against = "resolution", told.promise.resolution, told.resolution
    if told.reply.done is None and told.due(told.promise.reply) is not None:
        sooner = not (told.promise.resolution_stated and told.promise.resolution < told.promise.reply)
        if sooner:
            promise, promised, against = "reply", told.promise.reply, told.reply
    due = told.due(promised)
    if not told.is_open:
        return RESOLVED, promise, promised, due
    if against.state == BROKEN:
        return PAST, promise, promised, due
    if told.standing.waiting:
        return WAITING, promise, promised, None
    return (AT_RISK if due is not None and due - now <= RISK else ON_TRACK), promise, promised, due


def _replied(steps: list[Step]) -> bool:
    """Return whether somebody replied since it was opened, or opened again: without that it cannot be resolved."""
    replied = False
    for step in steps:
        if step.kind in {"replied", "reopened"}:
            replied = step.kind == "replied"
    return replied
