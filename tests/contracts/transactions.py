"""A transactional producer: what it writes leaves offsets without a record, and what it takes back stays on the log."""

from collections.abc import Sequence

from confluent_kafka import Producer

from events.codec import Codec
from events.envelope import Envelope
from events.log import partition_of
from events.log.cluster import Cluster
from tests.contracts.kafka_topics import PARTITIONS, SECONDS

CODEC = Codec()


class Transactions:
    """Writes facts to the log of record as transactions; one instance at a time for a cluster's prefix."""

    def __init__(self, cluster: Cluster) -> None:
        """Become the one producer of this name."""
        self._topic = cluster.events
        self._producer = Producer({**cluster.librdkafka(), "transactional.id": cluster.prefix})
        self._producer.init_transactions(SECONDS)

    def write(self, told: Sequence[Envelope]) -> None:
        """Write facts, and commit."""
        self._send(told)
        self._producer.commit_transaction(SECONDS)

    def take_back(self, told: Sequence[Envelope]) -> None:
        """Write facts, and abort: nobody may see them."""
        self._send(told)
        self._producer.abort_transaction(SECONDS)

    def _send(self, told: Sequence[Envelope]) -> None:
        self._producer.begin_transaction()
        for each in told:
            self._producer.produce(
                self._topic, CODEC.encode(each), each.subject, partition_of(each.subject, PARTITIONS)
            )
        self._producer.flush(SECONDS)
