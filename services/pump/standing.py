"""How far the projections of some pumps have got: lag by projection and partition, in events and in seconds.

It costs a query and a question to the log, and now and then a record of each partition that is behind; so a thread asks
every so often, and whoever wants to know, such as a scrape, reads what it found last.
"""

import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from projections._engine.registry import Connection

# Of each projection the table that people read, or where there is none yet the newest that is being built.
POSITIONS = """
SELECT DISTINCT ON (p.name, c.partition) p.name, c.partition, c.next_offset, p.state = 'live'
  FROM engine.projection AS p JOIN engine.checkpoint AS c USING (table_name)
 WHERE p.name = ANY (%s) AND p.state <> 'retired'
 ORDER BY p.name, c.partition, p.state = 'live' DESC, p.version DESC, p.generation DESC
"""

Place = tuple[str, int]
"""A projection and a partition."""


class Reached(NamedTuple):
    """The next offset that each projection wants of each partition, and which of them people can read."""

    positions: Mapping[Place, int]
    live: frozenset[str]


class Standing(NamedTuple):
    """How it stood at a moment of the monotonic clock. ``lag_seconds`` lacks what could not be found out in time.

    A lag in seconds is for how long the oldest event that is not folded has been on the log.
    """

    at: float
    ends: Mapping[int, int]
    lag_events: Mapping[Place, int]
    lag_seconds: Mapping[Place, float]
    parked: int
    complete: bool

    @property
    def age_seconds(self) -> float:
        """Return how long ago that was."""
        return time.monotonic() - self.at

    @property
    def events(self) -> int:
        """Return how far the log goes, over all partitions."""
        return sum(self.ends.values())

    @property
    def behind(self) -> int:
        """Return how many events the projection that is furthest behind has yet to fold."""
        if not self.complete:
            return self.events
        totals: dict[str, int] = {}
        for (projection, _), events in self.lag_events.items():
            totals[projection] = totals.get(projection, 0) + events
        return max(totals.values(), default=0)


def reached(connection: Connection, projections: Sequence[str]) -> Reached:
    """Return how far these projections have got."""
    rows = connection.execute(POSITIONS, [list(projections)]).fetchall()
    positions = {(name, partition): at for name, partition, at, _ in rows}
    return Reached(positions, frozenset(name for name, _, _, live in rows if live))


def lag_events(positions: Mapping[Place, int], ends: Mapping[int, int]) -> dict[Place, int]:
    """Return how many events each projection has yet to fold of each partition."""
    return {place: max(0, ends.get(place[1], 0) - at) for place, at in positions.items()}
