"""A process is well while it is at work, and what it needs answered lately."""

import time

from services.process.health import Health

PATIENCE_SECONDS = 1.0


def test_a_process_is_well_once_everything_has_answered_and_it_works() -> None:
    """Before, the reason says what is missing."""
    health = Health("pump", "database", "log")
    at_first = health.reason()

    health.answered("database")
    health.answered("log")
    idle = health.reason()
    with health.working():
        working = health.document()

    assert at_first == "the database has not answered yet; the log has not answered yet; the pump is not at work"
    assert idle == "the pump is not at work"
    assert (working["status"], working["process"]) == ("ok", "pump")
    assert set(working["seconds_since_answer"]) == {"database", "log"}
    assert health.document()["status"] == "failing"


def test_what_is_away_for_a_moment_is_no_illness() -> None:
    """A failure counts when nothing has answered for longer than our patience; then it is the reason."""
    health = Health("pump", "database", patience_seconds=PATIENCE_SECONDS)
    health.answered("database")
    with health.working():
        health.failed("database", "connection refused.\nIs it running?")
        at_once = health.reason()
        time.sleep(2 * PATIENCE_SECONDS)
        later = health.reason()
        health.answered("database")
        back = health.reason()

    assert at_once is None
    assert later == "the database has not answered for 2 s: connection refused"
    assert back is None
