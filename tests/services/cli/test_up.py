"""``regulars up``: one process keeps the projections in step, ends cleanly, and comes back after a kill -9."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest

from services.desk.desk import Desk
from services.embedded.folder import ServerFolder
from tests.conftest import Connect
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, order, viewed
from tests.services.cli.staying import Staying
from tests.services.relay.desk_orders import NOW, orders_of
from tests.services.running import wait_until

TASK = "SELECT CASE WHEN done IS NOT NULL THEN assignee END FROM projection.tasks"
UNREADABLE = """
INSERT INTO desk.stored_events (originator_id, originator_version, topic, state) VALUES ('task:t-9', 1, '', 'no event')
"""

MOST_RESTART_SECONDS = 3.0
TRIES = 3

Start = Callable[..., Staying]


@pytest.fixture
def start(database: str) -> Iterator[Start]:
    """Return a function that starts ``regulars up`` on the fresh database; none is left behind."""
    started: list[Staying] = []

    def up(*options: str, **environment: str) -> Staying:
        started.append(Staying("up", *options, environment={"REGULARS_PG": database, **environment}))
        return started[-1]

    yield up
    for each in started:
        each.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_told_to(start: Start, number: signal.Signals) -> None:
    """SIGTERM and Ctrl-C: the last line says that it stopped, and the exit code is 0."""
    process = start()
    process.wait_for("caught up")

    exit_code, out, err = process.end(number)

    assert (exit_code, err) == (0, "")
    assert '"event":"stopped"' in out.splitlines()[-1]


def test_what_another_process_appends_is_folded_by_it(start: Start, regulars: Regulars) -> None:
    """An append beside it waits until the projections have the events."""
    process = start()
    process.wait_for("caught up")

    ran = regulars("log", "append", "-", piped=as_lines(viewed(1), order(2, 300)))

    lag = {each["lag_events"] for each in regulars("projections", "--json").document["projections"]}
    assert (ran.exit_code, lag) == (0, {0})
    assert regulars("projections").out.endswith(f"regulars up, process {process.process.pid}\n")
    assert regulars("verify").exit_code == 0


def test_what_the_desk_decides_is_relayed_and_folded_by_it(
    start: Start, regulars: Regulars, database: str, connect: Connect
) -> None:
    """Whichever process decided it. What cannot be put onto the log ends it, with a sentence: people have to look."""
    process = start()
    process.wait_for("projecting")
    regulars("log", "append", "-", piped=as_lines(viewed(1)))

    with closing(Desk(database)) as desk:
        for order in orders_of(1):
            desk.perform(order, NOW)
    wait_until(lambda: connect().execute(TASK).fetchone() == ("cyd",))
    verified = regulars("verify")
    connect().execute(UNREADABLE)
    out, err = process.process.communicate()

    assert (verified.exit_code, process.process.returncode, "stopped" in out) == (0, 2, False)
    assert err.startswith("regulars: The desk holds an event that cannot be relayed, number 1 of task:t-9: ")


def test_a_second_one_is_refused(start: Start) -> None:
    """One process projects; the sentence names it, and the exit code says that it cannot be now."""
    first = start()
    first.wait_for("projecting")

    second = start()
    out, err = second.process.communicate()

    assert second.process.returncode == 4
    assert "stopped" not in out
    assert err.startswith(f"regulars: Another process projects already: 'regulars up, process {first.process.pid}'")


def test_with_wait_a_second_one_takes_over(start: Start) -> None:
    """It says that it waits, and goes on when the first is gone, however that one ended."""
    first = start()
    first.wait_for("projecting")
    second = start("--wait")
    second.wait_for("waiting")

    first.kill()

    assert second.wait_for("projecting")["process"] == second.process.pid
    assert second.end()[0] == 0


def test_it_waits_while_the_database_is_away(start: Start, connect: Connect, regulars: Regulars) -> None:
    """All its connections are cut: it says so, connects again and goes on, with all that it does beside projecting."""
    process = start()
    process.wait_for("reacting")

    connect().execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name LIKE 'regulars %' AND datname = current_database()"
    )

    process.wait_for("database lost")
    process.wait_for("relaying")
    process.wait_for("reacting")
    assert regulars("log", "append", "-", piped=as_lines(viewed(1))).exit_code == 0


def test_after_a_kill_of_everything_it_is_back_in_three_seconds(
    server: ServerFolder, start: Start, regulars: Regulars, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The embedded server and the projector die as in a power cut; the next start has everything.

    They do so several times, and the fastest return counts; for how long other tests had the cores does not.
    """
    monkeypatch.setenv("REGULARS_PG", "")
    monkeypatch.setenv("REGULARS_HOME", str(server.home))
    running = start(REGULARS_PG="")
    running.wait_for("caught up")
    assert regulars("log", "append", "-", piped=as_lines(viewed(1))).exit_code == 0
    fastest = MOST_RESTART_SECONDS

    for _ in range(TRIES):
        running.kill()
        for process in server.processes():
            with suppress(ProcessLookupError):  # the first to die takes others along
                os.kill(process, signal.SIGKILL)
        begun = time.monotonic()
        running = start(REGULARS_PG="")
        running.wait_for("caught up")
        fastest = min(fastest, time.monotonic() - begun - running.queued_seconds())

    verified = regulars("verify", "--json").document
    assert fastest < MOST_RESTART_SECONDS
    assert (verified["equal"], verified["projections"][0]["rows"]) == (True, 1)
    assert running.end()[0] == 0


def test_a_command_that_is_told_to_end_stops_the_server_that_it_started(
    server: ServerFolder, regulars: Regulars, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SIGTERM is as polite as Ctrl-C: nothing is left running that nobody uses."""
    monkeypatch.setenv("REGULARS_PG", "")
    monkeypatch.setenv("REGULARS_HOME", str(server.home))
    regulars("log", "append", "-", piped=as_lines(viewed(1)))
    tail = Staying("log", "tail", "-f", "--json", environment={})
    tail.read()

    exit_code, _, err = tail.end()

    assert (exit_code, err) == (0, "")
    assert server.processes() == []
