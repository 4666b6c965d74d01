"""How far a connector has read, in our own database, and that one process at a time moves it there."""

from typing import Any

from psycopg.types.json import Jsonb

from services.installation import Connection

# 64 bits of the name: locks of two connectors that met by chance would keep one of them from its work.
LEAD = "SELECT pg_try_advisory_lock(hashtextextended('regulars.connect ' || %s, 0))"

HELD = "SELECT part, position FROM ingest.position WHERE connector = %s"

SAVE = """
INSERT INTO ingest.position (connector, part, position) VALUES (%s, %s, %s)
ON CONFLICT (connector, part) DO UPDATE SET position = excluded.position, moved_at = now()
"""

Position = dict[str, Any]
"""What a source says of where it stands, as JSON has it."""


class Positions:
    """The positions of one connector, by part. Whoever leads moves them; the lock goes with the connection."""

    def __init__(self, connection: Connection, connector: str) -> None:
        """Keep them over this connection, which is in autocommit."""
        self._connection = connection
        self._connector = connector

    def lead(self) -> bool:
        """Return whether this process may move them; False while another one does."""
        return self._connection.execute(LEAD, [self._connector]).fetchone() == (True,)

    def held(self) -> dict[str, Position]:
        """Return every part's position."""
        return dict(self._connection.execute(HELD, [self._connector]).fetchall())

    def save(self, parts: dict[str, Position]) -> None:
        """Move some parts, all or none, once the log has what came before."""
        with self._connection.transaction():
            for part, position in sorted(parts.items()):
                self._connection.execute(SAVE, [self._connector, part, Jsonb(position)])

    def ask(self) -> None:
        """See that the database is there, and we with it."""
        self._connection.execute("SELECT 1")
