"""Readers of the call centre's table, and what they read."""

from typing import Any

from services.connecting.positions import Position
from services.connecting.postgres import PostgresReader
from tests.services.connecting.calls import calls, connector

Held = dict[str, Position]


def reader(dsn: str, held: Held | None = None, /, **changes: object) -> PostgresReader:
    """Return a reader of the calls, from a position on; changes are of the connector's source."""
    read = connector(calls(dsn, **changes))
    assert read.postgres is not None
    return PostgresReader(read, read.postgres, dsn, held or {})


def swept(reading: PostgresReader, held: Held | None = None) -> list[dict[str, Any]]:
    """Return the records that one sweep reads, in order; ``held`` gets the positions, as our database would."""
    found: list[dict[str, Any]] = []
    while (batch := reading.next()) is not None:
        for piece in batch.pieces:
            assert isinstance(piece.record, dict), piece.record
            found.append(piece.record)
        if held is not None:
            held.update(batch.parts)
        reading.taken(batch)
    return found


def ids(reading: PostgresReader, held: Held | None = None) -> list[int]:
    """Return the ids of the calls that one sweep reads."""
    return [record["id"] for record in swept(reading, held)]
