"""Our topics on Kafka as they have to be, each with its reasons."""

from collections.abc import Mapping
from typing import NamedTuple

from events.log.cluster import Cluster
from events.log.postgres import DEFAULT_PARTITIONS

REPLICATION = 3
SAFE_IN_SYNC = 2  # of three copies: one broker may be away, and an answer still stands on two disks
IN_SYNC = "min.insync.replicas"

DAY_MILLISECONDS = 24 * 60 * 60 * 1000
UNLIMITED = "-1"
BATCH_BYTES = 1_048_588  # Kafka's own default, said here so that a broker's smaller one does not hold

# Without the broker's time, a source that brings last year's events with last year's timestamps would soon have them
# deleted: retention goes by the timestamps. In the log of record it is also the time from which a fact was known.
COMMON = {
    "cleanup.policy": "delete",
    "compression.type": "producer",
    "message.timestamp.type": "LogAppendTime",
    "retention.bytes": UNLIMITED,
    "unclean.leader.election.enable": "false",
}

WHY = {
    "cleanup.policy": "compacting deletes all but the last record of a key",
    "compression.type": "the broker packs every batch again, which takes its time",
    "max.message.bytes": "larger batches are turned away",
    "message.timestamp.type": "the time of recording is whatever a producer says, and retention goes by it",
    IN_SYNC: "one lost disk can lose what was acknowledged",
    "retention.bytes": "records are deleted when a partition grows",
    "retention.ms": "records are kept longer or shorter than was declared",
    "unclean.leader.election.enable": "a broker that is behind may lead, and what it lacks is lost",
}
"""What another value means."""


class Topic(NamedTuple):
    """A topic as it has to be. ``of_record`` is the one whose loss is the loss of history.

    ``counted`` are topics in which a subject's records must stay in one partition, in their order.
    """

    name: str
    partitions: int
    config: Mapping[str, str]
    counted: bool = False
    of_record: bool = False


def declared(cluster: Cluster, partitions: int = DEFAULT_PARTITIONS) -> tuple[Topic, ...]:
    """Return our topics as they have to be, the log of record first."""
    return (
        Topic(cluster.events, partitions, _config(None), counted=True, of_record=True),
        # A week: time to mend the door over a holiday. What has passed the door is on the log of record.
        Topic(cluster.intake, partitions, _config(7), counted=True),
        # A week: a reaction that comes later does harm. What it would rest on is in the projections all the same.
        Topic(cluster.signals, partitions, _config(7)),
        # A day: an offer is for the moment in which somebody looks. Whoever shows offers and was away wants none of
        # yesterday's, which would rest on what the customer liked before.
        Topic(cluster.offers, partitions, _config(1)),
        # A quarter of a year: time to see to them. Not for ever, since what the door turned away may name people in the
        # clear. One partition, to be read in order; twice the size, for a full record and why it was parked.
        Topic(cluster.dead_letters, 1, _config(90, 2 * BATCH_BYTES)),
    )


def in_sync_replicas(replication: int) -> int:
    """Return on how many copies an acknowledged record has to be, of this many."""
    return SAFE_IN_SYNC if replication >= REPLICATION else 1


def _config(days: int | None, largest_bytes: int = BATCH_BYTES) -> dict[str, str]:
    retention = UNLIMITED if days is None else str(days * DAY_MILLISECONDS)
    return {**COMMON, "retention.ms": retention, "max.message.bytes": str(largest_bytes)}
