"""The files of a folder that another system writes into: which there are, and which of them are complete."""

import hashlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

REJECTS = ".rejects.jsonl"


class Seen(NamedTuple):
    """A file as it was seen; when either changes, the file may have. ``changed_ns`` also tells of its rights."""

    size: int
    modified_ns: int
    changed_ns: int

    @classmethod
    def of(cls, path: Path) -> "Seen | None":
        """Return how a file is now, None where it is gone or is no file."""
        try:
            found = path.stat()
        except OSError:
            return None
        return cls(found.st_size, found.st_mtime_ns, found.st_ctime_ns) if path.is_file() else None

    def is_as_held(self, position: dict[str, Any]) -> bool:
        """Return whether the file is as it was when it was imported; one that was refused may also get other rights."""
        same = (position["size"], position["modified_ns"]) == (self.size, self.modified_ns)
        return same and (not position["refused"] or position["changed_ns"] == self.changed_ns)


class Folder:
    """A folder, and since when each of its files has been as it is."""

    def __init__(
        self, path: Path, pattern: str, settle_seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Look into this folder for names that fit the pattern; ``clock`` tells seconds."""
        self._path = path
        self._pattern = pattern
        self._settle_seconds = settle_seconds
        self._clock = clock
        self._since: dict[str, tuple[Seen, float]] = {}

    def files(self) -> dict[str, Seen]:
        """Return the files that there are, by name, in order. Raises OSError where the folder cannot be read."""
        with_names = ((path.relative_to(self._path).as_posix(), path) for path in self._found())
        return {name: seen for name, path in with_names if (seen := Seen.of(path)) is not None}

    def is_complete(self, name: str, seen: Seen) -> bool:
        """Return whether a file has not changed for long enough: by its own time, or since we have looked at it.

        Its own time says so at once of a file that was written elsewhere and renamed into the folder; and looking
        does of one whose clock is ahead of ours.
        """
        now = self._clock()
        held = self._since.get(name)
        if held is None or held[0] != seen:
            held = self._since[name] = (seen, now)
        age_seconds = time.time() - seen.modified_ns / 1e9
        return age_seconds >= self._settle_seconds or now - held[1] >= self._settle_seconds

    def forget(self, names: set[str]) -> None:
        """Forget the files that are not among these."""
        self._since = {name: held for name, held in self._since.items() if name in names}

    def _found(self) -> list[Path]:
        next(self._path.iterdir(), None)  # a folder that is gone looks like an empty one to glob
        return sorted(path for path in self._path.glob(self._pattern) if not _is_ours(path.relative_to(self._path)))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's content. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_ours(path: Path) -> bool:
    """Return whether a file is hidden, as unfinished ones are, or one of rejects."""
    return path.name.endswith(REJECTS) or any(part.startswith(".") for part in path.parts)
