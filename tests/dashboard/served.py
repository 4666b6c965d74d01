"""A dashboard that is served, with its shop behind it: who looks at it, and what happens in it meanwhile."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import httpx
from httpx import BasicAuth

from events.envelope import Envelope
from events.event import Event
from projections import PROJECTIONS
from projections._engine.projector import stored
from services.access.roles import Role
from services.house.clock import clock_of
from services.relay.journaling import relay_now
from services.settings import Settings
from tests.projections.engine.tables import pump
from tests.services.ingest.doors import ANSWER_SECONDS, Door, open_door

SOURCE = "urn:regulars:tests"
ANYWHERE = ("127.0.0.1", 0)
MICROSECOND = timedelta(microseconds=1)

_numbers = count(1)


class Dashboard:
    """A dashboard that is served at ``url``. What tests tell and do there stays: each takes customers of its own."""

    def __init__(self, door: Door) -> None:
        """Stand for a server that runs."""
        self.url = door.url
        self.installation = door.installation
        self.connection = door.connection
        self._key = door.sender().admin

    def signed_in(self, role: Role, stores: Iterable[str] = ()) -> dict[str, str]:
        """Return the headers with which somebody of this role, who works in these stores, is signed in."""
        del role, stores
        request = httpx.Request("GET", self.url)
        next(BasicAuth(self._key, "").auth_flow(request))
        return {"Authorization": request.headers["Authorization"]}

    def client(self, role: Role = Role.ADMIN, stores: Iterable[str] = ()) -> httpx.Client:
        """Return a client that asks as a browser would in which somebody of this role is signed in."""
        headers = {**self.signed_in(role, stores), "Sec-Fetch-Site": "same-origin"}
        return httpx.Client(base_url=self.url, headers=headers, timeout=ANSWER_SECONDS)

    def tell(self, *data: Event, by: str, at: datetime | None = None) -> None:
        """Let facts of one subject happen, now by the house's clock where nothing else is said; and project them."""
        begun = at or clock_of(self.connection).now()
        told = [
            Envelope(id=f"told-{next(_numbers)}", source=SOURCE, time=begun + n * MICROSECOND, subject=by, data=each)
            for n, each in enumerate(data)
        ]
        self.installation.journal().append(told)
        self.catch_up()

    def catch_up(self) -> None:
        """Bring what the desk decided onto the log, and let every projection catch up."""
        relay_now(self.installation)
        pump(self.installation.journal(), self.installation.connect, stored(PROJECTIONS))


@contextmanager
def served(dsn: str) -> Iterator[Dashboard]:
    """Yield the dashboard of a database, which is served until the block ends."""
    with open_door(Settings(postgres=dsn, api=ANYWHERE), senders=1) as door:
        yield Dashboard(door)
