"""Imports the files of a folder, each once, as they come to be complete.

What is known of a file is its part of the position: name, size, time and digest. A file that changed is imported again,
whose old rows change nothing; one that has another name and the same content is not. A file that cannot be read is told
of once and tried again when it changes, and does not hold up the others.
"""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from services.cli.terminal import plural
from services.connecting.declaration import Connector
from services.connecting.errors import SourceAway
from services.connecting.files import REJECTS, Folder, Seen, digest
from services.connecting.positions import Position, Positions
from services.connecting.taking import Counts
from services.connectors.errors import BadSource, ImportRefused
from services.connectors.importing import Appends, Summary, import_file
from services.connectors.mapping import Mapping
from services.ingest.verdict import Outcome


class Hearing(NamedTuple):
    """Who hears how it goes, a word, a sentence and facts; ``is_over`` says whether to leave a file half done."""

    tell: Callable[..., None]
    is_over: Callable[[], bool]


class Stopped(Exception):
    """We were told to stop in the middle of a file, of which the rest comes when it is imported again."""


class DirectoryFollower:
    """Follows a folder. One thread uses it."""

    def __init__(  # noqa: PLR0913, PLR0917 - what an import needs, and who hears of it
        self,
        connector: Connector,
        mapping: Mapping,
        log: Appends,
        positions: Positions,
        counts: Counts,
        hearing: Hearing,
    ) -> None:
        """Import into this log, by this mapping."""
        source = connector.directory
        if source is None:
            raise AssertionError
        self.idle_seconds = source.poll_seconds
        self._counts = counts
        self._path = connector.path(source.path)
        self._rejects = connector.path(source.rejects) if source.rejects else None
        if self._rejects is not None:
            self._rejects.mkdir(parents=True, exist_ok=True)
        self._folder = Folder(self._path, source.pattern, source.settle_seconds)
        self._mapping = mapping
        self._mapped_by = hashlib.sha256(msgspec.json.encode(mapping)).hexdigest()
        self._log = log
        self._positions = positions
        self._tell, self._is_over = hearing
        self._held: dict[str, Position] = positions.held()
        self._waiting: Sequence[str] = ()

    @property
    def is_waiting(self) -> bool:
        """Whether a file is there that may still be written to."""
        return bool(self._waiting)

    def step(self) -> bool:
        """Import one file that is complete and new, and return whether there was one. Raises SourceAway."""
        try:
            files = self._folder.files()
        except OSError as error:
            message = f"{self._path} cannot be read: {error.strerror or error}."
            raise SourceAway(message) from error
        self._folder.forget(set(files))
        new = {name: seen for name, seen in files.items() if not self._is_held(name, seen)}
        ready = next((name for name, seen in new.items() if self._folder.is_complete(name, seen)), None)
        self._waiting = [name for name in new if name != ready]
        if ready is None:
            return False
        self._take(ready, new[ready])
        return True

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _is_held(self, name: str, seen: Seen) -> bool:
        position = self._held.get(name)
        if position is None or (position["refused"] and position["mapped_by"] != self._mapped_by):
            return False
        return seen.is_as_held(position)

    def _take(self, name: str, seen: Seen) -> None:
        path = self._path / name
        content = refused = ""
        try:
            content = _digest(path)
            if not self._is_known(name, content):
                self._import(name, path)
        except ImportRefused as error:
            if Seen.of(path) is None:  # it was taken away, and that is no news
                return
            content, refused = "", str(error)
            self._counts.verdicts[Outcome.REJECTED] += 1
            self._tell("refused", f"{name} was not imported: {refused}", file=name, reason=refused)
        position = {**seen._asdict(), "digest": content, "refused": refused, "mapped_by": self._mapped_by}
        self._positions.save({name: position})
        self._held[name] = position

    def _is_known(self, name: str, content: str) -> bool:
        """Return whether a file's content was imported as it would be now; say so where that was another file's."""
        same = {"digest": content, "mapped_by": self._mapped_by}
        other = next((each for each, held in self._held.items() if held.items() >= same.items()), None)
        if other is not None and other != name:
            self._tell("known", f"{name} holds what {other} held; it is not imported again.", file=name, other=other)
        return other is not None

    def _import(self, name: str, path: Path) -> None:
        rejects = None
        if self._rejects is not None:
            rejects = self._rejects / f"{name.replace('/', '_')}{REJECTS}"
        summary = import_file(path, self._mapping, self._log, rejects_path=rejects, heard=self._heard)
        self._counts.read += summary.rows
        self._counts.events += summary.imported
        self._counts.verdicts[Outcome.STORED] += summary.imported
        self._counts.verdicts[Outcome.DUPLICATE] += summary.duplicate
        self._counts.verdicts[Outcome.CONFLICT] += summary.conflict
        self._counts.verdicts[Outcome.REJECTED] += summary.rejected + summary.rejected_parts
        self._tell("imported", _sentence(name, summary), file=name, **_facts(summary))

    def _heard(self, _stage: str, _done: int, _total: int) -> None:
        if self._is_over():
            raise Stopped


def _digest(path: Path) -> str:
    try:
        return digest(path)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise BadSource(message) from None


def _facts(summary: Summary) -> dict[str, Any]:
    names = ("rows", "events", "imported", "duplicate", "conflict", "rejected", "rejected_parts", "rejects_path")
    return {name: getattr(summary, name) for name in names}


def _sentence(name: str, summary: Summary) -> str:
    said = f"{name}: {plural(summary.rows, 'row')} came to {plural(summary.imported, 'new event')}"
    if summary.duplicate:
        said += f", {summary.duplicate:,} known"
    if summary.rejects_path:
        bad = summary.rejected + summary.rejected_parts + summary.conflict
        said += f", {bad:,} refused: see {summary.rejects_path}"
    return f"{said}."
