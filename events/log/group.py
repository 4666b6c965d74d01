"""Membership of a consumer group: which partitions of the log are ours, and what comes in on them.

Kafka shares the partitions out, cooperatively: only those that move are given up. Where to read on is not Kafka's to
say: whoever is assigned a partition asks its own checkpoint. The offsets that we commit tell people how far we are.
"""

from collections.abc import Callable, Sequence

from confluent_kafka import Consumer, KafkaException, TopicPartition

from events.log import Chunk, Positions
from events.log.cluster import Cluster
from events.log.fetching import CONSUMER, LOGGER, by_partition, explained, take

SESSION_SECONDS = 10
HEARTBEAT_SECONDS = 1
WAIT_SECONDS = 0.5
LINGER_SECONDS = 0.05

Assigned = Callable[[Sequence[int]], Positions]
"""Called with partitions that have become ours; returns where to read on, for those that we want to read now."""

Revoked = Callable[[Sequence[int]], None]
"""Called with partitions that are ours no longer, before somebody else gets them where that is possible."""


class Membership:
    """One member of a group. One thread uses it; the callbacks run in its ``read`` and ``leave``."""

    def __init__(
        self,
        cluster: Cluster,
        group: str,
        assigned: Assigned,
        revoked: Revoked,
        session_seconds: float = SESSION_SECONDS,
    ) -> None:
        """Join the group; partitions come later, through ``assigned``."""
        self._cluster = cluster
        self._topic = cluster.events
        self._on_assigned, self._on_revoked = assigned, revoked
        self._failure: BaseException | None = None
        self._gained: dict[int, int] = {}
        self.partitions: set[int] = set()
        self.rebalances = 0
        settings = {
            **cluster.librdkafka(),
            **CONSUMER,
            "group.id": group,
            "partition.assignment.strategy": "cooperative-sticky",
            "session.timeout.ms": int(1000 * session_seconds),
            "heartbeat.interval.ms": int(min(1000 * HEARTBEAT_SECONDS, 1000 * session_seconds / 3)),
        }
        self._consumer = Consumer(settings, logger=LOGGER)
        self._consumer.subscribe([self._topic], on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke)

    def read(self, limit: int, wait_seconds: float = WAIT_SECONDS) -> list[Chunk]:
        """Return what came in, about ``limit`` records, or nothing after a moment. Raises what the callbacks raised.

        Also raises LogUnavailable, and RecordsGone where the log does not hold what is to be read next.
        """
        held = set(self.partitions)
        self._gained.clear()
        messages = self._consumer.consume(1, wait_seconds)
        if messages and limit > 1:
            messages += take(self._consumer, limit - 1, LINGER_SECONDS)
        if self._failure is not None:
            failure, self._failure = self._failure, None
            raise failure
        try:
            found = by_partition(messages)
        except KafkaException as error:
            raise explained(self._cluster, error.args[0]) from error
        # What was lost and won back meanwhile may hold the same records twice, of both assignments: it is read again.
        again = held & self._gained.keys() & found.keys()
        self.go_to({partition: self._gained[partition] for partition in again})
        return [fetched.as_chunk() for partition, fetched in found.items() if partition not in again]

    def go_to(self, positions: Positions) -> None:
        """Read on from these positions; what was fetched of these partitions and not returned is forgotten."""
        places = [TopicPartition(self._topic, partition, at) for partition, at in positions.items()]
        reading = {place.partition for place in self._consumer.assignment()}
        if known := [place for place in places if place.partition in reading]:
            self._consumer.incremental_unassign(known)
        if places:
            self._consumer.incremental_assign(places)

    def pause(self) -> None:
        """Read nothing until ``go_to``; the partitions stay ours."""
        if held := self._consumer.assignment():
            self._consumer.incremental_unassign(held)

    def tell(self, positions: Positions) -> None:
        """Let Kafka know how far we are, for those who look at it there; nothing depends on it."""
        places = [TopicPartition(self._topic, partition, at) for partition, at in positions.items()]
        if places:
            self._consumer.commit(offsets=places, asynchronous=True)

    def leave(self) -> None:
        """Give the partitions back at once, so that others need not wait for our silence."""
        self._consumer.close()

    def _assign(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        self.rebalances += 1
        gained = [place.partition for place in places]
        self.partitions |= set(gained)
        positions: Positions = {}
        if gained and self._failure is None:
            try:
                positions = self._on_assigned(gained)
            except BaseException as error:  # noqa: BLE001 - it is raised again by read, outside of the client's callback
                self._failure = error
        self._gained |= positions
        consumer.incremental_assign([TopicPartition(self._topic, each, at) for each, at in positions.items()])

    def _revoke(self, consumer: Consumer, places: list[TopicPartition]) -> None:
        self.rebalances += 1
        lost = [place.partition for place in places]
        self.partitions -= set(lost)
        try:
            self._on_revoked(lost)
        except BaseException as error:  # noqa: BLE001 - as above
            self._failure = error
        reading = {place.partition for place in consumer.assignment()}
        consumer.incremental_unassign([place for place in places if place.partition in reading])
