"""Who is signed in, for a process that serves: asked of the database, and remembered for FRESH_SECONDS.

A page asks for several things at once, and each would look the session up. So in another process than the one that was
told, a session that was ended, or a user who was let in no more, is turned away within FRESH_SECONDS, not at once.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import NamedTuple, cast

from fastapi import Request

from projections._engine.registry import Connection
from services.access import sessions
from services.access.sessions import Cookies, SignedIn
from services.api.readers import Readers

FRESH_SECONDS = 2.0
MOST_REMEMBERED = 2000
HASHED_AT_ONCE = 2


class _Seen(NamedTuple):
    found: SignedIn
    until: float


class SessionReaders:
    """Looks sessions up beside the event loop, which alone uses this."""

    def __init__(self, readers: Readers) -> None:
        """Ask by these readers."""
        self._readers = readers
        self._cookies: Cookies | None = None
        self._seen: dict[str, _Seen] = {}
        self.hashing = asyncio.Semaphore(HASHED_AT_ONCE)

    async def cookies(self) -> Cookies:
        """Return what writes and reads cookies. Raises Problem 503 where the database is away."""
        if self._cookies is None:
            self._cookies = await self._readers.ask(sessions.cookies)
        return self._cookies

    async def signed_in(self, cookie: str) -> SignedIn | None:
        """Return who is signed in with a cookie. Raises Problem 503 where the database is away."""
        token = (await self.cookies()).read(cookie)
        if token is None:
            return None
        seen = self._seen.get(token)
        if seen is not None and time.monotonic() < seen.until:
            return seen.found

        def look(connection: Connection) -> SignedIn | None:
            return sessions.signed_in(connection, token, datetime.now(UTC))

        found = await self._readers.ask(look)
        self._seen.pop(token, None)
        if found is not None:
            if len(self._seen) >= MOST_REMEMBERED:
                self._seen.clear()
            self._seen[token] = _Seen(found, time.monotonic() + FRESH_SECONDS)
        return found

    def look_again(self) -> None:
        """Remember nobody: somebody was signed out, or is not who they were."""
        self._seen.clear()


def session_readers_of(request: Request) -> SessionReaders:
    """Return who looks sessions up for a request."""
    return cast("SessionReaders", request.app.state.session_readers)
