"""``regulars log copy`` where it would lose or mix something: it refuses, and nothing was changed."""

import socket
from contextlib import closing
from functools import partial

import pytest

from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from projections import PROJECTIONS
from projections._engine.projector import Projector, stored
from services import installation
from tests.conftest import PARTITIONS, Connect
from tests.projections.engine.tables import live_name
from tests.services.cli.conftest import OnTheJournal, Regulars
from tests.services.cli.ran import as_lines, viewed

TABLES = "SELECT count(DISTINCT log_id), count(*) FROM engine.checkpoint"


def test_while_somebody_projects_nothing_is_copied(
    with_kafka: Regulars, kafka: Cluster, database: str, journal: Journal, on_the_journal: OnTheJournal
) -> None:
    """The sentence names the process to stop."""
    on_the_journal(viewed(1))
    leading = Projector(journal, partial(installation.connect, database, "regulars up, process 17"), PROJECTIONS)

    with closing(leading):
        led = leading.lead()
        ran = with_kafka("log", "copy")

    with closing(KafkaLog(kafka)) as log:
        assert sum(log.ends().values()) == 0
    assert (led, ran.exit_code, ran.out) == (True, 4, "")
    assert ran.err == "regulars: Another process projects: 'regulars up, process 17'. Stop it first.\n"


def test_a_topic_of_another_partition_count_is_refused(
    regulars: Regulars, kafka: Cluster, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is moved, and the journal goes on."""
    regulars("log", "append", "-", piped=as_lines(viewed(1)))
    monkeypatch.setenv("REGULARS_KAFKA", kafka.servers)
    monkeypatch.setenv("REGULARS_TOPIC_PREFIX", kafka.prefix)
    regulars("topics", "create", "--replication", "1")

    ran = regulars("log", "copy")

    monkeypatch.delenv("REGULARS_KAFKA")
    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert ran.err.startswith("regulars: The journal has 4 partitions and the topic 12:")
    assert connect().execute(TABLES).fetchall() == [(1, PARTITIONS * len(stored(PROJECTIONS)))]
    assert regulars("log", "append", "-", piped=as_lines(viewed(2))).exit_code == 0


def test_a_topic_that_would_lose_events_is_refused(
    with_kafka: Regulars, kafka: Cluster, on_the_journal: OnTheJournal
) -> None:
    """What 'topics check' calls bad is no place for a log of record."""
    on_the_journal(viewed(1))
    with administered(kafka) as admin:
        admin.configure(kafka.events, "retention.ms", "1000")

    ran = with_kafka("log", "copy")

    assert (ran.exit_code, ran.out) == (2, "")
    assert f"{kafka.events}: retention.ms is 1000 and not -1" in ran.err


def test_projections_of_a_third_log_are_refused(
    with_kafka: Regulars, connect: Connect, on_the_journal: OnTheJournal
) -> None:
    """Where they were never filled from the journal, to move them to a copy of it would be wrong."""
    on_the_journal(viewed(1))
    connection = connect()
    third = "UPDATE engine.checkpoint SET log_id = 'third' WHERE table_name = %s"
    connection.execute(third, [live_name(connection, "visits")])

    ran = with_kafka("log", "copy")

    assert (ran.exit_code, ran.out) == (2, "")
    assert "filled from log third" in ran.err


def test_without_kafka_there_is_nowhere_to_copy_to(regulars: Regulars) -> None:
    """The sentence names the setting."""
    ran = regulars("log", "copy")

    assert (ran.exit_code, ran.out) == (2, "")
    assert ran.err.startswith("regulars: REGULARS_KAFKA is not set: ")


def test_a_kafka_that_is_away_is_one_sentence(with_kafka: Regulars, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, and nothing was changed."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("REGULARS_KAFKA", f"127.0.0.1:{bound.getsockname()[1]}")

        ran = with_kafka("log", "copy")

    assert (ran.exit_code, ran.out, ran.err.count("\n")) == (4, "", 1)
    assert "Connection refused" in ran.err
