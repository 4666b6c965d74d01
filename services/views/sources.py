"""Who sends events: each source with its keys, what came of what it sent, and what did not keep to its plan.

Reads the registry of the front door, its counts, and its verdicts. A key or a secret itself is never told.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from projections._engine import queries
from services.access.roles import Capability
from services.ingest import registry, tallies
from services.ingest.rates import DEFAULT_EVENTS_PER_SECOND
from services.ingest.registry import KeyInfo, Registered
from services.ingest.source import Role
from services.ingest.translating import DEFAULT
from services.translation.loading import SHIPPED
from services.views.view import Document, NotFound, Parameters, Reading, Row, View

# What came of the messages of each source, and the last day on which any came.
OUTCOMES = """
SELECT source, sum(events) FILTER (WHERE outcome = 'stored')::bigint AS stored,
       sum(events) FILTER (WHERE outcome = 'duplicate')::bigint AS duplicates,
       sum(events) FILTER (WHERE outcome = 'ignored')::bigint AS ignored,
       sum(events) FILTER (WHERE outcome NOT IN ('stored', 'duplicate', 'ignored'))::bigint AS turned_away,
       max(day) AS last_day
  FROM ingest.tally GROUP BY source
"""

OPEN = "SELECT source, count(*) AS waiting FROM ingest.verdict WHERE settled_at IS NULL GROUP BY source"

VIOLATIONS = "SELECT source, sum(events)::bigint AS violations FROM ingest.violation GROUP BY source"

REASONS = """
SELECT fault, field, reason, count(*) AS messages, sum(seen)::bigint AS times, max(seen_at) AS last_at,
       count(*) FILTER (WHERE settled_at IS NULL) AS waiting
  FROM ingest.verdict WHERE source = %(source)s GROUP BY fault, field, reason ORDER BY 5 DESC, 1, 2, 3 LIMIT 100
"""

TYPES = """
SELECT type, outcome, sum(events)::bigint AS events, max(day) AS last_day
  FROM ingest.tally WHERE source = %(source)s GROUP BY type, outcome ORDER BY 3 DESC, 1, 2 LIMIT 100
"""

NOTHING = {"stored": 0, "duplicates": 0, "ignored": 0, "turned_away": 0, "last_day": None}


def answer(reading: Reading) -> Document:
    """List the sources: how each is treated, its good keys, and what came of what it sent."""
    now = datetime.now(UTC)
    found = registry.sources(reading.connection)
    outcomes = _by_source(queries.rows(reading.connection, OUTCOMES))
    waiting = _by_source(queries.rows(reading.connection, OPEN))
    violations = _by_source(queries.rows(reading.connection, VIOLATIONS))
    rows = [
        {
            **_source(each, now),
            **(
                NOTHING
                | {name: value or 0 for name, value in outcomes.get(each.source.name, {}).items() if name != "last_day"}
            ),
            "last_day": outcomes.get(each.source.name, {}).get("last_day"),
            "waiting": waiting.get(each.source.name, {}).get("waiting", 0),
            "violations": violations.get(each.source.name, {}).get("violations", 0),
        }
        for each in found
    ]
    return {"translations": _translations(), "tables": {"sources": rows}}


def one(reading: Reading) -> Document:
    """Show a source: how it is treated, its keys, what came of what it sent, and what did not keep to its plan."""
    name, now = reading.path["source"], datetime.now(UTC)
    each = next((found for found in registry.sources(reading.connection) if found.source.name == name), None)
    if each is None:
        message = f"There is no source {name[:64]!r}: the page of the sources lists those there are."
        raise NotFound(message)
    return {
        "source": {**_source(each, now), "plan": each.source.plan, "translation_text": _own_translation(each)},
        "translations": _translations(),
        "roles": [str(role) for role in Role],
        "tables": {
            "keys": [_key(key, now) for key in each.keys],
            "types": queries.rows(reading.connection, TYPES, source=name),
            "reasons": queries.rows(reading.connection, REASONS, source=name),
            "violations": [row._asdict() for row in tallies.violations(reading.connection, source=name)],
        },
    }


def _by_source(rows: Iterable[Row]) -> dict[str, dict[str, Any]]:
    return {row["source"]: {name: value for name, value in row.items() if name != "source"} for row in rows}


def _source(each: Registered, now: datetime) -> dict[str, Any]:
    source = each.source
    return {
        "name": source.name,
        "store": source.store,
        "translation": source.translation or DEFAULT if source.translation in {*SHIPPED, ""} else "its own",
        "has_plan": bool(source.plan),
        "has_secret": bool(source.secret),
        "events_per_second": source.events_per_second or DEFAULT_EVENTS_PER_SECOND,
        "own_rate": source.events_per_second,
        "good_keys": sum(key.good_at(now) for key in each.keys),
        "created_at": each.created_at,
        "changed_at": each.changed_at,
    }


def _own_translation(each: Registered) -> str:
    return "" if each.source.translation in {*SHIPPED, ""} else each.source.translation


def _translations() -> list[str]:
    return [str(name) for name in SHIPPED]


def _key(key: KeyInfo, now: datetime) -> dict[str, Any]:
    state = "revoked" if key.revoked_at else "good" if key.good_at(now) else "expired"
    return {**key._asdict(), "role": str(key.role), "state": state}


SOURCES_VIEW = View(
    name="sources",
    path="/sources",
    title="Sources",
    answer=answer,
    parameters=Parameters,
    capability=Capability.ADMINISTER,
)

SOURCE_VIEW = View(
    name="source",
    path="/sources/{source}",
    title="Source",
    answer=one,
    capability=Capability.ADMINISTER,
)
