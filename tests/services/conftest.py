"""What tests of the embedded installation ask for: processes that use it, and none of them left behind."""

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

import pytest

from services.embedded.folder import ServerFolder
from services.installation import open_installation
from services.settings import Settings
from tests.services.holders import Holder

StartHolder = Callable[[], Holder]


@pytest.fixture(scope="session")
def made_home() -> Iterator[Path]:
    """Return the home of an installation that was made and closed, for copies."""
    folder = Path(mkdtemp(prefix="regulars-test-"))
    folder.chmod(0o711)
    with open_installation(Settings(home=folder / "home")):
        pass
    yield folder / "home"
    shutil.rmtree(folder)


@pytest.fixture
def server(home: Path) -> Iterator[ServerFolder]:
    """Return the files and processes of the home's server; what a test leaves running is killed."""
    folder = ServerFolder(home.resolve())
    yield folder
    for process in folder.processes():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    with suppress(FileNotFoundError):
        shutil.rmtree(folder.sockets())


@pytest.fixture
def hold(server: ServerFolder) -> Iterator[StartHolder]:
    """Return a function that starts a process which opens the home; all of them end with the test."""
    holders: list[Holder] = []

    def start() -> Holder:
        holders.append(Holder(server.home))
        return holders[-1]

    yield start
    for holder in holders:
        holder.kill()
