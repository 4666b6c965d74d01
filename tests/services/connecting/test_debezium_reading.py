"""Changes are read from where our own database says, and a topic that is another one is never read on."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from events.errors import BadEvent
from events.log.cluster import Cluster
from services.connecting.debezium_reading import DebeziumReader
from services.connecting.errors import SourceAway, SourceChanged
from services.connecting.positions import Position
from services.connecting.reading import Batch
from tests.services.connecting.calls import connector
from tests.services.connecting.changes import SAMPLES, Written, moved

TEXT = "name: crm\nsource: crm\ntranslation: stripe\ndebezium: {{topic: {topic}}}"


@pytest.fixture
def topic(kafka: Cluster) -> Written:
    """Return an empty topic of two partitions."""
    return Written(kafka)


def reader(kafka: Cluster, topic: str, held: Mapping[str, Position]) -> DebeziumReader:
    """Return a reader of the topic, from these positions on."""
    read = connector(TEXT.format(topic=topic))
    assert read.debezium is not None
    return DebeziumReader(read, read.debezium, kafka, held)


def batches(reading: DebeziumReader, held: dict[str, Position]) -> Iterator[Batch]:
    """Return what there is to be read; ``held`` gets the positions, as our database would."""
    while (batch := reading.next()) is not None:
        held.update(batch.parts)
        yield batch


def read_on(reading: DebeziumReader) -> None:
    """Read until that fails."""
    while True:
        reading.next()


def read(kafka: Cluster, topic: str, held: dict[str, Position]) -> list[str]:
    """Return where each change stood that there is to be read, and what is wrong with it, if anything."""
    with closing(reader(kafka, topic, held)) as reading:
        pieces = [piece for batch in batches(reading, held) for piece in batch.pieces]
    return [
        f"{piece.place.removeprefix(topic).strip()}{f' {piece.record}' if isinstance(piece.record, BadEvent) else ''}"
        for piece in pieces
    ]


def test_changes_are_read_once_over_restarts(kafka: Cluster, topic: Written) -> None:
    """Partition by partition, from the first record that there is; what is no change is passed over and counted.

    What is no message of Debezium's is kept as it is, with what is wrong with it, at Kafka's own time.
    """
    held: dict[str, Position] = {}
    topic.write(SAMPLES["create"], SAMPLES["update"], SAMPLES["delete"], None, b"no JSON")
    topic.write(SAMPLES["truncate"], {"ts_ms": 1}, moved(1), partition=1)

    with closing(reader(kafka, topic.name, held)) as reading:
        found = list(batches(reading, held))
        topic.write(moved(2))
        more: list[Batch] = []
        while not more:
            more = [batch for batch in batches(reading, held) if batch.pieces]
    topic.write(moved(3), partition=1)
    rest = read(kafka, topic.name, held)

    skipped = sum((batch.skipped for batch in found), Counter[str]())
    places = [piece.place for batch in found for piece in batch.pieces]
    assert sorted(places) == [f"{topic.name} {place}" for place in ("0@0", "0@1", "0@2", "0@4", "1@2")]
    (bad,) = [piece for batch in found for piece in batch.pieces if isinstance(piece.record, BadEvent)]
    assert (bad.body, str(bad.record)[:25]) == (b"no JSON", "message: is not valid JSO")
    assert abs(bad.received_at - datetime.now(UTC)) < timedelta(minutes=1)
    assert skipped == {"tombstone": 1, "truncate": 1, "heartbeat": 1}
    assert [piece.place for batch in more for piece in batch.pieces] == [f"{topic.name} 0@5"]
    assert rest == ["1@3"]
    assert {part: position["next_offset"] for part, position in held.items()} == {"0": 6, "1": 4}


def test_a_topic_that_was_made_anew_is_never_read_on(kafka: Cluster, topic: Written) -> None:
    """Its offsets mean other records: neither while it is followed nor after a restart."""
    held: dict[str, Position] = {}
    topic.write(moved(1), moved(2))
    with closing(reader(kafka, topic.name, held)) as reading:
        list(batches(reading, held))
        topic.remove()
        topic.make()
        topic.write(moved(3), moved(4), moved(5))
        with pytest.raises((SourceChanged, SourceAway)):
            read_on(reading)
        with pytest.raises(SourceChanged, match=f"The topic {topic.name} was made anew: it is .* now, and .* was"):
            reader(kafka, topic.name, held)


def test_records_that_are_gone_are_not_passed_over_in_silence(kafka: Cluster, topic: Written) -> None:
    """The topic's retention has passed us: somebody has to know. Whoever has read nothing yet misses nothing."""
    held: dict[str, Position] = {}
    topic.write(moved(1))
    read(kafka, topic.name, held)
    topic.write(*(moved(number) for number in range(2, 9)))
    topic.forget(0, 5)

    with pytest.raises(SourceChanged, match=f"no longer holds what is to be read next of {topic.name}"):
        read(kafka, topic.name, held)
    assert read(kafka, topic.name, {}) == ["0@5", "0@6", "0@7"]


def test_partitions_that_are_added_are_read_from_their_beginning(kafka: Cluster, topic: Written) -> None:
    """Without a restart, and without reading the others again."""
    held: dict[str, Position] = {}
    topic.write(moved(1))
    with closing(reader(kafka, topic.name, held)) as reading:
        first = [piece.place for batch in batches(reading, held) for piece in batch.pieces]
        topic.grow(3)
        topic.write(moved(2), partition=2)
        topic.write(moved(3))
        second: list[str] = []
        while len(second) < 2:
            second += [piece.place for batch in batches(reading, held) for piece in batch.pieces]

    assert first == [f"{topic.name} 0@0"]
    assert sorted(second) == [f"{topic.name} 0@1", f"{topic.name} 2@0"]


def test_a_topic_that_is_not_there_yet_is_waited_for(kafka: Cluster) -> None:
    """Debezium makes it with the first change."""
    with pytest.raises(SourceAway, match=f"has no topic {kafka.prefix}.customers yet"):
        reader(kafka, f"{kafka.prefix}.customers", {})


def test_a_kafka_that_does_not_answer_is_away(kafka: Cluster) -> None:
    """As a database is."""
    with pytest.raises(SourceAway, match="Kafka cannot be reached"):
        reader(Cluster("127.0.0.1:9", kafka.prefix), "customers", {})


def test_a_position_of_another_topic_is_refused(kafka: Cluster, topic: Written) -> None:
    """Its offsets are not this one's."""
    held = {"0": {"topic": "orders", "topic_id": "a", "next_offset": 7}}

    with pytest.raises(SourceChanged, match=f"kept for the topic orders, and the file says {topic.name}"):
        reader(kafka, topic.name, held)
