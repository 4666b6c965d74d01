"""A house for one question: the logs that it lends are closed when the question is answered.

An installation keeps what it opened until it is closed itself; a process that serves would run out of connections.
"""

from contextlib import ExitStack

from events.log import EventLog
from services.installation import Connection, Installation


class Lending:
    """Lends logs of an installation; one thread uses it."""

    def __init__(self, installation: Installation) -> None:
        """Lend what this installation has."""
        self._installation = installation
        self._held = ExitStack()

    def log(self) -> EventLog:
        """Return the log, which is closed with this house. Raises as the installation does."""
        return self._held.enter_context(self._installation.lent_log())

    def connect(self, application_name: str = "regulars api, readers") -> Connection:
        """Return a connection, which its caller closes."""
        return self._installation.connect(application_name)

    def close(self) -> None:
        """Close the logs that were lent."""
        self._held.close()
