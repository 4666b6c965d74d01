"""How much comes in: what the log holds, and how many events it recorded lately.

The embedded log is asked for each half minute of the last ten minutes. Kafka is asked for the last minute alone: its
own figures over time are for Grafana.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from typing import NamedTuple

from events.log import EventLog
from projections._engine import queries
from projections._engine.registry import Connection
from services.views.live import clock

STEP = timedelta(seconds=30)
STEPS = 20
MINUTE = timedelta(minutes=1)

# How far each partition had come at the beginning of each step, found by halves: offsets have no gaps, and times
# grow with them. A block range index would read whatever came since it was summed up last.
RECORDED = """
WITH RECURSIVE search AS (
    SELECT a.ago, p.partition, t.instant, p.next_offset AS high,
           CASE WHEN p.last_recorded_at <= t.instant THEN p.next_offset ELSE 0 END AS low
      FROM journal.partition AS p CROSS JOIN generate_series(0, %(steps)s) AS a (ago)
     CROSS JOIN LATERAL (SELECT clock_timestamp() - a.ago * %(step)s * interval '1 second' AS instant) AS t
     UNION ALL
    SELECT s.ago, s.partition, s.instant, CASE WHEN e.recorded_at <= s.instant THEN s.high ELSE e."offset" END,
           CASE WHEN e.recorded_at <= s.instant THEN e."offset" + 1 ELSE s.low END
      FROM search AS s JOIN journal.event AS e ON e.partition = s.partition AND e."offset" = (s.low + s.high) / 2
     WHERE s.low < s.high
)
SELECT ago, sum(high)::bigint AS reached FROM search WHERE low = high GROUP BY ago ORDER BY ago DESC
"""


class Lately(NamedTuple):
    """How many events a second came in the last minute, and how many in each step before now, the latest last."""

    per_second: float
    steps: Sequence[int]


def lately(log: EventLog, connection: Connection) -> Lately:
    """Return how much came in lately."""
    if not log.queryable:
        since = log.known_at(clock(connection) - MINUTE)
        return Lately(sum(end - since.get(part, end) for part, end in log.ends().items()) / MINUTE.seconds, ())
    reached = [row["reached"] for row in queries.rows(connection, RECORDED, step=STEP.seconds, steps=STEPS)]
    steps = [after - before for before, after in pairwise(reached)]
    return Lately(sum(steps[-(MINUTE // STEP) :]) / MINUTE.seconds, steps)
