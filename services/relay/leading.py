"""Which process relays: one at a time for each database, whoever got hold of its lock first."""

from projections._engine.registry import Connection

LEAD = "SELECT pg_try_advisory_lock(hashtext('regulars.relay'))"


def leads(connection: Connection) -> bool:
    """Try to become the one that relays, for as long as the connection is open; False where another one is."""
    return connection.execute(LEAD).fetchone() == (True,)
