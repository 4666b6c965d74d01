"""Shows a key at the door, as it is just now."""

from datetime import UTC, datetime

from services.ingest.registry import Directory
from services.ingest.source import Role
from services.installation import Connection


def authenticated(connection: Connection, key: str) -> tuple[str, Role] | None:
    """Return whose a key is and its role, for a process that reads the registry now."""
    directory = Directory()
    directory.refresh(connection)
    found = directory.authenticate(key, datetime.now(UTC))
    return found and (found.source.name, found.role)
