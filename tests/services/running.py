"""A process that stays, within a test: run in a thread, listened to, and stopped when the test says so."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from types import TracebackType
from typing import Self

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services import installation
from services.cli.reporting import Report, Snapshot

PATIENCE_SECONDS = 40.0
LOOK_SECONDS = 0.02


class Told:
    """A report that keeps what it is told."""

    def __init__(self) -> None:
        """Begin with nothing told."""
        self.events: list[tuple[str, str]] = []
        self.snapshots: list[Snapshot] = []

    def tell(self, event: str, sentence: str, **facts: object) -> None:
        """Keep what happened."""
        del facts
        self.events.append((event, sentence))

    def show(self, snapshot: Snapshot) -> None:
        """Keep how it stands."""
        self.snapshots.append(snapshot)

    def count(self, event: str) -> int:
        """Return how often something happened."""
        return [name for name, _ in self.events].count(event)


class Running:
    """Runs something until the block ends; what it fails with is raised there."""

    def __init__(self, run: Callable[[Event, Report], None]) -> None:
        """Prepare to run."""
        self.told = Told()
        self.failure: BaseException | None = None
        self._stop = Event()
        self._thread = Thread(target=self._run, args=[run])

    def __enter__(self) -> Self:
        """Start it."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop it and wait for its end."""
        self._stop.set()
        self._thread.join()
        if self.failure is not None and error is None:
            raise self.failure

    def check(self) -> None:
        """Raise what it failed with, if it did."""
        if self.failure is not None:
            raise self.failure

    def wait_for(self, event: str, times: int = 1) -> None:
        """Wait until something was told so often."""
        self.wait_until(lambda: self.told.count(event) >= times)

    def wait_until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so; a failure ends the waiting."""

        def come_to_that() -> bool:
            self.check()
            return bool(condition())

        wait_until(come_to_that)

    def _run(self, run: Callable[[Event, Report], None]) -> None:
        try:
            run(self._stop, self.told)
        except BaseException as error:  # noqa: BLE001 - it is raised where the test looks for it
            self.failure = error


def wait_until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < give_up, "it does not come to that"
        time.sleep(LOOK_SECONDS)


@contextmanager
def away(database: str, postgres: str) -> Iterator[None]:
    """Have a database end every connection and take no other for as long as this lasts; ``postgres`` is its server."""
    name = str(conninfo_to_dict(database)["dbname"])
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with installation.connect(make_conninfo(postgres)) as connection:
        connection.execute(allow.format(sql.Identifier(name), sql.Literal(False)))  # noqa: FBT003 - SQL's own word
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(allow.format(sql.Identifier(name), sql.Literal(True)))  # noqa: FBT003 - as above
