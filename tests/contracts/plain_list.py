"""What a log should answer and hold: a list in the head, for one that refuses known ids and for one that does not.

This is the one difference between the implementations. The journal never holds an event id twice. Kafka does not know
our ids: it stores whatever it is sent, and whoever folds it counts an id once.
"""

from collections import Counter

from events.codec import Codec
from events.envelope import Envelope
from events.log import EventLog, Outcome, Receipt, partition_of

CODEC = Codec()


class PlainList:
    """The receipts and the records that a log of this kind comes to, however it is asked."""

    def __init__(self, log: EventLog) -> None:
        """Begin as empty as a log of the same kind."""
        self.refuses_known_ids = log.refuses_known_ids
        self._partitions = log.partitions
        self._first: dict[str, tuple[Receipt, Envelope]] = {}
        self._ends: Counter[int] = Counter()
        self.values: dict[tuple[int, int], bytes] = {}

    def append(self, *told: Envelope) -> list[Receipt]:
        """Return the receipts for these facts, in order."""
        return [self._append(fact) for fact in told]

    def _append(self, sent: Envelope) -> Receipt:
        if sent.id in self._first and self.refuses_known_ids:
            first, held = self._first[sent.id]
            return first._replace(outcome=Outcome.DUPLICATE if held == sent else Outcome.CONFLICT)
        partition = partition_of(sent.subject, self._partitions)
        receipt = Receipt(Outcome.STORED, partition, self._ends[partition])
        self._first.setdefault(sent.id, (receipt, sent))
        self._ends[partition] += 1
        self.values[receipt[1:]] = CODEC.encode(sent)
        return receipt
