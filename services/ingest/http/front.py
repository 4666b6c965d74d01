"""What every route works with: who may send, how fast, where it goes, and what time it is."""

import base64
import binascii
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import cast

from fastapi import Request

from services.ingest.accepting import Acceptor, Came
from services.ingest.group_commit import Unavailable
from services.ingest.http.answers import Problem, unavailable
from services.ingest.lookups import Lookups
from services.ingest.rates import Rates
from services.ingest.registry import Directory, Found
from services.ingest.sent import Sent
from services.ingest.source import Protocol, Role, Source
from services.ingest.verdict import Verdict
from services.process.health import Health

MAY = {
    Role.WRITE: {Role.WRITE, Role.ADMIN},
    Role.READ: {Role.READ, Role.ADMIN},
    Role.ADMIN: {Role.ADMIN},
}
"""The roles of keys that may do what a role may."""

CHALLENGE = {"WWW-Authenticate": 'Basic realm="regulars", charset="UTF-8"'}


@dataclass
class Front:
    """The front door's inside. ``ask_again`` reads the registry anew, and says whether it could."""

    acceptor: Acceptor
    directory: Directory
    lookups: Lookups
    health: Health
    ask_again: Callable[[], Awaitable[bool]]
    rates: Rates = field(default_factory=Rates)

    async def authenticated(self, key: str | None, *roles: Role) -> Found:
        """Return whose key it is. Raises Problem: 401 where nobody's, 403 where not for that, 503 while unknown."""
        if not key:
            message = (
                "The key is missing: send it as the user of Basic authorization, as a Bearer token, or as writeKey."
            )
            raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", message, field="Authorization", headers=CHALLENGE)
        found = self.directory.authenticate(key, datetime.now(UTC))
        if found is None:
            if not await self.ask_again():
                message = "The keys cannot be read just now."
                raise unavailable(message)
            found = self.directory.authenticate(key, datetime.now(UTC))
        if found is None:
            message = "This key is not known, was revoked, or has expired: 'regulars sources list' shows what there is."
            raise Problem(HTTPStatus.UNAUTHORIZED, "unauthorized", message, field="Authorization", headers=CHALLENGE)
        if not any(found.role in MAY[role] for role in roles):
            wanted = " or ".join(role.value for role in roles)
            message = f"This is a {found.role.value} key; it takes one with the role {wanted}."
            raise Problem(HTTPStatus.FORBIDDEN, "forbidden", message, field="Authorization")
        return found

    def admit(self, source: Source, messages: int) -> None:
        """Raise Problem 429 where a source sends faster than it may."""
        wait_seconds = self.rates.take(source.name, messages, source.events_per_second)
        if wait_seconds:
            message = f"{source.name} sends faster than it may: wait {wait_seconds} s."
            headers = {"Retry-After": str(wait_seconds)}
            raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "too_many_requests", message, headers=headers)

    async def accept(
        self, source: Source, protocol: Protocol, origin: str, at: datetime, messages: Sequence[Sent]
    ) -> list[Verdict]:
        """Accept messages. Raises Problem 503 where that cannot be done now."""
        try:
            return await self.acceptor.accept(Came(source, protocol, origin, at), messages)
        except Unavailable as error:
            message = f"It cannot be stored just now: {str(error).rstrip('.')}."
            raise unavailable(message) from error


def front_of(request: Request) -> Front:
    """Return the front door that serves a request."""
    return cast("Front", request.app.state.front)


def key_of(request: Request) -> str | None:
    """Return the key of a request's Authorization, where there is one: the user of Basic, or a Bearer token."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    match scheme.lower():
        case "basic":
            try:
                user = base64.b64decode(rest.strip(), validate=True).decode().partition(":")[0]
            except (binascii.Error, ValueError):
                return None
            return user or None
        case "bearer":
            return rest.strip() or None
        case _:
            return None
