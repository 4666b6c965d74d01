"""Verification: folds the whole log again with the plain reference and compares digests at the committed positions."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from psycopg import IsolationLevel

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog, Outcome, Record
from projections._engine import checkpoint, person_table, reference
from projections._engine.collector import collector_paused
from projections._engine.digest import TableDigest, digest_of, digest_of_states, stored_rows
from projections._engine.registry import Connection, Table

PAGE_RECORDS = 5_000

MISSED = """
SELECT partition, "offset", missed FROM engine.dead_letter WHERE log_id = %s AND missed && %s::text[]
"""

Coordinates = tuple[int, int]


class Verdict(NamedTuple):
    """What a projection holds, what the log says it should, and how many events are parked."""

    held: TableDigest
    expected: str
    expected_rows: int
    parked: int
    unaccounted: int

    @property
    def equal(self) -> bool:
        """Whether the projection is what its log says."""
        return self.held.digest == self.expected and not self.unaccounted


class _Refolded:
    """One table's states as the reference folds them."""

    def __init__(self, table: Table, positions: Mapping[int, int], missed: set[Coordinates]) -> None:
        self.table = table
        self.positions = positions
        self.missed = missed
        self.folded = frozenset(table.projection.handlers())
        self.states: reference.States = {}
        self.unaccounted = 0

    def wants(self, record: Record) -> bool:
        """Return whether the table has folded this record."""
        at = (record.partition, record.offset)
        return record.offset < self.positions[record.partition] and at not in self.missed

    def take(self, envelope: Envelope) -> None:
        """Fold one event; one that cannot be folded should have been parked."""
        try:
            rows = reference.deltas(self.table.projection, envelope)
        except Exception:  # noqa: BLE001 - a fold may fail in any way; what counts is that nobody accounted for it
            self.unaccounted += 1
            return
        reference.merge_into(self.table.projection, self.states, envelope, rows)


def verify(
    connection: Connection,
    tables: Sequence[Table],
    log: EventLog,
    heard: Callable[[int, int], None] | None = None,
) -> list[Verdict]:
    """Return one verdict a table. ``heard`` is told how many records of how many have been read."""
    held, refolded = _snapshot(connection, tables, log)
    with collector_paused():
        _read(log, refolded, heard)
        return [
            Verdict(digest, *digest_of_states(each.table.projection, each.states), len(each.missed), each.unaccounted)
            for digest, each in zip(held, refolded, strict=True)
        ]


def _read(log: EventLog, refolded: Sequence[_Refolded], heard: Callable[[int, int], None] | None) -> None:
    codec, starts = Codec(), log.starts()
    ends = {partition: max(each.positions[partition] for each in refolded) for partition in range(log.partitions)}
    total, done = sum(ends.values()) - sum(starts.values()), 0
    for partition, end in ends.items():
        at = starts[partition]
        window = None if log.refuses_known_ids else reference.PlainWindow()
        while at < end and (page := log.records(partition, at, min(PAGE_RECORDS, end - at))):
            for record in page:
                _take(record, refolded, codec, window)
            at = page[-1].offset + 1
            done += len(page)
            if heard:
                heard(done, total)


def _take(record: Record, refolded: Sequence[_Refolded], codec: Codec, window: reference.PlainWindow | None) -> None:
    try:
        envelope = codec.decode(record.value)
    except BadEvent:
        _unaccounted(record, refolded)
        return
    outcome = Outcome.STORED if window is None else window.admit(record.offset, envelope.id, record.value)
    if outcome is Outcome.STORED:
        for each in refolded:
            if type(envelope.data) in each.folded and each.wants(record):
                each.take(envelope)
    elif outcome is Outcome.CONFLICT:
        _unaccounted(record, refolded)


def _unaccounted(record: Record, refolded: Sequence[_Refolded]) -> None:
    """Count a record that should have been parked by each table that takes it for done."""
    for each in refolded:
        if each.wants(record):
            each.unaccounted += 1


def _snapshot(
    connection: Connection, tables: Sequence[Table], log: EventLog
) -> tuple[list[TableDigest], list[_Refolded]]:
    """Return the digests, positions and dead letters of all tables as of one instant."""
    isolation = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    held, refolded = [], []
    try:
        with connection.transaction():
            for table in tables:
                positions = checkpoint.positions(connection, table.name)
                digest, rows = digest_of(table.projection, stored_rows(connection, table))
                missed = connection.execute(MISSED, [log.log_id, [table.name]]).fetchall()
                held.append(TableDigest(table.projection.name, digest, rows, dict(positions)))
                refolded.append(_Refolded(table, positions, {(row[0], row[1]) for row in missed}))
    finally:
        connection.isolation_level = isolation
    return held, refolded


def verify_persons(connection: Connection, graph: Table) -> bool:
    """Return whether ``person_of`` is what the whole set of links says."""
    with connection.transaction(force_rollback=True):
        # The lock comes first: a batch that commits links between our two looks would seem to be a difference.
        connection.execute("SELECT pg_advisory_xact_lock(hashtext('regulars.person_of'))")
        before = _persons(connection)
        person_table.settle_all(connection, graph.name)
        return before == _persons(connection)


def _persons(connection: Connection) -> list[tuple[str, str, bool]]:
    query = 'SELECT identifier, person, shared FROM projection.person_of ORDER BY identifier COLLATE "C"'
    return [(identifier, person, shared) for identifier, person, shared in connection.execute(query).fetchall()]
