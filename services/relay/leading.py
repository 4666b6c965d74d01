"""Which process relays: one at a time for each database, whoever got hold of its lock first."""

from projections._engine.registry import Connection

LEAD = "SELECT pg_try_advisory_lock(hashtext('regulars.relay'))"

# The database's own processes tell who holds a lock; a lock on a 64-bit number is listed as its two halves.
LEADER = """
SELECT a.application_name
  FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
 WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.datname = current_database()
   AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtext('regulars.relay')
"""


def leads(connection: Connection) -> bool:
    """Try to become the one that relays, for as long as the connection is open; False where another one is."""
    return connection.execute(LEAD).fetchone() == (True,)


def led_by(connection: Connection) -> str | None:
    """Return the name under which a process relays, None where there is none."""
    row = connection.execute(LEADER).fetchone()
    return None if row is None else f"'{row[0]}'"
