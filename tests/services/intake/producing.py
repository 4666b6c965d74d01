"""A producer that speaks Kafka and is none of ours: it writes to the intake as the contract says, and sometimes not."""

from collections.abc import Sequence
from zlib import crc32

from kafka import KafkaProducer  # type: ignore[import-untyped]

from events.codec import Codec
from events.envelope import Envelope
from events.log.cluster import Cluster

CODEC = Codec()


def produce(
    cluster: Cluster,
    values: Sequence[bytes | None],
    partition: int = 0,
    *,
    key: bytes | None = b"key",
    headers: Sequence[tuple[str, bytes]] = (),
) -> None:
    """Write records to one partition of the intake, and return when the broker has them."""
    producer = KafkaProducer(**cluster.kafka_python(), acks="all")
    try:
        sent = [
            producer.send(cluster.intake, key=key, value=value, partition=partition, headers=list(headers))
            for value in values
        ]
        producer.flush()
        for each in sent:
            each.get(0)
    finally:
        producer.close()


def produce_events(cluster: Cluster, envelopes: Sequence[Envelope], partitions: int) -> None:
    """Write events, each with its subject as key, in the partition that the contract says."""
    by_partition: dict[int, list[bytes | None]] = {}
    for envelope in envelopes:
        place = crc32(envelope.subject.encode()) % partitions
        by_partition.setdefault(place, []).append(CODEC.encode(envelope))
    for partition, values in by_partition.items():
        produce(cluster, values, partition)
