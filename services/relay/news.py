"""Waits for the desk: its recorder tells the database of each decision, and the database tells whoever listens.

Asking the table often enough to be as quick would keep a database busy that has nothing to do.
"""

from psycopg import sql

from projections._engine.registry import Connection

CHANNEL = "stored_events"
"""What the library names its channel: the table, without its schema."""


def listen(connection: Connection) -> None:
    """Have the database tell this connection of what the desk decides."""
    connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))


def wait(connection: Connection, seconds: float) -> bool:
    """Wait until the desk has decided something, also since the last time; return whether it has.

    What was told while the connection did something else is not missed.
    """
    return any(True for _ in connection.notifies(timeout=seconds, stop_after=1))
