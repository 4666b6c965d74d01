"""The log is not the one that was read, or no longer holds what is to be read next: the pump stops, and resets nothing.

The oracle judges what there is before. Afterwards not one byte of the tables and their checkpoints may have changed.
"""

import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import cycle, islice

import psycopg
from confluent_kafka import OFFSET_END, TopicPartition
from confluent_kafka.admin import AdminClient
from psycopg import sql

from events.log import topics
from events.log.fetching import CONSUMER
from tests.faults.child import Child
from tests.faults.ground import PARTITIONS, Ground
from tests.faults.outcome import Outcome, added, green
from tests.faults.pumping_process import STOPPED
from tests.faults.scene import Scene, scene

REQUEST_SECONDS = 30.0
LONG_SESSION_SECONDS = 30.0
FETCH_SECONDS = 3 * int(str(CONSUMER["fetch.wait.max.ms"])) / 1000

TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('engine', 'projection') ORDER BY 1, 2"
ROWS = "SELECT r::text FROM {} AS r ORDER BY 1"

GONE = ("does not hold what is to be read next", "records are missing")
ANOTHER = ("made anew", "has no topic", "does not hold what is to be read next")
"""A pump may meet the moment between the two topics, or look for its place in the new one."""

Loss = Callable[[Scene], None]
Moment = Callable[[Scene, Loss, Sequence[str]], Outcome]


def retention_passed(ground: Ground, times: int) -> Outcome:
    """Delete what is to be read next, in turn while the pump is away and while it runs."""
    return _tried(ground, times, (_while_it_runs, _while_it_is_away), _delete_records, GONE)


def topic_recreated(ground: Ground, times: int) -> Outcome:
    """Delete the topic and make it anew under its name, in turn while the pump is away and while it runs."""
    return _tried(ground, times, (_while_it_is_away, _while_it_runs), _recreate, ANOTHER)


def _tried(ground: Ground, times: int, moments: Sequence[Moment], loss: Loss, sentences: Sequence[str]) -> Outcome:
    outcomes = []
    for moment in islice(cycle(moments), times):
        with scene(ground) as at:
            outcomes.append(moment(at, loss, sentences))
    return added(outcomes)


def _while_it_is_away(at: Scene, loss: Loss, sentences: Sequence[str]) -> Outcome:
    at.begin()
    outcome = at.finish(1)
    before = _everything(at.dsn)
    loss(at)
    _stops(at.pump(), sentences)
    assert _everything(at.dsn) == before
    return outcome


def _while_it_runs(at: Scene, loss: Loss, sentences: Sequence[str]) -> Outcome:
    (pump,) = at.begin(session_seconds=LONG_SESSION_SECONDS)
    at.stop_producers()
    at.wait_drained()
    outcome = green(at.judge(1))
    before = _everything(at.dsn)
    pump.freeze()
    time.sleep(FETCH_SECONDS)  # what it asked Kafka for is answered: there is nothing new
    loss(at)
    pump.thaw()
    _stops(pump, sentences)
    assert _everything(at.dsn) == before
    return outcome


def _delete_records(at: Scene) -> None:
    at.produce(seed=7)
    at.load(folded=False)
    at.stop_producers()
    places = [TopicPartition(at.cluster.events, partition, OFFSET_END) for partition in range(PARTITIONS)]
    admin = AdminClient(at.cluster.librdkafka())
    for deleted in admin.delete_records(places).values():
        deleted.result(REQUEST_SECONDS)


def _recreate(at: Scene) -> None:
    admin = AdminClient(at.cluster.librdkafka())
    for deleted in admin.delete_topics([at.cluster.events]).values():
        deleted.result(REQUEST_SECONDS)
    topics.create(at.cluster, PARTITIONS)
    at.produce(seed=7)
    at.load(folded=False)
    at.stop_producers()


def _stops(pump: Child, sentences: Sequence[str]) -> None:
    """Hold a pump to stop with one clear sentence."""
    code, said = pump.ended()
    assert code == STOPPED, f"exit code {code}: {said} {pump.last_words()}"
    sentence = said["sentence"]
    assert any(part in sentence for part in sentences), sentence
    assert "\n" not in sentence, sentence


def _everything(dsn: str) -> str:
    """Return a hash of every row of every table."""
    told = sha256()
    with psycopg.connect(dsn) as connection:
        for schema, table in connection.execute(TABLES).fetchall():
            told.update(f"{schema}.{table}".encode())
            for (row,) in connection.execute(sql.SQL(ROWS).format(sql.Identifier(schema, table))):
                told.update(row.encode())
    return told.hexdigest()
