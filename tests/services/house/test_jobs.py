"""Jobs: one of a kind at a time, seen while they run, and told as interrupted where nobody was left to say so."""

from collections.abc import Iterator
from contextlib import closing
from threading import Event

import pytest

from projections._engine.registry import Connection
from services.house import jobs
from services.house.jobs import Advance, Came, Done, JobRuns, Jobs
from services.installation import Installation

WAIT_SECONDS = 10.0
DONE = Came("All of it.", {"rows": 3})


@pytest.fixture
def installation(database: str) -> Iterator[Installation]:
    """Return an installation of its own."""
    with closing(Installation(database)) as opened:
        yield opened


@pytest.fixture
def connection(installation: Installation) -> Connection:
    """Return a connection that looks on."""
    return installation.connect("tests")


@pytest.fixture
def running(installation: Installation) -> Iterator[Jobs]:
    """Return what runs jobs."""
    with closing(Jobs(installation.connect)) as opened:
        yield opened


def test_what_a_command_did_stands_among_the_jobs(connection: Connection) -> None:
    """With when it began, how long it took, and what came of it; what was not well has failed."""
    jobs.noted(connection, Done("verify", "profile", "regulars verify", 90.0), DONE)
    jobs.noted(connection, Done("verify", "", "regulars verify", 1.0), Came("Different: visits.", {}, well=False))

    failed, done = jobs.jobs(connection, "verify")

    assert (done.what, done.started_by, done.state, done.outcome) == ("profile", "regulars verify", "done", {"rows": 3})
    assert (done.seconds, done.share) == (90.0, 1.0)
    assert (failed.state, failed.said) == ("failed", "Different: visits.")


def test_a_job_says_how_far_it_is_and_what_came_of_it(running: Jobs, connection: Connection) -> None:
    """While it runs: how much of how much is done. Then what came of it, and when."""
    begun, goes_on = Event(), Event()

    def work(_: Connection, advance: Advance) -> Came:
        advance(25, 100)
        begun.set()
        goes_on.wait(WAIT_SECONDS)
        advance(100, 100)
        return DONE

    number = running.start("rebuild", "profile", "ann", work)
    begun.wait(WAIT_SECONDS)
    (seen,) = jobs.jobs(connection, "rebuild")
    goes_on.set()
    running.wait()
    (done,) = jobs.jobs(connection, "rebuild")

    assert (seen.id, seen.what, seen.started_by, seen.state) == (number, "profile", "ann", "running")
    assert (seen.share, done.share) == (0.25, 1.0)
    assert seen.seconds_left is not None
    assert (done.state, done.said, done.outcome) == ("done", "All of it.", {"rows": 3})
    assert done.ended_at is not None


def test_one_of_a_kind_runs_at_a_time(running: Jobs, installation: Installation) -> None:
    """Whoever asks for another, in this process or in another one, is told so; one of another kind begins."""
    goes_on = Event()

    def work(_: Connection, __: Advance) -> Came:
        goes_on.wait(WAIT_SECONDS)
        return DONE

    with closing(Jobs(installation.connect)) as elsewhere:
        running.start("rebuild", "profile", "ann", work)
        for each in (running, elsewhere):
            with pytest.raises(JobRuns, match="A job of the kind rebuild runs already: wait until it is done"):
                each.start("rebuild", "visits", "bob", work)
        elsewhere.start("verify", "", "bob", work)
        goes_on.set()
        running.wait()
        again = running.start("rebuild", "visits", "bob", work)
        elsewhere.wait()

    assert again


def test_a_job_whose_process_was_killed_reads_as_interrupted(running: Jobs, connection: Connection) -> None:
    """Nobody was left to say so: the lock that it held is gone. The next one of the kind begins, and writes it down."""
    connection.execute("INSERT INTO house.job (kind, what, started_by) VALUES ('rebuild', 'visits', 'ann')")

    (seen,) = jobs.jobs(connection, "rebuild")
    running.start("rebuild", "visits", "bob", lambda _, __: DONE)
    running.wait()
    states = connection.execute("SELECT state FROM house.job ORDER BY id").fetchall()

    assert seen.state == "interrupted"
    assert states == [("interrupted",), ("done",)]


def test_a_job_ends_with_its_process(installation: Installation, connection: Connection) -> None:
    """What is told to stop stops where it tells how far it is, and says so."""
    begun = Event()

    def work(_: Connection, advance: Advance) -> Came:
        begun.set()
        while True:
            advance(1, 2)

    running = Jobs(installation.connect)
    running.start("verify", "", "ann", work)
    begun.wait(WAIT_SECONDS)
    running.close()

    (seen,) = jobs.jobs(connection, "verify")
    assert (seen.state, seen.said) == ("interrupted", "The process that ran it was told to stop.")


def test_a_job_that_fails_says_why(running: Jobs, connection: Connection) -> None:
    """The error is kept, for whoever looks at the page."""

    def work(_: Connection, __: Advance) -> Came:
        raise ValueError("there is no such table")  # noqa: EM101, TRY003 - as a bug would

    running.start("verify", "", "ann", work)
    running.wait()

    (seen,) = jobs.jobs(connection, "verify")
    assert (seen.state, seen.said) == ("failed", "ValueError: there is no such table")
