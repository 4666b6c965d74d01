"""The night's work: due once a night by the house's clock, told where it failed, and tried again."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.registry import Connection
from services.house.clock import put_clock
from services.house.jobs import REFRESH, Jobs, jobs
from services.house.nightly import BY, Pace, begin, is_due, note, refresh_nightly
from services.installation import Installation
from services.refreshing import Refreshed
from tests.projections.engine.tables import pump

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOVED = "UPDATE house.job SET started_at = started_at - %s, state = %s"


class Told:
    """Hears what is reported."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.heard: list[tuple[str, str]] = []

    def tell(self, event: str, sentence: str, **_: Any) -> None:  # noqa: ANN401 - as a report takes it
        """Hear it."""
        self.heard.append((event, sentence))

    def show(self, snapshot: Any) -> None:  # noqa: ANN401 - as above
        """Nobody shows anything here."""


@pytest.fixture
def installation(database: str) -> Iterator[Installation]:
    """Return an installation whose projections are built."""
    with closing(Installation(database)) as opened:
        pump(opened.journal(), opened.connect, stored(PROJECTIONS))
        yield opened


@pytest.fixture
def connection(installation: Installation) -> Connection:
    """Return a connection that looks on."""
    return installation.connect("tests")


def test_a_night_is_due_once_by_the_clock_of_the_house(connection: Connection) -> None:
    """Never done is due; then again after the next three o'clock, wherever the house's clock stands."""
    put_clock(connection, datetime(2011, 12, 9, 12, 50, tzinfo=UTC))
    now = datetime.now(UTC)
    before = is_due(connection, now)

    note(connection, [Refreshed("dials", "none")], "tests", 2.5)

    hours = [hour for hour in range(30) if is_due(connection, now + hour * HOUR)]
    assert before
    assert hours == list(range(15, 30)), "from 03:50 on, more than fourteen hours later"


def test_what_failed_is_told_and_tried_again_in_an_hour(installation: Installation, connection: Connection) -> None:
    """It stands among the jobs with what went wrong, and nobody has to look for it."""
    told = Told()

    def fails(*_: object) -> list[Refreshed]:
        message = "no such night"
        raise LookupError(message)

    with closing(Jobs(installation.connect)) as house:
        begin(house, installation, told, fails)
        house.wait()

    (job,) = jobs(connection, REFRESH)
    assert (job.state, job.started_by) == ("failed", BY)
    assert "LookupError" in job.said
    assert [(event, "LookupError" in sentence) for event, sentence in told.heard] == [("refresh failed", True)]
    assert [is_due(connection, job.started_at + after) for after in (HOUR / 2, HOUR)] == [False, True]


class Stopping(Told):
    """Has the loop stop when the last part of the work is told."""

    def __init__(self, stop: Event) -> None:
        """Stop by this."""
        super().__init__()
        self.stop = stop

    def tell(self, event: str, sentence: str, **more: Any) -> None:  # noqa: ANN401 - as a report takes it
        """Hear it."""
        super().tell(event, sentence, **more)
        if sentence.startswith("directory"):
            self.stop.set()


def test_who_is_up_does_the_nights_work(installation: Installation, connection: Connection) -> None:
    """By itself, once; what came of each of its parts is told, and all of it stands among the jobs."""
    stop = Event()
    told = Stopping(stop)

    refresh_nightly(installation, stop, told, Pace(first_seconds=0.0, look_seconds=0.05))

    (job,) = jobs(connection, REFRESH)
    assert (job.state, job.progress, job.total) == ("done", 4, 4)
    parts = [sentence.partition(":")[0] for _, sentence in told.heard]
    assert parts == ["dials", "associations", "segments", "directory"]
    connection.execute(MOVED, [DAY * 2, "running"])
    assert is_due(connection, datetime.now(UTC)), "a night that was cut short is done again"
