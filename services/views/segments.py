"""Segments: the value tiers and what people defined, with how many are in each, what they brought, and how it moved.

Reads what the last refresh found: members, sizes by day, and, from the directory's last fill, what the members brought
ever. So it costs the same with ten customers as with a million. A rule is shown in words, as whoever has to agree with
it reads it.
"""

from datetime import timedelta
from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.directory.filling import state_of
from services.segments.definitions import Segment, all_segments
from services.segments.fields import FIELDS
from services.segments.members import refreshed_at
from services.segments.wording import in_words
from services.views.view import Document, Parameters, Reading, View

DAYS = 90

BROUGHT = 'SELECT segment, customers, net_minor, entered, "left" FROM directory_segment'

# How many were in each by day, the oldest first.
SIZES = """
SELECT segment, day, customers FROM segment_size
 WHERE day > %(since)s AND refreshed_at <= %(now)s ORDER BY segment, day
"""


def answer(reading: Reading) -> Document:
    """List the segments: in words, how many are in each by the last refresh, what they brought, and how that moved."""
    connection, state = reading.connection, state_of(reading.connection)
    brought = {row["segment"]: row for row in queries.rows(connection, BROUGHT)}
    sizes = _sizes(reading)
    everybody = brought.get("", {"customers": 0, "net_minor": 0})
    rows = [_told(each, brought.get(each.name, {}), everybody, sizes) for each in all_segments(connection)]
    return {
        "figures": {
            "customers": everybody["customers"],
            "net_minor": everybody["net_minor"],
            "currency": state.currency if state else "",
            "defined": sum(not row["is_tier"] for row in rows),
            "refreshed_at": refreshed_at(connection, reading.now),
        },
        "sizes": sizes,
        "fields": [{"field": each.name, "meaning": each.meaning} for each in FIELDS],
        "tables": {"segments": rows if everybody["customers"] else []},
    }


def _sizes(reading: Reading) -> dict[str, list[int]]:
    asked = {"now": reading.now, "since": reading.now.date() - timedelta(days=DAYS)}
    told: dict[str, list[int]] = {}
    for row in queries.rows(reading.connection, SIZES, **asked):
        told.setdefault(row["segment"], []).append(row["customers"])
    return told


def _told(
    segment: Segment, found: dict[str, Any], everybody: dict[str, Any], sizes: dict[str, list[int]]
) -> dict[str, Any]:
    history = sizes.get(segment.name, [])
    customers = history[-1] if history else None
    net_minor = found.get("net_minor", 0)
    return {
        "segment": segment.name,
        "title": segment.title,
        "is_tier": segment.is_tier,
        "rule": segment.text,
        "in_words": in_words(segment.rule) if segment.rule else "",
        "customers": customers,
        "customers_share": customers / everybody["customers"]
        if customers is not None and everybody["customers"]
        else None,
        "net_minor": net_minor,
        "revenue_share": net_minor / everybody["net_minor"] if everybody["net_minor"] > 0 else None,
        "entered": found.get("entered", 0),
        "left": found.get("left", 0),
        "since": segment.since,
        "by": segment.by,
        "problem": segment.problem,
    }


def titles(connection: Connection) -> dict[str, str]:
    """Return what each segment is called."""
    return {each.name: each.title for each in all_segments(connection)}


SEGMENTS_VIEW = View(
    name="segments_list",
    path="/segments",
    title="Segments",
    answer=answer,
    parameters=Parameters,
    reads=("policies", "profile"),
)
