"""Posts webhooks: signed, within a time limit, following no redirect, and only where they may go."""

from datetime import datetime, timedelta
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver

from services.outgoing import signing
from services.outgoing.addresses import connecting
from services.outgoing.endpoints import Endpoint
from services.outgoing.outcome import SENT, Outcome

TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 5.0
SHOWN_CHARACTERS = 500

HEADERS = {"content-type": "application/json", "user-agent": "regulars-webhooks", "accept-encoding": "identity"}


class Poster:
    """Posts over connections that it keeps. It lives within one event loop.

    What it says of a failure never repeats the URL, which may hold a key.
    """

    def __init__(self, total_seconds: float = TOTAL_SECONDS, resolver: AbstractResolver | None = None) -> None:
        """Wait no longer than this for an answer; find addresses as the system does, or by a ``resolver``."""
        self._resolver = resolver
        self._timeout = aiohttp.ClientTimeout(total=total_seconds, sock_connect=min(CONNECT_SECONDS, total_seconds))
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        """Begin. What lies inside and what does not share no connection."""
        for inside in (False, True):
            connector = aiohttp.TCPConnector(limit=0, resolver=self._resolver, socket_factory=connecting(inside=inside))
            self._sessions[inside] = aiohttp.ClientSession(
                connector=connector,
                timeout=self._timeout,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                headers=HEADERS,
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        for session in self._sessions.values():
            await session.close()

    async def post(self, endpoint: Endpoint, message_id: str, payload: str, now: datetime) -> Outcome:
        """Post a body to an endpoint, and return what came of it."""
        body = payload.encode()
        headers = signing.headers(endpoint.signers(now), message_id, now, body)
        try:
            async with self._sessions[endpoint.inside].post(
                endpoint.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                start = await response.content.read(SHOWN_CHARACTERS)
                return _outcome(response, start)
        except TimeoutError:
            return Outcome(error=f"It did not answer within {self._timeout.total:g} s.")
        except (aiohttp.InvalidURL, UnicodeError):
            return Outcome(error="Its URL leads nowhere.")
        except aiohttp.ClientResponseError as error:
            return Outcome(error=f"Its answer is no HTTP: {_shown(error.message)}")
        except (aiohttp.ClientError, OSError) as error:
            return Outcome(error=_shown(f"{type(error).__name__}: {error}"))


def _shown(text: str) -> str:
    """Return the beginning of what somebody else wrote, as it can be kept."""
    storable = text.replace("\0", "").encode(errors="replace").decode()
    return " ".join(storable.split())[:SHOWN_CHARACTERS]


def _outcome(response: aiohttp.ClientResponse, start: bytes) -> Outcome:
    if HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        return SENT
    said = _shown(start.decode(errors="replace"))
    error = f"It answered {response.status}{': ' if said else ''}{said}"
    asked = response.headers.get("retry-after", "")
    wait = timedelta(seconds=int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None  # noqa: PLR2004 - some digits
    return Outcome(error=error, gone=response.status == HTTPStatus.GONE, asked=wait)
