"""Who looks: by the key of a programme."""

from fastapi import Request

from services.access.roles import Role
from services.access.viewer import Viewer
from services.ingest.http.front import front_of, key_of
from services.ingest.source import Role as KeyRole


async def viewer_of(request: Request) -> Viewer:
    """Return who looks. Raises Problem 401 and 403."""
    found = await front_of(request).authenticated(key_of(request), KeyRole.ADMIN)
    return Viewer(f"key:{found.key_id}", Role.ADMIN, shown_as=f"key {found.key_id}")
