"""Gestures above somebody's authority that wait for an answer, for those whose own authority suffices."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, LiteralString

import msgspec

from projections import staff
from projections._engine import queries
from services.promises.complaint import Step, requested
from services.views.complaint_cases import steps_of
from services.views.scope import seen
from services.views.view import Reading

# Of the few that were ever asked for, those of open complaints that nobody answered.
ASKED: LiteralString = """
SELECT coalesce(p.person, c.subject) AS person, coalesce(d.name, '') AS name, c.complaint,
       coalesce(c.store, '') AS store, c.steps
  FROM complaint_cases AS c
  LEFT JOIN person_of AS p ON p.identifier = c.subject
  LEFT JOIN directory AS d ON d.person = coalesce(p.person, c.subject)
 WHERE c.requested <= %(now)s AND coalesce(c.settled < c.requested, true) AND coalesce(c.resolved < c.requested, true)
 ORDER BY c.requested, c.complaint LIMIT %(limit)s
"""


def approvals(reading: Reading, names: Collection[str], limit: int) -> list[dict[str, Any]]:
    """Return what these may approve and nobody answered yet, the longest wait first."""
    rows = queries.rows(reading.connection, ASKED, now=reading.now, limit=limit)
    authorities = (
        [(row["manager"], row["authority"]) for row in staff.members(reading.connection, *names)] if rows else []
    )
    told = [told for row in rows for told in _told(row, reading, authorities)]
    if reading.viewer.narrowed:
        theirs = seen(reading.connection, reading.viewer, {row["person"] for row in told})
        told = [row for row in told if row["person"] in theirs]
    return told


def _told(
    row: Mapping[str, Any], reading: Reading, authorities: Collection[tuple[str, Mapping[str, int]]]
) -> Iterator[dict[str, Any]]:
    steps = steps_of(row, reading.now)
    asked = requested(steps)
    if asked is None:
        return
    cost = asked.amount_minor + sum(_offered(step, asked.currency) for step in steps)
    if any(name != asked.by and cost <= authority.get(asked.currency, 0) for name, authority in authorities):
        plain = {name: row[name] for name in ("person", "name", "complaint", "store")}
        yield {**plain, "asked": msgspec.structs.asdict(asked), "since": asked.at, "cost_minor": cost}


def _offered(step: Step, currency: str) -> int:
    return step.amount_minor if step.kind == "gesture" and step.currency == currency else 0
