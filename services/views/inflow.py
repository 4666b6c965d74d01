"""How much comes in: what the log holds, and how many events it recorded lately.

The embedded log is asked for each half minute of the last ten minutes. Kafka is asked for the last minute alone: its
own figures over time are for Grafana.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from events.log import EventLog
from projections._engine import queries
from projections._engine.registry import Connection
from services.views.live import clock

STEP = timedelta(seconds=30)
STEPS = 20
MINUTE = timedelta(minutes=1)

# The events of each step, by how many steps ago it was. A block range index finds the last of them.
RECORDED = """
SELECT floor(extract(epoch FROM clock_timestamp() - recorded_at) / %(step)s)::int AS ago, count(*) AS events
  FROM journal.event WHERE recorded_at > clock_timestamp() - %(step)s * %(steps)s * interval '1 second' GROUP BY 1
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
    steps = [0] * STEPS
    for row in queries.rows(connection, RECORDED, step=STEP.seconds, steps=STEPS):
        if 0 <= row["ago"] < STEPS:
            steps[STEPS - 1 - row["ago"]] = row["events"]
    return Lately(sum(steps[-(MINUTE // STEP) :]) / MINUTE.seconds, steps)
