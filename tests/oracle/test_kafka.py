"""The oracle as it is run: a process of its own, another client of Kafka, a real broker and a real Postgres."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from confluent_kafka import Message, Producer

from events.log import partition_of, topics
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from tests.conftest import Connect
from tests.oracle.shop import POISON, REPEATED, told
from tests.oracle.tables import TABLES, TIMELINE
from tests.projections.engine.tables import pump

ROOT = Path(__file__).parents[2]
PARTITIONS = 4
LONGEST_SECONDS = 30


def oracle(*words: str) -> tuple[int, dict[str, Any]]:
    """Run the oracle and return its exit code and what it prints as JSON."""
    command = [sys.executable, "-m", "tests.oracle", *words, "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode < 2, done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def sent(kafka: Cluster, connect: Connect, tmp_path: Path) -> Path:
    """Send a hostile history to Kafka, let the engine project it, and return a file of what was acknowledged."""
    topics.create(kafka, PARTITIONS)
    lines: list[str] = []

    def answered(_error: object, message: Message) -> None:
        value = message.value()
        if value not in POISON:
            lines.append(f"{json.loads(value or b'')['id']} {message.partition()} {message.offset()}\n")

    producer = Producer({**kafka.librdkafka(), "enable.idempotence": True})
    for key, value in told():
        producer.produce(kafka.events, value, key, partition_of(key, PARTITIONS), on_delivery=answered)
    assert producer.flush(LONGEST_SECONDS) == 0
    log = KafkaLog(kafka)
    pump(log, connect, PROJECTIONS)
    log.close()
    file = tmp_path / "acknowledged"
    file.write_text("".join(lines), encoding="utf-8")
    return file


def test_it_judges_a_database_by_a_topic(kafka: Cluster, database: str, sent: Path) -> None:
    """Right, it says so and exits with 0; after one change it says what is wrong and exits with 1."""
    words = ("--kafka", kafka.servers, "--prefix", kafka.prefix, "--dsn", database, "--acknowledged", str(sent))

    right = oracle(*words)
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE projection.profile SET visits = visits + 2 WHERE subject = 'customer:1'")
    wrong = oracle(*words)

    code, verdict = right
    assert (code, verdict["equal"], verdict["findings"]) == (0, True, [])
    assert verdict["tables"].keys() == {*TABLES, TIMELINE}
    assert (verdict["duplicates"], verdict["conflicts"]) == (REPEATED, REPEATED)
    assert (verdict["parked"], verdict["lost"], verdict["doubled"]) == (REPEATED + len(POISON), 0, 0)
    code, verdict = wrong
    assert (code, verdict["equal"], verdict["doubled"], len(verdict["findings"])) == (1, False, 2, 1)
    assert "visits is" in verdict["findings"][0]


def test_it_watches_until_it_is_told_to_stop(database: str) -> None:
    """As a process beside a fault run; it prints what went back."""
    command = [sys.executable, "-m", "tests.oracle", "--watch", "--dsn", database, "--json"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == "watching\n"
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=20)

    assert process.returncode == 0
    assert json.loads(output)["findings"] == []


def test_what_cannot_be_read_is_no_verdict(kafka: Cluster, database: str) -> None:
    """Without a topic it exits with 2 and says which one is missing."""
    command = [sys.executable, "-m", "tests.oracle", "--kafka", kafka.servers, "--prefix", "nowhere", "--dsn", database]

    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (2, "")
    assert "nowhere.events" in done.stderr
