"""A dashboard that is served, with its shop behind it: who looks at it, and what happens in it meanwhile."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count

import httpx

from events.envelope import Envelope
from events.event import Event
from projections import PROJECTIONS
from projections._engine.projector import make_log_views, stored
from services.access import sessions, users
from services.access.roles import Role
from services.access.sessions import Came
from services.access.users import User
from services.directory.following import follow
from services.house.clock import clock_of
from services.relay.journaling import relay_now
from services.settings import Settings
from tests.projections.engine.tables import pump
from tests.services.ingest.doors import ANSWER_SECONDS, Door, open_door

SOURCE = "urn:regulars:tests"
ANYWHERE = ("127.0.0.1", 0)
BY = "tests"
CAME = Came("password", "127.0.0.1", "a test")
MICROSECOND = timedelta(microseconds=1)

_numbers = count(1)


class Dashboard:
    """A dashboard that is served at ``url``. What tests tell and do there stays: each takes customers of its own."""

    def __init__(self, door: Door) -> None:
        """Stand for a server that runs. ``key`` is an admin key."""
        self.url = door.url
        self.installation = door.installation
        self.connection = door.connection
        self.key = door.sender().admin
        self._cookies: dict[str, str] = {}
        self._journal = self.installation.journal()  # one: each holds a connection for as long as the server runs

    def cookie(self, role: Role = Role.ADMIN, stores: Iterable[str] = (), name: str = "") -> str:
        """Return the cookie of a session of somebody of this role, who works in these stores; they are one user."""
        who = name or "-".join([role, *stores])
        if who not in self._cookies:
            now = datetime.now(UTC)
            if users.find(self.connection, who) is None:
                users.add(self.connection, User(who, role, now, shown_as=who.title(), stores=tuple(stores)), BY)
            token = sessions.begin(self.connection, who, CAME, now)
            self._cookies[who] = sessions.cookies(self.connection).written(token)
        return self._cookies[who]

    def client(self, role: Role = Role.ADMIN, stores: Iterable[str] = (), name: str = "") -> httpx.Client:
        """Return a client that asks as the browser of somebody who is signed in."""
        return httpx.Client(
            base_url=self.url,
            cookies={sessions.COOKIE: self.cookie(role, stores, name)},
            headers={"Sec-Fetch-Site": "same-origin"},
            timeout=ANSWER_SECONDS,
        )

    def tell(self, *data: Event, by: str, at: datetime | None = None) -> None:
        """Let facts of one subject happen, now by the house's clock where nothing else is said; and project them."""
        begun = at or clock_of(self.connection).now()
        told = [
            Envelope(id=f"told-{next(_numbers)}", source=SOURCE, time=begun + n * MICROSECOND, subject=by, data=each)
            for n, each in enumerate(data)
        ]
        self._journal.append(told)
        self.catch_up()

    def catch_up(self) -> None:
        """Bring what the desk decided onto the log, and let every projection catch up."""
        relay_now(self.installation)
        pump(self._journal, self.installation.connect, stored(PROJECTIONS))
        follow(self.connection, self._journal, clock_of(self.connection).now())


@contextmanager
def served(dsn: str) -> Iterator[Dashboard]:
    """Yield the dashboard of a database, which is served until the block ends."""
    with open_door(Settings(postgres=dsn, api=ANYWHERE), senders=1) as door:
        make_log_views(door.connection, PROJECTIONS)
        yield Dashboard(door)
