"""The embedded server survives whatever is killed, serves several processes, and says plainly why it cannot run."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from services.embedded.folder import ServerFolder
from services.installation import open_installation
from services.settings import Settings
from tests.services.conftest import StartHolder

# Three seconds are meant; a machine that runs other tests as well may take longer to flush its files.
MOST_SECONDS = 30.0


@pytest.fixture
def home(home: Path, made_home: Path) -> Path:
    """Return a home that was made before: making one takes longer than most of these tests."""
    subprocess.run(["cp", "-a", made_home, home], check=True)
    return home


def _kill(processes: list[int]) -> None:
    for process in processes:
        os.kill(process, signal.SIGKILL)


def _postmaster(server: ServerFolder) -> int:
    process = server.postmaster()
    assert process is not None
    return process


@pytest.mark.parametrize("victims", ["its user", "the server's first process", "everything"])
def test_what_was_committed_survives_a_kill(victims: str, home: Path, server: ServerFolder, hold: StartHolder) -> None:
    """After kill -9 of the user, the server or everything, the next start has every committed row, within seconds."""
    holder = hold().wait_until_open()
    stored = [holder.store() for _ in range(3)]
    postmaster = _postmaster(server)

    if victims != "its user":
        _kill([postmaster] if victims == "the server's first process" else server.processes())
    if victims != "the server's first process":
        holder.kill()
    began = time.monotonic()
    with open_installation(Settings(home=home)) as installation:
        seconds = time.monotonic() - began
        rows = installation.connect().execute("SELECT number FROM kept ORDER BY number").fetchall()
        same_server = server.postmaster() == postmaster

    assert (rows, same_server) == ([(number,) for number in stored], victims == "its user")
    assert seconds < MOST_SECONDS


def test_a_query_that_outlives_its_server_does_not_bar_the_next_start(home: Path, server: ServerFolder) -> None:
    """A busy process of a killed server does not notice its end; it is killed before the next start."""
    with open_installation(Settings(home=home), keep_running=True) as installation:
        connection = installation.connect()
        busy = connection.info.backend_pid
        connection.pgconn.send_query(b"DO 'BEGIN LOOP END LOOP; END'")
        time.sleep(0.2)
        _kill([_postmaster(server)])
    time.sleep(0.2)
    before = server.processes()

    with open_installation(Settings(home=home)) as installation:
        answer = installation.connect().execute("SELECT 1").fetchone()

    assert (busy in before, answer) == (True, (1,))


def test_the_first_to_leave_does_not_stop_the_server_for_the_second(server: ServerFolder, hold: StartHolder) -> None:
    """Two processes share a home; the server goes on, and stays the same, until both have left."""
    first, second = hold().wait_until_open(), hold().wait_until_open()
    postmaster = _postmaster(server)

    first.leave()
    number = second.store()

    assert (number, server.postmaster()) == (1, postmaster)


def test_the_last_to_leave_stops_the_server(server: ServerFolder, hold: StartHolder) -> None:
    """Nothing runs and no socket is left once everybody has gone."""
    holders = [hold().wait_until_open(), hold().wait_until_open()]
    sockets = server.sockets()
    during = (sockets.exists(), server.processes() != [])

    for holder in holders:
        holder.leave()

    assert during == (True, True)
    assert (sockets.exists(), server.processes()) == (False, [])


def test_the_last_to_leave_stops_a_server_whose_socket_was_removed(home: Path, server: ServerFolder) -> None:
    """Whoever tidies /tmp may take the socket away; the server cannot be asked then, and is stopped all the same."""
    with open_installation(Settings(home=home)):
        shutil.rmtree(server.sockets())

    assert server.processes() == []


def test_a_server_that_is_kept_running_serves_the_next_process(home: Path, server: ServerFolder) -> None:
    """Who asks for it leaves the server up; the next one to leave stops it."""
    with open_installation(Settings(home=home), keep_running=True):
        postmaster = server.postmaster()
    between = server.processes()

    with open_installation(Settings(home=home)):
        found = server.postmaster()

    assert found == postmaster
    assert (postmaster in between, server.processes()) == (True, [])


def test_a_process_number_that_somebody_else_has_by_now_does_not_bar_the_start(
    home: Path, server: ServerFolder, hold: StartHolder
) -> None:
    """After a crash and a reboot the number in postmaster.pid may be anybody's, even of the server's own user."""
    hold().wait_until_open().leave()
    account = ServerFolder(home).account
    other = int(account.run(["/bin/sh", "-c", "sleep 60 >/dev/null 2>&1 & echo $!"]).stdout)
    stale = server.data / "postmaster.pid"
    stale.write_text(f"{other}\n{server.data}\n1\n5432\n/tmp\n\n\nready\n", encoding="utf-8")
    account.give(stale)

    number = hold().wait_until_open().store()

    os.kill(other, signal.SIGKILL)
    assert number == 1


def test_a_home_may_have_a_long_path(home: Path) -> None:
    """A socket's path has 107 bytes at most, but a folder's has not."""
    long = home.parent / ("somewhere/far away/" * 12) / "home"
    long.parent.mkdir(parents=True)
    home.rename(long)

    with open_installation(Settings(home=long)) as installation:
        answer = installation.connect().execute("SELECT 1").fetchone()

    assert answer == (1,)


def test_the_way_to_the_home_stays_closed_to_others(home: Path) -> None:
    """Root's server runs as another user, and reaches a home in a folder of root's alone without opening it to all."""
    private = home.parent / "private"
    private.mkdir(mode=0o700)
    home.rename(private / "home")

    with open_installation(Settings(home=private / "home")) as installation:
        answer = installation.connect().execute("SELECT 1").fetchone()

    assert answer == (1,)
    assert private.stat().st_mode & 0o007 == 0


def test_only_the_owner_reaches_the_server(home: Path, server: ServerFolder) -> None:
    """There is no TCP, and the folders of the data and of the socket are closed to others; so is the log."""
    with open_installation(Settings(home=home)) as installation:
        addresses = installation.connect().execute("SHOW listen_addresses").fetchone()
        modes = [path.stat().st_mode & 0o077 for path in (server.sockets(), server.data, server.log)]

    assert (addresses, modes) == (("",), [0, 0, 0])
