"""The deliveries as they are kept: looked through, sent again, counted, and deleted once they are old."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from projections._engine import queries
from projections._engine.registry import Connection

STATES = ("waiting", "sent", "held", "dead")

KEPT = timedelta(days=30)
"""How long a delivery is kept after it was made, if it does not wait; a dead one is kept three times as long."""

STEP_ROWS = 1000
LOOK_SECONDS = 10.0

# Messages are shown without their text, and so are the bodies of webhooks.
DELIVERIES: LiteralString = """
SELECT id, state, channel, target, what, recipient, message_id, made_at, tries,
       CASE WHEN state = 'waiting' THEN next_try_at END AS next_try_at, sent_at, code, words, last_error
  FROM outgoing.delivery
 WHERE (%(state)s::text IS NULL OR state = %(state)s) AND (%(target)s::text IS NULL OR target = %(target)s)
 ORDER BY id DESC LIMIT %(limit)s
"""

DELIVERY: LiteralString = "SELECT * FROM outgoing.delivery WHERE id = %(id)s"

# A message that had no channel goes by the first one that there is by now for its audience.
REDELIVER: LiteralString = """
WITH wanted AS (
    SELECT d.id, c.name, c.kind FROM outgoing.delivery AS d
      LEFT JOIN LATERAL (SELECT name, kind FROM outgoing.channel
                          WHERE d.target = 'channel:'
                            AND audience = CASE WHEN starts_with(d.recipient, 'staff:') THEN 'staff' ELSE 'customer' END
                          ORDER BY name LIMIT 1) AS c ON true
     WHERE d.state <> 'waiting' AND (d.id = ANY (%(ids)s)
           OR (d.state = %(state)s AND (%(target)s::text IS NULL OR d.target = %(target)s)))
       AND (d.target <> 'channel:' OR c.name IS NOT NULL)
       FOR UPDATE OF d)
UPDATE outgoing.delivery AS d
   SET state = 'waiting', tries = 0, next_try_at = %(now)s, code = '', words = '', last_error = '', sent_at = NULL,
       counted_at = NULL, target = coalesce('channel:' || w.name, d.target), channel = coalesce(w.kind, d.channel)
  FROM wanted AS w WHERE d.id = w.id
RETURNING d.id
"""

STANDING = "SELECT state, count(*) FROM outgoing.delivery WHERE state <> 'sent' GROUP BY state"

PRUNE = """
DELETE FROM outgoing.delivery WHERE id IN (
    SELECT f.id FROM (VALUES ('sent', 1), ('held', 1), ('dead', 3)) AS s (state, times)
     CROSS JOIN LATERAL (SELECT id, made_at FROM outgoing.delivery
                          WHERE state = s.state ORDER BY id LIMIT %(step)s) AS f
     WHERE f.made_at < %(now)s - %(kept)s * s.times)
"""


def deliveries(
    connection: Connection, state: str | None = None, target: str | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """Return deliveries, the newest first, without what they say."""
    return queries.rows(connection, DELIVERIES, state=state, target=target, limit=limit)


def delivery(connection: Connection, number: int) -> dict[str, Any] | None:
    """Return one delivery with all that is known of it."""
    return next(iter(queries.rows(connection, DELIVERY, id=number)), None)


def redeliver(
    connection: Connection,
    now: datetime,
    ids: Sequence[int] = (),
    *,
    state: str | None = None,
    target: str | None = None,
) -> list[int]:
    """Have deliveries sent anew, with their old ids: these, and all of a state; return which. The guards look again.

    What waits already is left, and so is a message for which there is no channel.
    """
    said = {"ids": list(ids), "state": state, "target": target, "now": now}
    return sorted(row["id"] for row in queries.rows(connection, REDELIVER, **said))


def in_queue(connection: Connection) -> dict[str, int]:
    """Return how many deliveries wait, are held back, and are dead."""
    held: dict[str, int] = dict(connection.execute(STANDING).fetchall())
    return {state: held.get(state, 0) for state in STATES if state != "sent"}


class Pruner:
    """Deletes old deliveries in small steps, and looks again after a while. One thread uses it."""

    def __init__(self, connection: Connection) -> None:
        """Prune over a connection."""
        self._connection = connection
        self._next_look = 0.0

    def is_due(self) -> bool:
        """Return whether it is time to look."""
        return time.monotonic() >= self._next_look

    def step(self, now: datetime) -> int:
        """Delete some, and return how many."""
        deleted = self._connection.execute(PRUNE, {"step": STEP_ROWS, "now": now, "kept": KEPT}).rowcount
        if not deleted:
            self._next_look = time.monotonic() + LOOK_SECONDS
        return deleted
