"""A customer's complaints on their page: how each stands against what we promised, by when things are or were due.

What a promise is, and when it is kept, the report `complaints` says.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, LiteralString

from services.promises.in_force import Promises
from services.reports import complaints_counted as counted
from services.reports.complaints_counted import HOUR, Complaint, Measured

# The person's complaints by the clock, the latest first; each with the promises that may be its own, and the clock.
COMPLAINTS_OF: LiteralString = """
SELECT c.person, c.complaint, c.store, c.cause, c.opened, c.steps, %(now)s::timestamptz AS now,
       (SELECT coalesce(jsonb_agg(v), '[]') FROM policies AS v
         WHERE v.policy IN ('complaint_promise', 'complaint_promise.' || c.store) AND v.first_published <= %(now)s)
           AS promises
  FROM complaint_cases_of(%(subject)s) AS c
 WHERE c.opened <= %(now)s ORDER BY c.opened DESC, c.complaint
"""


def as_complaints(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the complaints as a page shows them."""
    return [
        _shown(counted.measured(row, Promises(map(_version, row["promises"]), row["now"]), row["now"])) for row in rows
    ]


def _version(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return a policy's version from JSON, which knows no times."""
    times = {name: datetime.fromisoformat(said[name]) for name in ("first_published", "content_at")}
    return {**said, **times, "content": json.loads(said["content"])}


def _shown(each: Complaint) -> dict[str, Any]:
    stands = each.standing
    return {
        "complaint": each.complaint,
        "store": each.store,
        "cause": each.cause,
        "opened": each.opened,
        "open": each.is_open,
        "waiting_for_customer": each.is_open and stands.waiting,
        **_promised("reply", each, each.promise.reply, each.reply),
        **_promised("resolution", each, each.promise.resolution, each.resolution),
        "reopened": stands.reopened,
        "gestures": [gesture._asdict() for gesture in stands.gestures],
        "rating": stands.rating,
    }


def _promised(name: str, each: Complaint, promised: timedelta, found: Measured) -> dict[str, Any]:
    """Return when something was due, when it came, how the promise stands, and how long it took or takes."""
    told = {"promise": found.state, "due": each.due(promised), "done": found.done, "hours": found.waited / HOUR}
    return {f"{name}_{part}": value for part, value in told.items()}
