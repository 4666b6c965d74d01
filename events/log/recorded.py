"""Tells when records of the Kafka log were recorded, without reading more of it than it must: how old a lag is."""

from collections.abc import Mapping
from datetime import datetime
from time import monotonic

from confluent_kafka import Consumer, KafkaException, TopicPartition

from events.log.cluster import Cluster
from events.log.fetching import CONSUMER, explained, instant

# One record of each partition is wanted, so nothing is fetched ahead.
SMALL = {"queued.min.messages": 1, "queued.max.messages.kbytes": 1024, "fetch.message.max.bytes": 16_384}

PATIENCE_SECONDS = 3.0
TURN_SECONDS = 0.1
MOST_AT_ONCE = 1_000


class RecordTimes:
    """Reads the times of records. One instance belongs to one thread; its client connects when first needed."""

    def __init__(self, cluster: Cluster) -> None:
        """Read from the cluster's log of record."""
        self._cluster = cluster
        self._consumer: Consumer | None = None

    def close(self) -> None:
        """Close the client."""
        if self._consumer is not None:
            self._consumer.close()
            self._consumer = None

    def at(self, positions: Mapping[int, int]) -> dict[int, datetime]:
        """Return by partition when the first record from an offset on was recorded.

        A partition that does not tell within PATIENCE_SECONDS is left out, as is one that has no record there. Raises
        LogUnavailable.
        """
        if not positions:
            return {}
        if self._consumer is None:
            settings = {**self._cluster.librdkafka(), **CONSUMER, **SMALL, "group.id": f"{self._cluster.prefix}.reader"}
            self._consumer = Consumer(settings)
        try:
            return self._first_of_each(self._consumer, positions)
        except KafkaException as error:
            raise explained(self._cluster, error.args[0]) from error

    def _first_of_each(self, consumer: Consumer, positions: Mapping[int, int]) -> dict[int, datetime]:
        places = {partition: TopicPartition(self._cluster.events, partition, at) for partition, at in positions.items()}
        answered: dict[int, datetime | None] = {}
        consumer.assign(list(places.values()))
        give_up = monotonic() + PATIENCE_SECONDS
        try:
            while len(answered) < len(places) and monotonic() < give_up:
                for message in consumer.consume(MOST_AT_ONCE, TURN_SECONDS):
                    partition = message.partition()
                    if partition is not None and partition not in answered:
                        answered[partition] = None if message.error() else instant(message.timestamp()[1])
                        consumer.pause([places[partition]])
        finally:
            consumer.resume(list(places.values()))  # a pause would outlast the assignment
            consumer.unassign()
        return {partition: recorded for partition, recorded in answered.items() if recorded is not None}
