"""What can be seen of the story: in the projections, in the tasks, on the timeline, and in what fired."""

from typing import Any

from events.codec import Codec
from events.log import EventLog
from projections import PROJECTIONS
from projections._engine import checkpoint
from projections._engine.digest import table_digest
from projections._engine.registry import Connection, live_tables
from services.relay.outboxes import DESK, OFFER, SIGNAL

MOST_RECORDS = 10_000

# What is still on its way: rows that are not relayed, deliveries that wait, signals that no reaction has heard.
ON_THE_WAY = """
WITH relayed AS (SELECT name, position FROM engine.relay)
SELECT (SELECT count(*) FROM desk.stored_events
         WHERE notification_id > (SELECT position FROM relayed WHERE name = %(desk)s)),
       (SELECT count(*) FROM engine.signal WHERE id > (SELECT position FROM relayed WHERE name = %(signals)s)),
       (SELECT count(*) FROM reactions.offer WHERE id > (SELECT position FROM relayed WHERE name = %(offers)s)),
       (SELECT count(*) FROM outgoing.delivery WHERE state = 'waiting'),
       (SELECT count(*) FROM engine.signal AS s WHERE s.kind = ANY (%(heard)s) AND NOT EXISTS (
            SELECT FROM reactions.firing AS f WHERE f.signal = s.event_id || ':' || s.kind || ':' || s.subject)),
       (SELECT count(*) FROM reactions.timer WHERE raised_at IS NULL AND due_at <= %(now)s)
"""

TASKS = """
SELECT reason, assignee, CASE WHEN done IS NOT NULL THEN 'done' WHEN dropped IS NOT NULL THEN 'dropped' ELSE 'open' END
  FROM tasks ORDER BY reason, assignee
"""
PROMISES = "SELECT kind, about, kept IS NOT NULL, broken IS NOT NULL FROM promises ORDER BY about"
STEPS = """
SELECT (s::jsonb) ->> 1 FROM complaint_cases AS c CROSS JOIN LATERAL unnest(c.steps) AS s
 WHERE c.complaint = 'c-1' ORDER BY ((s::jsonb) ->> 0)::timestamptz, 1
"""
TIMELINE = "SELECT id FROM timeline WHERE subject = %s"
LED_TO = """
SELECT (SELECT count(*) FROM reactions.firing WHERE outcome <> 'held'), (SELECT count(*) FROM reactions.offer),
       (SELECT count(*) FROM outgoing.delivery), (SELECT count(*) FROM desk.stored_events)
"""
DONE = """
SELECT (SELECT count(*) FROM reactions.firing), (SELECT count(*) FROM reactions.offer),
       (SELECT count(*) FROM outgoing.delivery), (SELECT count(*) FROM desk.stored_events)
"""


def settled(connection: Connection, log: EventLog, now: Any, heard: list[str]) -> bool:  # noqa: ANN401 - a time
    """Return whether every projection has seen all, and nothing is on its way."""
    ends = log.ends()
    tables = live_tables(connection, PROJECTIONS)
    seen = [checkpoint.positions(connection, table.name) == ends for table in tables]
    names = {"desk": DESK.name, "signals": SIGNAL.name, "offers": OFFER.name}
    on_the_way = connection.execute(ON_THE_WAY, {**names, "heard": heard, "now": now}).fetchall()
    return len(tables) == len(PROJECTIONS) and all(seen) and on_the_way == [(0,) * 6] and log.ends() == ends


def told_of(connection: Connection, log: EventLog, subject: str) -> set[str]:
    """Return the types of the events that are on a subject's timeline, as the log has them."""
    on_it = {name for (name,) in connection.execute(TIMELINE, [subject]).fetchall()}
    records = [record for partition in range(log.partitions) for record in log.records(partition, 0, MOST_RECORDS)]
    events = [Codec().decode(record.value) for record in records]
    return {event.data.event_type for event in events if event.id in on_it}


def digests(connection: Connection) -> dict[str, str]:
    """Return the digest of every projection."""
    return {
        table.projection.name: table_digest(connection, table).digest for table in live_tables(connection, PROJECTIONS)
    }
