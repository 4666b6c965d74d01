"""Reacting over Kafka: workers share the signals out, come and go, and none is lost or done twice."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing

import msgspec
import pytest

from events.log import topics
from events.log.cluster import Cluster
from events.log.messages import Message
from events.log.publishing import Publisher
from services.installation import Connection, Installation
from services.process.health import Health
from services.process.retrying import DATABASE, LOG
from services.reactions._engine.figures import ReactionFigures
from services.reactions._engine.keeping import Repertoire, Watched
from services.reactions._engine.over_kafka import hear_topic
from services.reactions._engine.reaction import Signal
from tests.contracts.kafka_topics import PARTITIONS
from tests.services.reactions.engine.reacting import NOW, REACTIONS, effects, new_signal
from tests.services.running import Running

REPERTOIRE = Repertoire(REACTIONS, (), lambda: NOW)

Publish = Callable[..., None]


@pytest.fixture
def publish(kafka: Cluster) -> Iterator[Publish]:
    """Return a function that publishes signals, or other messages, and returns once Kafka has them."""
    topics.create(kafka, PARTITIONS)
    with closing(Publisher(kafka, [kafka.signals])) as publisher:

        def published(*messages: Signal | bytes) -> None:
            told = [
                Message(each.id, each.subject, msgspec.json.encode(each))
                if isinstance(each, Signal)
                else Message("m", f"key:{place}", each)
                for place, each in enumerate(messages)
            ]
            publisher.publish(kafka.signals, told)

        yield published


@pytest.fixture
def worker(dsn: str, kafka: Cluster) -> Callable[[], Running]:
    """Return a function that makes a worker, not yet begun."""

    def made() -> Running:
        watched = Watched(ReactionFigures(), Health("reactions", DATABASE, LOG))
        opened = Installation(dsn, kafka)
        return Running(lambda stop, report: hear_topic(opened, stop, report, watched, REPERTOIRE))

    return made


def many(count: int) -> list[Signal]:
    """Return signals of as many customers."""
    return [new_signal() for _ in range(count)]


def all_done(connection: Connection, signals: Sequence[Signal]) -> Callable[[], bool]:
    """Return whether each signal led to all that it leads to, once."""
    return lambda: effects(connection, signals) == (len(signals),) * 5


def test_workers_come_and_go_and_no_reaction_is_lost(
    worker: Callable[[], Running], publish: Publish, connection: Connection
) -> None:
    """A second one joins while signals come, the first one leaves, all leave, and one begins again where they were."""
    first, second, third = many(300), many(300), many(300)
    while_nobody, strange = many(300), (b"no signal", b"")

    with worker() as one:
        publish(*first[:150])
        one.wait_until(all_done(connection, first[:150]))
        publish(*first[150:], *strange)
        other = worker()
        with other:
            publish(*second)
            other.wait_for("reacting")
            publish(*third)
            one.__exit__(None, None, None)
            other.wait_until(all_done(connection, [*first, *second, *third]))
    publish(*while_nobody)
    with worker() as again:
        again.wait_until(all_done(connection, [*first, *second, *third, *while_nobody]))

    reasons = connection.execute("SELECT value, reason FROM reactions.unreadable ORDER BY value").fetchall()
    assert [bytes(value) for value, _ in reasons] == [b"", b"no signal"]
    assert "malformed" in reasons[1][1]


def test_signals_that_come_again_do_nothing_again(
    worker: Callable[[], Running], publish: Publish, connection: Connection
) -> None:
    """A relay publishes some twice after a crash; and who hears the whole topic anew hears what is over."""
    signals = many(50)
    publish(*signals, *signals)

    with worker() as one:
        publish(*signals)
        last = new_signal(subject=signals[0].subject + "-last")
        publish(last)
        one.wait_until(all_done(connection, [*signals, last]))

    assert effects(connection, [*signals, last]) == (51,) * 5
