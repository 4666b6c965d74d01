"""Law 4, nothing lost and nothing twice: an acknowledged event is in the log, and an event id counts once."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import Self

import msgspec
import psycopg
import pytest

from events.envelope import Envelope
from events.log import Outcome, Receipt
from events.log.postgres import Journal
from projections._engine import reference
from projections._engine.declaration import Projection
from projections._engine.digest import digest_of_states
from tests.faults.wire import Cut, Wire
from tests.laws.histories import CODEC, NOON, history
from tests.laws.sampler import EVERY
from tests.projections.engine.tables import Connect, digest_of, drain, live_tables

LOSSES = (Cut.NEVER, Cut.UNHEARD, Cut.UNANSWERED, Cut.AT_REQUEST)


class Sender:
    """A source that sends a batch again, over a new connection, until somebody acknowledges it."""

    def __init__(self, wire: Wire) -> None:
        """Connect."""
        self._wire = wire
        self._connection = wire.connect()
        self.losses = 0

    def __enter__(self) -> Self:
        """Return the sender."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._connection.close()

    def send(self, batch: Sequence[Envelope], loss: Cut) -> list[Receipt]:
        """Send a batch while the connection is lost in some way, and return the receipts of the try that was heard."""
        journal = Journal(self._connection)
        self._wire.cut(loss, request=1, word=b"journal.append")
        while True:
            try:
                return journal.append(batch)
            except psycopg.OperationalError:
                self.losses += 1
                self._connection.close()
                self._connection = self._wire.connect()
                journal = Journal(self._connection)


@pytest.mark.parametrize("projection", EVERY, ids=lambda each: each.name)
def test_an_event_counts_once_however_often_it_is_sent(connect: Connect, wire: Wire, projection: Projection) -> None:
    """Sent twice in a batch, again after a lost answer, or under an id that another fact has: the first one counts."""
    dice = Random(projection.name)
    told = history(dice, projection, 60)
    first: dict[str, bytes] = {}
    with connect() as connection, Sender(wire) as sender:
        (table,) = live_tables(connection, journal := Journal(connection), [projection])

        acknowledged: set[str] = set()
        for batch in batches(dice, told):
            receipts = sender.send(batch, dice.choice(LOSSES))
            for envelope, receipt in zip(batch, receipts, strict=True):
                body = CODEC.encode(envelope)
                held = journal.records(receipt.partition, receipt.offset, 1)[0].value
                assert held == first.setdefault(envelope.id, body)
                assert (receipt.outcome is Outcome.CONFLICT) == (held != body)
                assert receipt.outcome is not Outcome.STORED or envelope.id not in acknowledged
                acknowledged.add(envelope.id)
            drain(journal, connect, [table], batch_events=dice.randint(1, 20))

        stored = [CODEC.decode(body) for body in first.values()]
        assert sender.losses > 2
        assert sum(journal.ends().values()) == len(stored) == len(told)
        expected, _ = digest_of_states(projection, reference.fold(projection, stored))
        assert digest_of(connection, table) == expected


def test_a_batch_of_a_thousand_counts_once_when_half_of_it_was_known(journal: Journal) -> None:
    """The receipts say of each event what became of it, in the order in which they were sent."""
    told = history(Random(4), EVERY[0], 1000)
    journal.append(told[::2])

    receipts = journal.append(told)

    outcomes = [receipt.outcome for receipt in receipts]
    assert outcomes == [Outcome.DUPLICATE, Outcome.STORED] * 500
    assert sum(journal.ends().values()) == 1000


def batches(dice: Random, told: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """Return every fact at least once, among copies of what was sent before and forgeries with its id."""
    another_time = NOON - timedelta(days=9999)
    for start in range(0, len(told), 6):
        batch = list(told[start : start + 6])
        known = told[: start + 6]
        batch += dice.choices(known, k=4)
        batch += [msgspec.structs.replace(copied, time=another_time) for copied in dice.choices(known, k=2)]
        dice.shuffle(batch)
        yield batch
