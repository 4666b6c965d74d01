"""The clock of the house: the real one, but for a house that lives in its own time.

The demo's orders are of 2010 and 2011. By the real clock all its customers would be lost and all its promises broken;
so its clock was put to the time of its last event when it was loaded, and has gone on from there.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from projections._engine.registry import Connection

AHEAD = "SELECT ahead FROM house.clock"

PUT = """
INSERT INTO house.clock AS c (ahead) VALUES (%s) ON CONFLICT (only_one) DO UPDATE SET ahead = excluded.ahead
"""


class Clock(NamedTuple):
    """A clock that goes as fast as the real one, ``ahead`` of it; below zero it is behind."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        """Return what it shows, in UTC."""
        return datetime.now(UTC) + self.ahead


def clock_of(connection: Connection) -> Clock:
    """Return the clock by which the house of a database lives."""
    row = connection.execute(AHEAD).fetchone()
    return Clock() if row is None else Clock(row[0])


def put_clock(connection: Connection, at: datetime) -> Clock:
    """Put the house's clock to an instant, from which it goes on."""
    clock = Clock(at - datetime.now(UTC))
    connection.execute(PUT, [clock.ahead])
    return clock
