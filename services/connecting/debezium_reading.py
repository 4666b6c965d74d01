"""Follows a table's changes as Debezium tells them on a topic of Kafka."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from confluent_kafka import TIMESTAMP_NOT_AVAILABLE

from events.errors import BadEvent
from events.log.cluster import Cluster
from events.log.fetching import instant
from services.connecting.debezium import Passed, change
from services.connecting.declaration import DEFAULT_BATCH, Connector, DebeziumSource
from services.connecting.positions import Position
from services.connecting.reading import Batch
from services.connecting.taking import Piece, now
from services.connecting.topic import Topic


class DebeziumReader:
    """Reads changes in the order of their partitions; see ``services.connecting.reading``."""

    idle_seconds = 0.0  # Kafka itself keeps whoever asks waiting
    tells_time = True
    notes: Sequence[str] = ()

    def __init__(
        self, connector: Connector, source: DebeziumSource, cluster: Cluster, held: Mapping[str, Position]
    ) -> None:
        """Go on from the positions held. Raises SourceAway or SourceChanged."""
        group = source.group or f"{cluster.prefix}.connect.{connector.name}"
        self._name = source.topic
        partitions = {part: position for part, position in held.items() if part.isdecimal()}
        self._topic = Topic(cluster, source.topic, group, partitions)

    def next(self) -> Batch | None:
        """Return the next changes, None where all that there was has been read."""
        messages = self._topic.read(DEFAULT_BATCH)
        if not messages:
            return None if self._topic.ended else Batch([], {})
        pieces: list[Piece] = []
        skipped: Counter[str] = Counter()
        for message in messages:
            found = self._found(message)
            if isinstance(found, Passed):
                skipped[found] += 1
            else:
                pieces.append(found)
        return Batch(pieces, self._topic.after(messages), skipped)

    def taken(self, batch: Batch) -> None:
        """Do nothing: the consumer goes on by itself."""

    def close(self) -> None:
        """Let the topic go."""
        self._topic.close()

    def _found(self, message: Any) -> Piece | Passed:  # noqa: ANN401 - see Topic.read
        place = f"{self._name} {message.partition()}@{message.offset()}"
        value = message.value()
        try:
            found = change(value)
        except BadEvent as error:
            return Piece(error, value, place, _told_at(message))
        if isinstance(found, Passed):
            return found
        return Piece(found, msgspec.json.encode(found), place, _told_at(message))


def _told_at(message: Any) -> datetime:  # noqa: ANN401 - as above
    kind, milliseconds = message.timestamp()
    return now() if kind == TIMESTAMP_NOT_AVAILABLE else instant(milliseconds)
