"""A dry run: what a source's records would become, from its beginning, with nothing changed anywhere.

Neither our database nor the log is opened. A file of a directory is read and checked whole, as an import does, and what
it would append is caught; its rejects go to a folder that is removed again.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import Outcome, Receipt
from services.connecting.declaration import Connector
from services.connecting.errors import SourceAway
from services.connecting.files import Folder
from services.connecting.loading import mapping_of, translator_of
from services.connecting.sources import reader_of
from services.connectors.errors import ImportRefused
from services.connectors.importing import import_file
from services.settings import Settings

MOST = 10
"""How many events are shown, and how many refusals."""

MOST_REFUSED = 1_000
"""After how many refusals nobody waits for the tenth event any more."""


class Shown(NamedTuple):
    """An event as CloudEvents JSON; or what would be refused, where it stands, and what is wrong with it."""

    event: bytes = b""
    place: str = ""
    reason: str = ""
    record: str = ""

    def document(self) -> dict[str, Any]:
        """Return it for JSON."""
        if self.event:
            return {"event": "shown", "cloudevent": msgspec.Raw(self.event)}
        return {"event": "refused", "place": self.place, "reason": self.reason, "record": self.record}


class _Enough(Exception):
    """What is to be shown has been found."""


class _Caught:
    """Stands in the place of a log, and catches the first events."""

    def __init__(self, most: int) -> None:
        self.events: list[Envelope] = []
        self._most = most

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        self.events += envelopes[: self._most - len(self.events)]
        if len(self.events) >= self._most:
            raise _Enough
        return [Receipt(Outcome.STORED, 0, 0)] * len(envelopes)


def shown(settings: Settings, connector: Connector, note: Callable[[str], None]) -> Iterator[Shown]:
    """Yield the first events, and the refusals before them, MOST of each; ``note`` is told what is to be known.

    Raises BadConnector, BadTranslation, ImportRefused, SourceAway, and what reading the source raises.
    """
    found = _of_files(connector) if connector.directory is not None else _of_records(settings, connector, note)
    events = refused = 0
    for each in found:
        events += bool(each.event)
        refused += not each.event
        if each.event or refused <= MOST:
            yield each
        if events == MOST or refused == MOST_REFUSED:
            return


def _of_records(settings: Settings, connector: Connector, note: Callable[[str], None]) -> Iterator[Shown]:
    translator, codec = translator_of(connector), Codec()
    with closing(reader_of(connector, settings, {})) as reader:
        for said in reader.notes:
            note(said)
        while (batch := reader.next()) is not None:
            for piece in batch.pieces:
                try:
                    if isinstance(piece.record, BadEvent):
                        raise piece.record
                    events = translator.events(piece.record, piece.received_at)
                except BadEvent as error:
                    yield Shown(
                        place=piece.place, reason=str(error), record=piece.body.decode(errors="backslashreplace")
                    )
                else:
                    yield from (Shown(codec.encode(event)) for event in events)
            reader.taken(batch)


def _of_files(connector: Connector) -> Iterator[Shown]:
    source, mapping, codec = connector.directory, mapping_of(connector), Codec()
    if source is None:
        raise AssertionError
    folder = connector.path(source.path)
    try:
        names = list(Folder(folder, source.pattern, source.settle_seconds).files())
    except OSError as error:
        message = f"{folder} cannot be read: {error.strerror or error}."
        raise SourceAway(message) from error
    with TemporaryDirectory(prefix="regulars-connect-") as temporary:
        for name in names:
            rejects, caught = Path(temporary) / "rejects.jsonl", _Caught(MOST)
            rejects.unlink(missing_ok=True)
            try:
                import_file(folder / name, mapping, caught, rejects_path=rejects)
            except ImportRefused as error:
                yield Shown(place=name, reason=str(error))
                continue
            except _Enough:
                pass
            yield from _rejected(rejects)
            yield from (Shown(codec.encode(event)) for event in caught.events)


def _rejected(path: Path) -> Iterator[Shown]:
    if path.exists():
        with path.open(encoding="utf-8") as lines:
            for line in lines:
                entry = json.loads(line)
                place = f"{entry['file']} line {entry['line']}"
                yield Shown(place=place, reason=entry["reason"], record=json.dumps(entry["row"], ensure_ascii=False))
