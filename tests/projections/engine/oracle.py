"""What a table should hold: a plain fold of the log up to the table's own positions, and what else goes with it.

It shares the fold functions with the engine, and nothing of the pump.
"""

from collections.abc import Mapping
from typing import NamedTuple

from events.codec import Codec
from events.envelope import Envelope
from events.errors import BadEvent
from events.log import EventLog
from projections._engine import checkpoint, digest, persons, reference
from projections._engine.declaration import Projection
from projections._engine.persons import Edge
from projections._engine.reference import States
from projections._engine.registry import Connection, Table

CODEC = Codec()
PARKED = 'SELECT partition, "offset" FROM engine.dead_letter WHERE %s = ANY (missed) ORDER BY 1, 2'
SIGNALS = "SELECT kind, subject, event_id, happened_at, detail FROM engine.signal"
PERSONS = "SELECT identifier, person, shared FROM projection.person_of"

Persons = dict[str, tuple[str, bool]]
"""Person and whether it is shared, by identifier; who is a person of their own is left out."""


class Content(NamedTuple):
    """Everything that a batch may change: rows by digest, dead letters, signals and persons."""

    digest: str
    rows: int
    parked: list[tuple[int, int]]
    signals: list[tuple[object, ...]]
    persons: Persons


def held(connection: Connection, table: Table) -> Content:
    """Return what is stored for a live table."""
    rows = digest.table_digest(connection, table)
    return Content(
        rows.digest,
        rows.rows,
        connection.execute(PARKED, [table.name]).fetchall(),
        sorted(connection.execute(SIGNALS).fetchall(), key=repr),
        persons_held(connection),
    )


def wanted(log: EventLog, projection: Projection, positions: Mapping[int, int]) -> Content:
    """Return what should be stored for a live table at these positions."""
    states: States = {}
    parked: list[tuple[int, int]] = []
    signals: list[tuple[object, ...]] = []
    told: set[tuple[str, ...]] = set()
    for partition, end in positions.items():
        for record in log.records(partition, 0, end):
            try:
                envelope = CODEC.decode(record.value)
                said = reference.deltas(projection, envelope)
            except (BadEvent, ValueError):
                parked.append((partition, record.offset))
                continue
            reference.merge_into(projection, states, envelope, said)
            signals += signals_of(projection, envelope, told)
    return Content(
        *digest.digest_of_states(projection, states),
        sorted(parked),
        sorted(signals, key=repr),
        persons_of(states) if projection.graph else {},
    )


def positions_of(connection: Connection, table: Table) -> Mapping[int, int]:
    """Return the committed positions of a table."""
    return checkpoint.positions(connection, table.name)


def signals_of(projection: Projection, envelope: Envelope, told: set[tuple[str, ...]]) -> list[tuple[object, ...]]:
    """Return the signals that an event raises, as they are stored; what is said once is ``told`` from then on."""
    said = [make(envelope.data, envelope) for make in projection.signallers().get(type(envelope.data), ())]
    raised: list[tuple[object, ...]] = []
    for signal in said:
        if signal is None or (signal.once is not None and (signal.kind, signal.subject, signal.once) in told):
            continue
        if signal.once is not None:
            told.add((signal.kind, signal.subject, signal.once))
        raised.append((signal.kind, signal.subject, envelope.id, envelope.time, signal.detail))
    return raised


def persons_held(connection: Connection) -> Persons:
    """Return the stored answer to who is who."""
    return {identifier: (person, shared) for identifier, person, shared in connection.execute(PERSONS).fetchall()}


def persons_of(states: States) -> Persons:
    """Return who is who by the rows of the identity graph."""
    edges = [Edge(*key, *(None if state is None else state[2] for state in row)) for key, row in states.items()]
    return {
        identifier: (person, shared)
        for identifier, (person, shared) in persons.resolve(edges).items()
        if shared or person != identifier
    }
