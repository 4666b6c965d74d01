"""Copies the journal onto a Kafka topic: each record to the same partition and offset, with its time of recording.

So whatever was derived from the journal stands where it stood, and is derived from the topic again just the same. The
journal is held still meanwhile, and takes no more events once it was left. A copying that was interrupted goes on.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psycopg
from psycopg.rows import TupleRow

from events.log import EventLog, Positions, Receipt, Record
from events.log.administration import administered
from events.log.cluster import Cluster
from events.log.errors import LogRefused, LogUnavailable
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from events.log.spans import between

Connection = psycopg.Connection[TupleRow]

Heard = Callable[[int, int], None]
"""Is told how many records of how many are on the topic."""

PAGE_RECORDS = 5_000
COMPARED_RECORDS = 1_000
SETTLE_SECONDS = 1.0
LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 30.0

STAMP = "message.timestamp.type"
GIVEN, OWN = "CreateTime", "LogAppendTime"

# Readers go on. Who appends locks the counters of partitions first, and so waits.
HOLD_STILL = """
SET LOCAL lock_timeout = '3s';
SET LOCAL idle_in_transaction_session_timeout = 0;
LOCK TABLE journal.partition IN EXCLUSIVE MODE;
"""

LEFT_FOR = "SELECT to_regclass('journal.moved') IS NOT NULL"

LEAVE = """
CREATE TABLE journal.moved (log_id text NOT NULL, moved_at timestamptz NOT NULL DEFAULT now());
CREATE FUNCTION journal.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The journal was copied to Kafka, as log %, and takes no more events: set REGULARS_KAFKA.',
                    (SELECT log_id FROM journal.moved) USING ERRCODE = 'object_not_in_prerequisite_state';
END
$$;
CREATE TRIGGER moved BEFORE INSERT ON journal.event FOR EACH STATEMENT EXECUTE FUNCTION journal.refuse();
"""


class Copied(NamedTuple):
    """How many records lie on the topic: those that were there before, and those that were copied now."""

    held: int
    copied: int


@contextmanager
def held_still(connection: Connection) -> Iterator[Journal]:
    """Yield the journal, to which nobody appends until the end. All of it is one transaction of the connection.

    Raises LogUnavailable where somebody appends without a pause.
    """
    with connection.transaction():
        try:
            connection.execute(HOLD_STILL)
        except psycopg.errors.LockNotAvailable as error:
            message = "Somebody appends to the journal without a pause: end that first."
            raise LogUnavailable(message) from error
        yield Journal(connection)


def left_for(connection: Connection) -> str | None:
    """Return the identity of the log for which the journal was left, or None."""
    if connection.execute(LEFT_FOR).fetchone() != (True,):
        return None
    row = connection.execute("SELECT log_id FROM journal.moved").fetchone()
    return None if row is None else str(row[0])


def leave(connection: Connection, log_id: str) -> None:
    """Have the journal refuse further events: another log, which has this identity, goes on from it."""
    connection.execute(LEAVE)
    connection.execute("INSERT INTO journal.moved (log_id) VALUES (%s)", [log_id])


def copy(source: EventLog, target: KafkaLog, cluster: Cluster, heard: Heard) -> Copied:
    """Copy what the target lacks; the source must not grow meanwhile.

    Raises LogRefused where the target is no beginning of the source, or somebody else writes to it, and LogUnavailable:
    then what was copied stays, and copying again goes on.
    """
    held = beginning(source, target)
    ends = source.ends()
    total = sum(ends.values())
    done = sum(held.values())
    with times_kept(cluster):
        for partition, end in ends.items():
            for page in _pages(source, partition, held[partition], end):
                _check_places(cluster, page, target.append_records(page))
                if page[0].offset == held[partition]:
                    _check_time(cluster, target, page[0])
                done += len(page)
                heard(done, total)
    if beginning(source, target) != ends:
        message = f"{cluster.events} ends where the journal does not, although all of it was copied: {_ANEW}"
        raise LogRefused(message)
    return Copied(sum(held.values()), done - sum(held.values()))


_ANEW = "it is no copy. Remove the topic, make it anew with 'regulars topics create', and copy again."


def beginning(source: EventLog, target: EventLog) -> Positions:
    """Return where the target ends, which holds what the source begins with. Raises LogRefused where it does not.

    The last records of each partition are compared, which is where an interrupted copying, or another log, shows.
    """
    if source.partitions != target.partitions:
        message = (
            f"The journal has {source.partitions} partitions and the topic {target.partitions}: a copy has the same"
            f" number. Make topics of another REGULARS_TOPIC_PREFIX with REGULARS_PARTITIONS={source.partitions}."
        )
        raise LogRefused(message)
    starts, ends = target.starts(), target.ends()
    for partition, end in ends.items():
        if starts[partition] > 0:
            message = (
                f"The topic holds partition {partition} only from offset {starts[partition]:,} on: records are gone."
            )
            raise LogRefused(message)
        first = max(0, end - COMPARED_RECORDS)
        if not _same(source, target, partition, first, end):
            message = (
                f"Partition {partition} of the topic holds what the journal does not: the topic is in use, or another"
                " log was copied to it. Copy to topics of another REGULARS_TOPIC_PREFIX."
            )
            raise LogRefused(message)
    return ends


def _same(source: EventLog, target: EventLog, partition: int, first: int, end: int) -> bool:
    return list(between(source, partition, first, end)) == list(between(target, partition, first, end))


def _pages(source: EventLog, partition: int, at: int, end: int) -> Iterator[list[Record]]:
    """Yield the records of a partition: a single one first, on which it shows whether Kafka keeps its time."""
    size = 1
    while at < end and (page := source.records(partition, at, min(size, end - at))):
        yield page
        at, size = page[-1].offset + 1, PAGE_RECORDS


def _check_places(cluster: Cluster, page: Sequence[Record], receipts: Sequence[Receipt]) -> None:
    for record, receipt in zip(page, receipts, strict=True):
        if (receipt.partition, receipt.offset) != (record.partition, record.offset):
            message = (
                f"Record {record.partition}@{record.offset} came to lie at {receipt.partition}@{receipt.offset} of"
                f" {cluster.events}: somebody else writes to it, and {_ANEW}"
            )
            raise LogRefused(message)


def _check_time(cluster: Cluster, target: KafkaLog, record: Record) -> None:
    (held,) = target.records(record.partition, record.offset, 1)
    if held != record:
        message = f"{cluster.events} has not kept when {record.partition}@{record.offset} was recorded, so {_ANEW}"
        raise LogRefused(message)


@contextmanager
def times_kept(cluster: Cluster) -> Iterator[None]:
    """Have Kafka keep the time of recording that comes with a record, and give its own again afterwards.

    Who is killed in between leaves the topic so; 'regulars topics check' says so, and copying again puts it right.
    """
    _stamp(cluster, GIVEN)
    time.sleep(SETTLE_SECONDS)  # each broker takes it up by itself; what is too early for one is found by its time
    try:
        yield
    finally:
        _stamp(cluster, OWN)


def _stamp(cluster: Cluster, kind: str) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    with administered(cluster) as kafka:
        kafka.configure(cluster.events, STAMP, kind)
        while kafka.topics([cluster.events])[cluster.events].config.get(STAMP) != kind:
            if time.monotonic() > give_up:
                message = f"Kafka did not set {STAMP} of {cluster.events} to {kind} in {PATIENCE_SECONDS:.0f} s."
                raise LogUnavailable(message)
            time.sleep(LOOK_SECONDS)
