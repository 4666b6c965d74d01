"""Membership of a consumer group: which partitions of the log are ours, and what comes in on them.

Kafka shares the partitions out, cooperatively: only those that move are given up. Where to read on is not Kafka's to
say: whoever is assigned a partition asks its own checkpoint. The offsets that we commit tell people how far we are.
"""

from collections.abc import Callable, Sequence

from confluent_kafka import Consumer, KafkaError, KafkaException, TopicPartition

from events.log import Chunk, Positions
from events.log.cluster import REQUEST_TIMEOUT_SECONDS, Cluster
from events.log.fetching import CONSUMER, LOGGER, by_partition, explained, take

SESSION_SECONDS = 10
HEARTBEAT_SECONDS = 1
WAIT_SECONDS = 0.5
LINGER_SECONDS = 0.05

REGROUPING = {
    KafkaError.REBALANCE_IN_PROGRESS,
    KafkaError.ILLEGAL_GENERATION,
    KafkaError.UNKNOWN_MEMBER_ID,
}
"""What Kafka says of a commit while it gives the partitions of the group anew."""

Assigned = Callable[[Sequence[int]], Positions]
"""Called with partitions that have become ours; returns where to read on, for those that we want to read now."""

Revoked = Callable[[Sequence[int]], None]
"""Called with partitions that are ours no longer, before somebody else gets them where that is possible."""


class Membership:
    """One member of a group. One thread uses it; the callbacks run in its ``read`` and ``leave``."""

    def __init__(  # noqa: PLR0913, PLR0917 - who, of which group, and whom to tell
        self,
        cluster: Cluster,
        group: str,
        assigned: Assigned,
        revoked: Revoked,
        session_seconds: float = SESSION_SECONDS,
        topic: str | None = None,
    ) -> None:
        """Join the group that reads a topic, the log of record if no other; partitions come through ``assigned``."""
        self._cluster = cluster
        self._topic = topic or cluster.events
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

    def commit(self, positions: Positions) -> bool:
        """Have Kafka remember where to read on, and return whether it does: not while partitions are given anew.

        Raises LogUnavailable.
        """
        places = [TopicPartition(self._topic, partition, at) for partition, at in positions.items()]
        try:
            answered = self._consumer.commit(offsets=places, asynchronous=False) if places else []
        except KafkaException as error:
            if error.args[0].code() in REGROUPING:
                return False
            raise explained(self._cluster, error.args[0]) from error
        errors = [place.error for place in answered or () if place.error is not None]
        if errors and errors[0].code() not in REGROUPING:
            raise explained(self._cluster, errors[0])
        return not errors

    def committed(self, partitions: Sequence[int]) -> dict[int, int]:
        """Return where the group is to read on, for the partitions in which it has begun. Raises LogUnavailable."""
        places = [TopicPartition(self._topic, partition) for partition in partitions]
        try:
            found = self._consumer.committed(places, timeout=REQUEST_TIMEOUT_SECONDS)
        except KafkaException as error:
            raise explained(self._cluster, error.args[0]) from error
        return {place.partition: place.offset for place in found if place.offset >= 0}

    def held(self, partition: int) -> range:
        """Return the offsets from the first that Kafka holds to the one that comes next. Raises LogUnavailable."""
        place = TopicPartition(self._topic, partition)
        try:
            first, end = self._consumer.get_watermark_offsets(place, timeout=REQUEST_TIMEOUT_SECONDS)
        except KafkaException as error:
            raise explained(self._cluster, error.args[0]) from error
        return range(first, end)

    def end(self, partition: int) -> int | None:
        """Return the offset that comes next, as it was known when something was fetched last; None before that."""
        _, end = self._consumer.get_watermark_offsets(TopicPartition(self._topic, partition), cached=True)
        return end if end >= 0 else None

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
