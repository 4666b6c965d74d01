"""Doors share the partitions of the intake: one that joins or leaves while records come in loses and repeats none."""

import time
from collections import Counter
from collections.abc import Callable
from threading import Event

import pytest
from confluent_kafka import Producer

from events.log import partition_of
from events.log.cluster import Cluster
from services.installation import connect
from services.intake.door import Door
from services.intake.figures import DoorFigures
from tests.contracts.facts import fact
from tests.contracts.kafka_topics import PARTITIONS, OpenKafka
from tests.services.intake.producing import CODEC
from tests.services.intake.reading import committed, stored_ids
from tests.services.running import Running

STEP_EVENTS, STEP_SECONDS = 20, 0.01
ENOUGH_EVENTS = 100

Turning = Callable[[DoorFigures], Running]


class Steady:
    """A producer of facts, numbered one after the other, of several subjects."""

    def __init__(self, cluster: Cluster) -> None:
        """Connect."""
        self._producer = Producer(cluster.librdkafka())
        self._topic = cluster.intake
        self.written = 0

    def write_until(self, enough: Callable[[], bool], *doors: Running) -> None:
        """Write a few at a time, until there are enough, or a door fails."""
        while not enough():
            for door in doors:
                door.check()
            for number in range(self.written, self.written + STEP_EVENTS):
                subject = f"customer:{number % STEP_EVENTS}"
                place = partition_of(subject, PARTITIONS)
                self._producer.produce(self._topic, CODEC.encode(fact(number, subject=subject)), subject, place)
            self._producer.flush()
            self.written += STEP_EVENTS
            time.sleep(STEP_SECONDS)


@pytest.fixture
def turning(kafka: Cluster, open_kafka: OpenKafka, database: str) -> Turning:
    """Return a function that prepares a door which turns in a thread, and shows what it does."""

    def running(figures: DoorFigures) -> Running:
        def turn(stop: Event, _: object) -> None:
            with connect(database) as connection:
                door = Door(kafka, open_kafka(), connection, figures)
                while not stop.is_set():
                    door.turn()
                door.close()

        return Running(turn)

    return running


def test_doors_hand_over_while_records_come_in(kafka: Cluster, open_kafka: OpenKafka, turning: Turning) -> None:
    """Each lets in, and commits, what it has read before somebody else gets the partition; so nothing comes twice."""
    first, second, steady = DoorFigures(), DoorFigures(), Steady(kafka)

    with turning(first) as door:
        steady.write_until(lambda: first.stored > ENOUGH_EVENTS, door)
        with turning(second) as another:
            steady.write_until(lambda: second.stored > ENOUGH_EVENTS, door, another)
        alone = first.stored
        steady.write_until(lambda: first.stored > alone + ENOUGH_EVENTS, door)
        door.wait_until(lambda: sum(committed(kafka).values()) == steady.written)

    assert Counter(stored_ids(open_kafka())) == Counter(f"e-{number}" for number in range(steady.written))
