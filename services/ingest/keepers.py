"""What makes things durable for the front door: the log of record, and the table of refused messages."""

from collections.abc import Sequence

from events.envelope import Envelope
from events.log import EventLog, Receipt
from services.ingest import verdicts
from services.ingest.verdict import Refused
from services.installation import Connection


class LogKeeper:
    """Appends to the log of record."""

    def __init__(self, log: EventLog) -> None:
        """Append to this log."""
        self._log = log

    def keep(self, items: Sequence[Envelope]) -> Sequence[Receipt]:
        """Append events, and return their receipts."""
        return self._log.append(items)

    def ping(self) -> None:
        """See that the log answers."""
        self._log.ends()

    def close(self) -> None:
        """Leave the log to the installation, which closes it."""


class RefusedKeeper:
    """Stores refused messages."""

    def __init__(self, connection: Connection) -> None:
        """Store them over this connection."""
        self._connection = connection

    def keep(self, items: Sequence[Refused]) -> Sequence[int]:
        """Store messages, and return under what numbers."""
        return verdicts.store(self._connection, items)

    def ping(self) -> None:
        """See that the database answers."""
        self._connection.execute("SELECT 1")

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()
