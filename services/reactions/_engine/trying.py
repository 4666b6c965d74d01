"""Tries out what an event would lead to: which signals it raises, and what the reactions to them would do, and why.

The event is folded as the pump would fold it, the reactions look, and the desk decides, all in one transaction that is
undone. An event that was folded before is not folded again.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from events.log import Chunk
from projections import PROJECTIONS
from projections._engine.folding import Folder
from projections._engine.registry import Connection, live_tables
from projections._engine.store import prepare_stages, write_rows
from services.desk.aggregates import BY_NAME
from services.desk.mapping import EventMapper
from services.desk.session import Session
from services.reactions._engine.commanding import orders_of, with_outcomes
from services.reactions._engine.firing import Firing, foreseen, hearing
from services.reactions._engine.hearing import signal_of
from services.reactions._engine.reaction import Reaction, Signal

FOLDED = "SELECT EXISTS (SELECT FROM timeline WHERE subject = %s AND time = %s AND id = %s)"


class Foreseen(NamedTuple):
    """What would be signalled, and what would come of it."""

    signals: Sequence[Signal]
    firings: Sequence[Firing]


def foresee(
    connection: Connection, document: bytes, reactions: Sequence[Reaction], now: datetime, *, even_late: bool = False
) -> Foreseen:
    """Return what a document would lead to: a signal, or an event as CloudEvents has it. Nothing is changed.

    Raises BadEvent for an event that the log would not hold, and UnreadableSignal.
    """
    told = signal_of(document) if _is_signal(document) else Codec().decode(document)
    with _undone(connection):
        signals = [told] if isinstance(told, Signal) else list(_folded(connection, told, now))
        by_kind = hearing(reactions)
        heard = [(signal, reaction) for signal in signals for reaction in by_kind.get(signal.kind, ())]
        firings = foreseen(connection, heard, now, even_late=even_late)
        outcomes = Session(connection, BY_NAME, EventMapper(Codec())).decide_all(orders_of(firings), now)
        return Foreseen(signals, with_outcomes(firings, outcomes))


def _folded(connection: Connection, envelope: Envelope, now: datetime) -> Iterator[Signal]:
    """Fold an event into the live tables, unless they have it, and yield the signals that it raises."""
    tables = [table for table in live_tables(connection, PROJECTIONS) if not table.projection.keeps_events]
    folder = Folder([each.projection for each in tables], Codec(), {(each.projection.name, 0): 0 for each in tables})
    chunk = Chunk(0, [0], [Codec().encode(envelope)], 1, now)
    batch = folder.fold([folder.decode(chunk)])
    if connection.execute(FOLDED, [envelope.subject, envelope.time, envelope.id]).fetchone() != (True,):
        touched = [table for table in tables if batch.rows[table.projection.name]]
        prepare_stages(connection, touched)
        for table in touched:
            write_rows(connection, table, batch.rows[table.projection.name])
    for raised in batch.signals.values():
        yield Signal(
            id=f"{envelope.id}:{raised.signal.kind}:{raised.signal.subject}",
            kind=raised.signal.kind,
            subject=raised.signal.subject,
            event_id=envelope.id,
            happened_at=envelope.time,
            raised_at=now,
            detail=raised.signal.detail,
        )


@contextmanager
def _undone(connection: Connection) -> Iterator[None]:
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if not connection.closed:
            connection.rollback()


def _is_signal(document: bytes) -> bool:
    """Return whether a document names a kind, and no version of CloudEvents."""
    try:
        read = msgspec.json.decode(document)
    except msgspec.DecodeError:
        return False
    return isinstance(read, dict) and "kind" in read and "specversion" not in read
