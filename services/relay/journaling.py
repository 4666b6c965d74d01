"""Appends what the desk decided, and who looked, to the journal: the relay of the embedded mode.

Its log lies in the same database: the events and the position go into one transaction, and are on the log and
relayed, or neither. One process relays at a time: ``regulars up`` for as long as it runs, else whichever command has
just decided something. The journal refuses a known id too, so that an event which is there with the same content does
no harm, and one with another stops the relay.
"""

import os
import time
from collections.abc import Sequence
from contextlib import closing
from threading import Event

import psycopg

from events.codec import Codec
from events.log import Outcome
from events.log.errors import LogRefused
from events.log.postgres import Journal
from projections._engine.registry import Connection
from services.cli.reporting import Report
from services.installation import Installation
from services.relay import news
from services.relay.leading import leads
from services.relay.outbox import Next, OutboxReader
from services.relay.outboxes import ONTO_THE_LOG, make_outboxes
from services.relay.pruning import HEARD, Pruner
from services.relay.same_log import refuse_another_log

TRIES = 5
PASSING = (
    psycopg.errors.UniqueViolation,
    psycopg.errors.DeadlockDetected,
    psycopg.errors.InFailedSqlTransaction,
)
"""Somebody stores one of the ids at this very moment; the last is what the journal's own trying again comes to here."""

IDLE_SECONDS = 0.25
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 10.0


class JournalRelay:
    """Relays what the desk decided, and who looked, to the journal. One thread uses it, and closes it."""

    def __init__(self, connection: Connection) -> None:
        """Relay over a connection in autocommit. Raises LogRefused where the projections are of another log."""
        make_outboxes(connection)
        self._connection = connection
        self._journal = Journal(connection)
        self._readers = [OutboxReader(connection, outbox) for outbox in ONTO_THE_LOG]
        self._codec = Codec()
        refuse_another_log(connection, self._journal.log_id, self._journal.partitions)

    @property
    def waits(self) -> bool:
        """Whether there are events, and a transaction runs that may still put one before them."""
        return any(reader.waits for reader in self._readers)

    def missing(self, until: Sequence[int]) -> bool:
        """Return whether an event up to these, one of each outbox, is not on the log."""
        return any(reader.position() < last for reader, last in zip(self._readers, until, strict=True))

    def highest(self) -> list[int]:
        """Return the last event of each outbox."""
        return [reader.highest() for reader in self._readers]

    def relay(self) -> int:
        """Append the next events, and return how many; only who leads may. Raises LogRefused."""
        return sum(self._relay(reader) for reader in self._readers)

    def _relay(self, reader: OutboxReader) -> int:
        found = reader.next()
        if found is None:
            return 0
        for attempt in range(TRIES):
            try:
                self._append(reader, found)
            except PASSING:
                if attempt == TRIES - 1:
                    raise
            except psycopg.errors.ObjectNotInPrerequisiteState as error:
                message = str(error).partition("\n")[0]
                raise LogRefused(message) from error
            else:
                break
        return len(found.messages)

    def _append(self, reader: OutboxReader, found: Next) -> None:
        events = [self._codec.decode(message.value) for message in found.messages]
        with self._connection.transaction():
            for event, receipt in zip(events, self._journal.append(events), strict=True):
                if receipt.outcome is Outcome.CONFLICT:
                    message = (
                        f"The log holds {event.id} with another content, at {receipt.partition}@{receipt.offset}: what"
                        f" is in the outbox {reader.outbox.name} cannot be appended. Nothing after it is relayed until"
                        " the two agree."
                    )
                    raise LogRefused(message)
            reader.published(found)


def relay_journal(installation: Installation, stop: Event, report: Report) -> None:
    """Relay what the desk decides until told to stop, as soon as it is decided; who looked follows within moments.

    Raises LogRefused, and psycopg.OperationalError where the database is away.
    """
    with closing(installation.connect(f"regulars desk relay, process {os.getpid()}")) as connection:
        news.listen(connection)
        relay, pruner = JournalRelay(connection), Pruner(connection, HEARD)
        while not leads(connection):
            if stop.wait(LOOK_SECONDS):
                return
        report.tell(
            "relaying", "This process appends to the log what the desk decides, and who looked.", process=os.getpid()
        )
        while not stop.is_set():
            if not pruner.step() and not relay.relay():
                news.wait(connection, LOOK_SECONDS if relay.waits else IDLE_SECONDS)
        relay.relay()


def relay_now(installation: Installation, patience_seconds: float = PATIENCE_SECONDS) -> bool:
    """Have on the log what the desk has decided by now, and who looked; return whether it is.

    Over Kafka that is the work of ``regulars relay``: it returns at once. In the embedded mode it relays here, or waits
    for the process that does. Raises LogRefused.
    """
    if installation.kafka is not None:
        return False
    with closing(installation.connect("regulars desk relay")) as connection:
        relay = JournalRelay(connection)
        until, give_up = relay.highest(), time.monotonic() + patience_seconds
        leading = False
        while relay.missing(until):
            leading = leading or leads(connection)
            if not leading or not relay.relay():
                if time.monotonic() > give_up:
                    return False
                time.sleep(LOOK_SECONDS)
    return True
