"""What passes is waited for, and said once; what stays wrong is raised."""

import time
from threading import Event

import pytest

from events.log.errors import LogRefused
from services.dev.ports import free_port
from services.installation import Installation
from services.process.health import Health
from services.process.retrying import DATABASE, LOG, RETRY_SECONDS, Away, opened_until_stopped
from services.settings import InstallationError, Settings
from tests.services.running import Running, Told


def test_what_passes_is_waited_for(database: str) -> None:
    """It runs again, in an installation that was opened anew, until it is told to stop."""
    stop, told, health = Event(), Told(), Health("pump", DATABASE, LOG)
    installations: list[Installation] = []

    def run(installation: Installation) -> None:
        installations.append(installation)
        if len(installations) == 1:
            message = "nobody answers\nand so on"
            raise Away(message)
        stop.set()

    opened_until_stopped(Settings(postgres=database), stop, told, health, run)

    assert len({id(installation) for installation in installations}) == 2
    assert told.events == [("away", "Trying again: nobody answers")]
    assert "the database has not answered yet: nobody answers;" in str(health.reason())


@pytest.mark.parametrize("wrong", [LogRefused("there is no such topic"), InstallationError("the setting is wrong")])
def test_what_stays_wrong_is_raised(database: str, wrong: Exception) -> None:
    """A topic that is missing is not made by waiting, nor is a setting put right."""

    def run(_: Installation) -> None:
        raise wrong

    with pytest.raises(type(wrong), match=str(wrong)):
        opened_until_stopped(Settings(postgres=database), Event(), Told(), Health("pump", DATABASE, LOG), run)


def test_a_database_that_is_not_up_yet_is_waited_for() -> None:
    """As when a machine starts: it is said once, however often it is tried."""
    settings = Settings(postgres=f"postgresql://127.0.0.1:{free_port()}/regulars")
    health = Health("pump", DATABASE, LOG)

    def run(_: Installation) -> None:
        message = "it was opened"
        raise AssertionError(message)

    with Running(lambda stop, report: opened_until_stopped(settings, stop, report, health, run)) as waiting:
        waiting.wait_for("away")
        time.sleep(1.2 * RETRY_SECONDS)

    assert waiting.told.events[0][1].startswith("Trying again: The database cannot be reached: ")
    assert len(waiting.told.events) == 1
