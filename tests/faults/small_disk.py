"""A disk that can be filled up and emptied again under a server.

Where we may mount, which root may, it is a small tmpfs and a file that takes all of its room. Elsewhere it is a folder,
and a full disk is a limit of zero bytes on the files that the server's processes write: every write then fails too.
"""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

PIECE_BYTES = 1 << 16
NOTHING, EVERYTHING = "0", "unlimited"


class SmallDisk:
    """A folder on a disk of its own; where that cannot be had, ``mounted`` is false."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        """Use a folder, on which a small file system is mounted or not."""
        self.folder = folder
        self.mounted = mounted
        self._filler = folder / "filler"

    def fill(self, processes: Sequence[int]) -> None:
        """Leave no room to the processes of a server."""
        if not self.mounted:
            _limit(processes, NOTHING)
            return
        with self._filler.open("ab", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(bytes(PIECE_BYTES))

    def make_room(self, processes: Sequence[int]) -> None:
        """Give the room back, also to processes that began meanwhile."""
        if self.mounted:
            self._filler.unlink()
        else:
            _limit(processes, EVERYTHING)


def _limit(processes: Sequence[int], most_bytes: str) -> None:
    """Limit what processes may write to a file, as the user that they run as: root may not everywhere."""
    for process in processes:
        with suppress(FileNotFoundError):  # it has ended
            owner = Path(f"/proc/{process}").stat()
            command = ["prlimit", f"--pid={process}", f"--fsize={most_bytes}:"]
            user, group = (None, None) if owner.st_uid == os.geteuid() else (owner.st_uid, owner.st_gid)
            subprocess.run(command, check=False, capture_output=True, user=user, group=group)


@contextmanager
def small_disk(megabytes: int, *, may_mount: bool = True) -> Iterator[SmallDisk]:
    """Yield an empty disk of this size."""
    with TemporaryDirectory(prefix="regulars-test-") as name:
        folder = Path(name) / "disk"
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0711", "tmpfs", str(folder)]
        mounted = may_mount and os.geteuid() == 0 and _done(mount)
        for each in (folder, folder.parent):
            each.chmod(0o711)  # the server may run as another user
        try:
            yield SmallDisk(folder, mounted=mounted)
        finally:
            if mounted:
                assert _done(["umount", "--lazy", str(folder)])


def _done(command: Sequence[str]) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
