"""A home is made whole or not at all, and what is wrong with it is said in one sentence."""

import time
from pathlib import Path

import pytest

from services.embedded.folder import ServerFolder
from services.installation import open_installation
from services.settings import InstallationError, Settings
from tests.services.conftest import StartHolder


def _refusal(home: Path) -> str:
    with pytest.raises(InstallationError) as refused, open_installation(Settings(home=home)):
        pass
    return str(refused.value)


def test_data_of_another_major_version_are_refused(home: Path) -> None:
    """Postgres cannot read the data of another major version, and we say which they are and what to do."""
    data = home / "postgres"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n", encoding="ascii")

    sentence = _refusal(home)

    assert sentence.startswith(f"The data in {data} are of Postgres 15, and this installation has Postgres 18: move")


def test_a_folder_of_something_else_is_left_alone(home: Path) -> None:
    """Where the data belong there is something that is not Postgres's: it stays, and the sentence names the place."""
    precious = home / "postgres" / "letters.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("Dear customer", encoding="utf-8")

    sentence = _refusal(home)

    assert sentence.startswith(f"REGULARS_HOME is {home}, which cannot be used: Directory not empty")
    assert [path.name for path in home.iterdir() if path.is_dir()] == ["postgres"]
    assert precious.read_text(encoding="utf-8") == "Dear customer"


def test_a_start_that_fails_says_what_the_log_says(home: Path, server: ServerFolder) -> None:
    """The sentence holds the end of the server's log, from this start only."""
    with open_installation(Settings(home=home)):
        pass
    with (server.data / "postgresql.conf").open("a", encoding="utf-8") as conf:
        conf.write("no_such_setting = 1\n")

    sentence = _refusal(home)

    assert sentence.startswith(f"Postgres did not start in {home}; postgres.log ends with: ")
    assert 'unrecognized configuration parameter "no_such_setting"' in sentence
    assert "ready to accept connections" not in sentence


def test_a_long_log_is_put_aside(home: Path, server: ServerFolder) -> None:
    """The log starts anew when it has grown long, and the one before is kept."""
    home.mkdir()
    server.log.write_bytes(b"old\n" * 3_000_000)

    with open_installation(Settings(home=home)):
        pass

    assert (home / "postgres.log.1").stat().st_size == 12_000_000
    assert server.log.stat().st_size < 100_000


def test_making_the_data_is_told(home: Path) -> None:
    """What takes longer than a moment is told to whoever waits."""
    told: list[str] = []

    with open_installation(Settings(home=home), told.append):
        pass

    assert told[0] == f"Postgres makes its data folder in {home}"


def test_processes_that_start_at_once_share_one_server(home: Path, hold: StartHolder) -> None:
    """Of several processes that find no installation one makes it, and the others use it."""
    holders = [hold(), hold(), hold()]

    numbers = [holder.wait_until_open().store() for holder in holders]

    assert numbers == [1, 2, 3]
    assert sorted(path.name for path in home.iterdir() if path.is_dir()) == ["postgres"]


def test_a_kill_while_the_data_folder_is_made_leaves_nothing_half_made(home: Path, hold: StartHolder) -> None:
    """Data that were never finished are cleared away, and the next start makes its own."""
    killed = hold()
    while not list(home.glob("postgres.new-*/global")):
        time.sleep(0.005)
    killed.kill()
    unfinished = [path.name for path in home.iterdir() if path.is_dir()]

    hold().wait_until_open().leave()

    assert unfinished != ["postgres"]
    assert [path.name for path in home.iterdir() if path.is_dir()] == ["postgres"]


def test_a_file_in_place_of_the_home_is_named() -> None:
    """What stands in the way of the home is said in a sentence that names the setting."""
    home = Path(__file__)

    with pytest.raises(InstallationError) as refused, open_installation(Settings(home=home)):
        pass

    assert str(refused.value) == f"REGULARS_HOME is {home}, which cannot be used: there is a file in its place."
