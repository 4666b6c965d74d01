"""A million events are replayed, in every way that there is, with webhooks wired to a counter, which stays at zero.

    python -m tests.services.reactions.engine.replay_million [EVENTS]

It takes minutes, so it is no test that is collected; test_following.py has the same with a few. The events happen just
now, so that none is held back for its age. They are on the log before there are projections; then every projection that
signals is rebuilt. A hundred that are news show that the counter counts; then all is rebuilt once more, and the whole
outbox is heard anew.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from shutil import rmtree
from threading import Event, Thread

from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector
from projections._engine.rebuild import rebuild
from services import installation
from services.benchmark.reacting_events import event
from services.desk.desk import Desk
from services.embedded.postgres import embedded_postgres
from services.installation import Connection, Installation
from services.outgoing import endpoints
from services.outgoing.endpoints import Endpoint
from services.outgoing.figures import OutgoingFigures
from services.outgoing.running import sending
from services.outgoing.signing import new_secret
from services.reactions._engine.engine import Engine
from services.reactions._engine.following import Follower
from tests.conftest import TEST_SERVER, new_folder
from tests.services.running import Told, wait_until

EVENTS = 1_000_000
APPEND_EVENTS = 5_000
PARTITIONS = 4
NEWS = 100

FIRED = "SELECT count(*) FROM reactions.firing WHERE outcome = 'fired'"
DELIVERIES = "SELECT count(*) FROM outgoing.delivery WHERE channel = 'webhook'"


class Counter(ThreadingHTTPServer):
    """Counts the requests that it gets."""

    requests = 0


class _Handler(BaseHTTPRequestHandler):
    server: Counter

    def do_POST(self) -> None:
        """Count it."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def counting() -> Iterator[Counter]:
    """Yield a counter that listens."""
    with Counter(("127.0.0.1", 0), _Handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@contextmanager
def sent(opened: Installation) -> Iterator[None]:
    """Have what is to be sent be sent for as long as this lasts."""
    stop = Event()
    loop = sending(lambda: datetime.now(UTC), OutgoingFigures())
    thread = Thread(target=loop.run, args=(opened, stop, Told()), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def main(events: int) -> None:
    """Replay, and say after each way what was counted. Raises AssertionError where something was."""
    with ExitStack() as held:
        folder = new_folder()
        held.callback(rmtree, folder)
        dsn = held.enter_context(embedded_postgres(folder / "home", print, changes=TEST_SERVER))
        installation.prepare(dsn, PARTITIONS)
        opened = held.enter_context(closing(Installation(dsn)))
        connection = opened.connect()
        counter = held.enter_context(counting())
        url = f"http://127.0.0.1:{counter.server_port}/"
        endpoints.add(connection, Endpoint("counter", url, ["*"], new_secret(), datetime.now(UTC), inside=True))
        held.enter_context(sent(opened))
        desk = held.enter_context(closing(Desk(dsn)))
        follower = Follower(opened.connect(), Engine(opened.connect(), desk))
        replay(opened, connection, follower, counter, events)


def replay(opened: Installation, connection: Connection, follower: Follower, counter: Counter, events: int) -> None:
    """Replay in every way."""
    begun = time.monotonic()

    def look(way: str) -> None:
        heard = sum(iter(lambda: follower.turn(datetime.now(UTC)), 0))
        fired, deliveries = (connection.execute(query).fetchall()[0][0] for query in (FIRED, DELIVERIES))
        seconds = time.monotonic() - begun
        sys.stdout.write(
            f"{seconds:6.0f} s  {way}: {heard:,} signals heard, {fired:,} reactions fired, {deliveries:,} deliveries,"
            f" {counter.requests:,} requests\n"
        )
        sys.stdout.flush()
        assert (fired, deliveries, counter.requests) == (0, 0, 0), way

    log = opened.journal()
    tell(log, events)
    with closing(Projector(log, opened.connect, PROJECTIONS)) as projector:
        projector.catch_up()
        look(f"{events:,} events that were there first, projected")
        for projection in PROJECTIONS:
            if projection.signallers():
                rebuild(projection, log, opened.connect)
        projector.catch_up()
        look("every projection that signals, rebuilt")
        news(opened, connection, projector, follower, log, counter, events)


def news(  # noqa: PLR0913, PLR0917 - everything that was opened
    opened: Installation,
    connection: Connection,
    projector: Projector,
    follower: Follower,
    log: Journal,
    counter: Counter,
    events: int,
) -> None:
    """Have some events be news, and then everything be replayed again."""
    log.append([event(events + number, datetime.now(UTC), 10) for number in range(NEWS)])
    projector.catch_up()
    follower.turn(datetime.now(UTC))
    wait_until(lambda: counter.requests >= NEWS)
    fired, deliveries = (connection.execute(query).fetchall()[0][0] for query in (FIRED, DELIVERIES))
    for projection in PROJECTIONS:
        if projection.signallers():
            rebuild(projection, log, opened.connect)
    connection.execute("UPDATE engine.relay SET position = 0 WHERE name = 'reactions'")
    again = sum(iter(lambda: follower.turn(datetime.now(UTC)), 0))
    time.sleep(timedelta(seconds=2).total_seconds())
    after = tuple(connection.execute(query).fetchall()[0][0] for query in (FIRED, DELIVERIES))
    sys.stdout.write(
        f"{NEWS} that are news: {fired} fired, {counter.requests} requests; heard again: {again} signals\n"
    )
    assert (after, counter.requests) == ((fired, deliveries), deliveries)


def tell(log: Journal, events: int) -> None:
    """Have this many events on the log."""
    for begin in range(0, events, APPEND_EVENTS):
        now = datetime.now(UTC)
        log.append([event(number, now) for number in range(begin, min(events, begin + APPEND_EVENTS))])


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS)
