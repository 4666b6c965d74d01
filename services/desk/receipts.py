"""Receipts: which commands were carried out, on whose word, and what came of them.

A command that comes with a key counts once for its actor: again, it is answered as the first time, and nothing happens.
A command that was refused has no receipt, since nothing came of it: sent again, it is decided again.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

import msgspec

from projections._engine.registry import Connection
from services.desk.deciding import Order, command_name
from services.desk.mapping import originator
from services.desk.storing import Cursor

KNOWN = """
SELECT c.actor, c.key, c.originator, c.command, c.body, c.decided_at, c.version, c.events
  FROM unnest(%s::text[], %s::text[]) AS asked (actor, key)
  JOIN desk.command AS c ON c.actor = asked.actor AND c.key = asked.key AND c.key <> ''
"""

# The ids of a command's events come as one text, since the rows of an array of arrays have one length.
KEEP = """
INSERT INTO desk.command (actor, key, originator, command, body, decided_at, version, events)
SELECT actor, key, originator, command, body, decided_at, version, string_to_array(events, ',')
  FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::timestamptz[], %s::bigint[], %s::text[])
    AS r (actor, key, originator, command, body, decided_at, version, events)
"""

Key = tuple[str, str]
"""Who uses a key, and the key: two of them may use the same."""

ENCODER = msgspec.json.Encoder(order="deterministic")


class Receipt(NamedTuple):
    """One command and what came of it. ``body`` tells a command from another that comes under the same key."""

    actor: str
    key: str
    originator: str
    command: str
    body: bytes
    decided_at: datetime
    version: int
    events: Sequence[str]


def receipt_of(order: Order, now: datetime, version: int, events: Sequence[str]) -> Receipt:
    """Return the receipt of a command that led to a version, by these events."""
    one, command = originator(order.aggregate, order.id), command_name(type(order.command))
    return Receipt(order.actor, order.key, one, command, body_of(order), now, version, events)


def body_of(order: Order) -> bytes:
    """Return what tells a command from others: the hash of what is to be done, and with what."""
    written = (order.aggregate, order.id, command_name(type(order.command)), order.command)
    return sha256(ENCODER.encode(written)).digest()


def known(connection: Connection, keys: Iterable[Key]) -> Mapping[Key, Receipt]:
    """Return the receipts that there are under these keys."""
    wanted = [(actor, key) for actor, key in keys if key]
    if not wanted:
        return {}
    asked = [[actor for actor, _ in wanted], [key for _, key in wanted]]
    receipts = [Receipt(*row) for row in connection.execute(KNOWN, asked).fetchall()]
    return {(receipt.actor, receipt.key): receipt for receipt in receipts}


def keep(cursor: Cursor, receipts: Sequence[Receipt]) -> None:
    """Write receipts in the transaction of their events."""
    if receipts:
        rows = [receipt._replace(events=",".join(receipt.events)) for receipt in receipts]
        cursor.execute(KEEP, [list(column) for column in zip(*rows, strict=True)])
