"""The Kafka that all workers of a run share: it runs in a process of its own for as long as one of them holds a file.

An idle broker takes three hundredths of a core, which one for each worker would take from the tests.
"""

import fcntl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from services.dev.ports import serves
from services.settings import InstallationError
from tests.kafkas import local_kafka
from tests.tidy.sources import ROOT

STARTING, HELD, ADDRESS = "starting.lock", "held.lock", "address"
FAILED = "!"


@contextmanager
def shared_kafka(folder: Path) -> Iterator[str]:
    """Yield the address of the Kafka of a folder, which whoever asks first starts and whoever leaves last ends.

    Raises InstallationError where there can be none.
    """
    with (folder / HELD).open("a") as held:
        with (folder / STARTING).open("a") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            fcntl.flock(held, fcntl.LOCK_SH)  # a Kafka that is ending holds it until its address is gone
            address = _running(folder) or _started(folder)
        yield address


def _running(folder: Path) -> str:
    written = folder / ADDRESS
    address = written.read_text(encoding="ascii") if written.exists() else ""
    return address if address and serves(address) else ""


def _started(folder: Path) -> str:
    words = (sys.executable, "-m", "tests.kafka_shared", str(folder))
    # In a session of its own: Ctrl-C reaches the workers, and when they have ended it ends.
    with subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as child:
        said = "" if child.stdout is None else child.stdout.readline().strip()
        child.returncode = 0  # it is not waited for
    if not said or said.startswith(FAILED):
        raise InstallationError(said.removeprefix(FAILED) or "It ended without a word.")
    return said


def _hold(folder: Path) -> None:
    """Run a Kafka until nobody holds its folder; its address is told once it serves clients."""
    told = sys.stdout
    with redirect_stdout(sys.stderr), local_kafka() as address, (folder / HELD).open("a") as held:
        (folder / ADDRESS).write_text(address, encoding="ascii")
        told.write(f"{address}\n")
        told.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        (folder / ADDRESS).unlink()


if __name__ == "__main__":
    try:
        _hold(Path(sys.argv[1]))
    except InstallationError as error:
        sys.stdout.write(f"{FAILED}{error}\n")
