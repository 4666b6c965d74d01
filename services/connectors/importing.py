"""Imports a file: reads it whole, makes and checks all of its facts, accounts for every row, and only then appends.

So a file that is broken, and a mapping that does not fit, append nothing. When the log fails midway, what was appended
stays; importing again goes on, as a known event id changes nothing. Event ids come from the rows and the name of the
mapping, never from the file's name or the order of its rows. The awkward half: a row without a key of its own is told
from equal rows by counting them, so a row that stands in two files, once in each, is one fact.

Facts are appended in the order in which they happened, so a subject's history lies in order on the log.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import duckdb
from msgspec import Struct

from events.codec import Codec
from events.envelope import Envelope
from events.log import Outcome, Receipt
from services.connectors import rejects
from services.connectors.checking import pages, settle
from services.connectors.errors import ImportRefused
from services.connectors.mapping import Mapping
from services.connectors.reading import Heard, stage
from services.connectors.relation import join
from services.connectors.sql import Connection, said

Settings = dict[str, str | bool | int | float | list[str]]

# Nothing is fetched from anywhere.
SETTINGS: Settings = {"autoinstall_known_extensions": False, "autoload_known_extensions": False}


class Appends(Protocol):
    """A log, as far as it is written to."""

    def append(self, envelopes: Sequence[Envelope]) -> list[Receipt]:
        """Append durably and return one receipt for each, in order."""
        ...


class Summary(Struct, frozen=True, kw_only=True):
    """What became of an import.

    ``rows`` is ``rows_in_events + rows_looked_up + rejected``, and ``events`` is ``imported + duplicate + conflict``.
    ``rejected_parts`` are parts of rows that are in events otherwise. ``reasons`` counts the most frequent ones.
    ``rejects_path`` is empty if there was nothing to write.
    """

    mapping: str
    rows: int
    rows_in_events: int
    rows_looked_up: int
    rejected: int
    rejected_parts: int
    reasons: dict[str, int]
    events: int
    imported: int
    duplicate: int
    conflict: int
    events_by_type: dict[str, int]
    rejects_path: str
    licence: str
    attribution: str


def import_file(
    path: Path, mapping: Mapping, log: Appends, *, rejects_path: Path | None = None, heard: Heard | None = None
) -> Summary:
    """Append the facts of a file, or of a folder of files, to the log.

    ``heard`` is called with a stage (reading in bytes, checking and appending in events), how much of it is done, and
    how much there is. Rejects go to ``rejects_path``, else to ``<path>.rejects.jsonl``. Raises ImportRefused when
    nothing was appended, and what the log raises when it cannot append.
    """
    heard = heard or _unheard
    with (
        TemporaryDirectory(prefix="regulars-import-") as folder,
        closing(duckdb.connect(config={"temp_directory": folder} | SETTINGS)) as connection,
    ):
        columns, total, account = _prepared(connection, mapping, path, Path(folder), heard)
        target = rejects.where(path, rejects_path)
        is_written = account.rows_rejected + account.parts_rejected > 0
        if is_written:
            with rejects.written_whole(target) as file:
                file.writelines(rejects.lines(connection))
        else:
            target.unlink(missing_ok=True)  # what an earlier import rejected is no news of this one
        outcomes, types, conflicts = _append(connection, log, total, heard)
        if conflicts:
            with target.open("ab") as file:
                file.writelines(rejects.conflicts(connection, mapping, columns, conflicts))
    return Summary(
        mapping=mapping.name,
        rows=account.rows,
        rows_in_events=account.rows_in_events,
        rows_looked_up=account.rows_looked_up,
        rejected=account.rows_rejected,
        rejected_parts=account.parts_rejected,
        reasons=account.reasons,
        events=total,
        imported=outcomes[Outcome.STORED],
        duplicate=outcomes[Outcome.DUPLICATE],
        conflict=outcomes[Outcome.CONFLICT],
        events_by_type=dict(sorted(types.items())),
        rejects_path=str(target) if is_written or conflicts else "",
        licence=mapping.licence,
        attribution=mapping.attribution,
    )


def _prepared(
    connection: Connection, mapping: Mapping, path: Path, folder: Path, heard: Heard
) -> tuple[list[str], int, rejects.Account]:
    """Read, make, check and count everything: the relation's columns, how many facts, and the account of the rows."""
    try:
        connection.execute("SET TimeZone = 'UTC'")  # a time means the same on every machine
        stage(connection, mapping, path, folder, heard)
        # From here on the mapping's SQL runs: it sees the tables, and neither files nor the network.
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        columns = join(connection, mapping)
        total = settle(connection, mapping, heard)
        return columns, total, rejects.account(connection, mapping, columns)
    except duckdb.Error as error:
        message = f"{path}: DuckDB cannot work on it: {said(error)}; nothing was imported"
        raise ImportRefused(message) from error


def _append(
    connection: Connection, log: Appends, total: int, heard: Heard
) -> tuple[Counter[Outcome], Counter[str], dict[int, str]]:
    """Append all facts; return how many of each outcome and type there are, and the ids of conflicts by number."""
    codec = Codec()
    outcomes: Counter[Outcome] = Counter()
    types: Counter[str] = Counter()
    conflicts: dict[int, str] = {}
    for page in pages(connection, total):
        envelopes = [codec.decode(value) for value in page.values]
        receipts = log.append(envelopes)
        outcomes.update(receipt.outcome for receipt in receipts)
        types.update(envelope.data.event_type for envelope in envelopes)
        for number, (envelope, receipt) in enumerate(zip(envelopes, receipts, strict=True), start=page.first):
            if receipt.outcome is Outcome.CONFLICT:
                conflicts[number] = envelope.id
        heard("appending", page.first + len(envelopes) - 1, total)
    return outcomes, types, conflicts


def _unheard(_stage: str, _done: int, _total: int) -> None:
    """Nobody listens."""
