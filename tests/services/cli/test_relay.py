"""``regulars relay``: what is in the outboxes is on Kafka, none of it missing, and twice only after a crash."""

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from urllib.request import urlopen

import pytest

from events.log import Record, topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from services.access import users
from services.access.roles import Role
from services.access.users import User
from services.desk.deciding import Order
from services.desk.desk import Desk
from services.desk.task import Open
from services.dev.ports import free_port
from services.ingest import verdicts
from tests.conftest import Connect
from tests.contracts.kafka_topics import PARTITIONS
from tests.kafka_messages import messages_of
from tests.services.cli.conftest import Regulars
from tests.services.cli.ran import as_lines, event
from tests.services.cli.staying import Staying
from tests.services.ingest.refusals import refused
from tests.services.running import wait_until

RAISE = """
INSERT INTO engine.signal (kind, subject, event_id, happened_at, detail)
SELECT 'complaint_opened', 'customer:' || mod(n, 7), 'event-' || n, '2026-03-01 10:00Z', '{}'
  FROM generate_series(%s::integer, %s::integer) AS n
"""

OFFER = """
INSERT INTO reactions.offer (key, subject, made_at, document)
VALUES ('o-1', 'customer:ann', '2026-03-01 10:00Z', '{"product": "tea"}')
"""

DECIDED = """
SELECT 'customer:ann', state FROM desk.stored_events UNION ALL SELECT 'user:bob', state FROM access.said ORDER BY 1
"""
POSITIONS = "SELECT name, position FROM engine.relay"
ALL_PUBLISHED = {"desk": 1, "access": 1, "signals": 1, "offers": 1, "dead letters": 1, "verdicts": 1}
PUBLISHED = 'regulars_relay_published_total{outbox="signals"}'

Start = Callable[..., Staying]


@pytest.fixture(autouse=True)
def _on_kafka(regulars: Regulars, kafka: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    del regulars  # it clears the environment first
    topics.create(kafka, PARTITIONS)
    monkeypatch.setenv("REGULARS_KAFKA", kafka.servers)
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", kafka.prefix)


@pytest.fixture
def start() -> Iterator[Start]:
    """Return a function that starts a command on the fresh database and log; none is left behind."""
    started: list[Staying] = []

    def command(*words: str, **environment: str) -> Staying:
        started.append(Staying(*words, environment=environment))
        return started[-1]

    yield command
    for each in started:
        each.kill()


def ids(cluster: Cluster) -> list[str]:
    """Return the ids of the signals on Kafka."""
    return [message.id for message in messages_of(cluster, cluster.signals)]


def wanted(numbers: Sequence[int]) -> list[str]:
    """Return the ids of the signals with these numbers."""
    return sorted(f"event-{number}:complaint_opened:customer:{number % 7}" for number in numbers)


def published(port: int) -> float:
    """Return how many signals a relay has published, by its metrics."""
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        lines = answer.read().decode().splitlines()
    return next(float(line.split()[-1]) for line in lines if line.startswith(PUBLISHED))


def test_each_signal_is_published_once_over_restarts(start: Start, kafka: Cluster, connect: Connect) -> None:
    """What was published is not published again; what came in while there was no relay is."""
    connection = connect()
    connection.execute(RAISE, [1, 20])
    port = free_port()
    first = start("relay", REGULARS_METRICS=f"127.0.0.1:{port}")
    first.wait_for("relaying")
    connection.execute(RAISE, [21, 30])
    wait_until(lambda: published(port) == 30)

    exit_code, out, err = first.end(signal.SIGTERM)
    connection.execute(RAISE, [31, 50])
    second = start("relay")
    told = second.wait_for("published")
    second.end()

    assert (exit_code, err) == (0, "")
    assert '"event":"stopped"' in out.splitlines()[-1]
    assert (told["signals"], told["dead_letters"]) == (20, 0)
    assert sorted(ids(kafka)) == wanted(range(1, 51))


def test_after_a_kill_nothing_is_missing(start: Start, kafka: Cluster, connect: Connect) -> None:
    """Some may be there twice, with the same id; the order of a subject's signals holds for the first of each."""
    connect().execute(RAISE, [1, 6000])
    port = free_port()
    first = start("relay", REGULARS_METRICS=f"127.0.0.1:{port}")
    first.wait_for("relaying")
    wait_until(lambda: published(port) > 0)
    first.kill()

    second = start("relay")
    second.wait_for("published")
    wait_until(lambda: connect().execute("SELECT max(position) FROM engine.relay").fetchone() == (6000,))
    second.end()

    found = messages_of(kafka, kafka.signals)
    first_of_each = {message.id: (message.key, json.loads(message.value)["row"]) for message in reversed(found)}
    rows = [place for place in reversed(first_of_each.values()) if place[0] == "customer:3"]
    assert sorted(first_of_each) == wanted(range(1, 6001))
    assert rows == sorted(rows)


def test_a_second_one_waits_and_takes_over(start: Start, kafka: Cluster, connect: Connect) -> None:
    """However the first one ended; and waiting is no illness."""
    port = free_port()
    first = start("relay")
    first.wait_for("relaying")
    second = start("relay", REGULARS_METRICS=f"127.0.0.1:{port}")
    second.wait_for("waiting")
    with urlopen(f"http://127.0.0.1:{port}/health") as answer:
        health = json.load(answer)

    first.kill()
    second.wait_for("relaying")
    connect().execute(RAISE, [1, 3])
    second.wait_for("published")

    assert health["status"] == "ok"
    assert sorted(ids(kafka)) == wanted(range(1, 4))


def test_whatever_waits_is_published(
    start: Start, kafka: Cluster, regulars: Regulars, connect: Connect, database: str
) -> None:
    """The whole way: a complaint becomes a signal, and what is no event a dead letter, like what a door turned away.

    An offer goes to a topic of its own; what the desk decides, and what is told of access, go onto the log of record,
    as they are stored.
    """
    pump, relay = start("pump"), start("relay")
    pump.wait_for("caught up")
    with closing(KafkaLog(kafka)) as log:
        log.append_records([Record(0, 0, datetime.now(UTC), "customer:bob", b"no event")])
    complaint = as_lines(event(1, "complaint.raised.v1", complaint="c-1"))
    regulars("log", "append", "-", piped=complaint)
    verdicts.store(connect(), [refused()])
    connection = connect()
    connection.execute(OFFER)
    with closing(Desk(database)) as desk:
        desk.perform(Order("task", "t-1", Open(subject="customer:ann", title="Call"), "bob"), datetime.now(UTC))

    users.add(connection, User("bob", Role.VIEWER, datetime.now(UTC)), "ann")

    wait_until(lambda: dict(connection.execute(POSITIONS).fetchall()) == ALL_PUBLISHED)

    (said,) = messages_of(kafka, kafka.signals)
    parked, turned_away = sorted(messages_of(kafka, kafka.dead_letters), key=lambda each: b'"place"' in each.value)
    (offered,) = messages_of(kafka, kafka.offers)
    decided = [message for message in messages_of(kafka, kafka.events) if message.id]
    assert sorted((each.key, each.value) for each in decided) == connection.execute(DECIDED).fetchall()
    assert (offered.key, offered.id) == ("customer:ann", "o-1")
    assert json.loads(offered.value)["document"] == {"product": "tea"}
    assert (said.key, said.id) == ("customer:ann", "event-1:complaint_opened:customer:ann")
    assert json.loads(parked.value)["fault"] == "malformed"
    assert json.loads(turned_away.value)["source"] == turned_away.key == refused().source
    assert relay.end()[0] == pump.end()[0] == 0


def test_without_kafka_there_is_nowhere_to_publish(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence names the setting."""
    monkeypatch.delenv("REGULARS_KAFKA")
    monkeypatch.delenv("REGULARS_TOPIC_PREFIX")

    ran = regulars("relay")

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err == "regulars: REGULARS_KAFKA is not set: a relay publishes on Kafka.\n"


def test_a_topic_that_is_missing_is_a_sentence(regulars: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """It names the topic and what to run; waiting would not make it."""
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", "nobody")

    ran = regulars("relay")

    assert ran.exit_code == 2
    assert ran.err.endswith("has no topic nobody.events: run 'regulars topics create'.\n")
