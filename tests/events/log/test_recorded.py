"""When records were recorded is told without reading more than it must."""

import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from events.log.cluster import Cluster
from events.log.recorded import RecordTimes
from tests.contracts.facts import facts
from tests.contracts.kafka_topics import OpenKafka, forget_before, kafka_logs

MOST_SECONDS = 1.5


@pytest.fixture
def open_kafka(kafka: Cluster) -> Iterator[OpenKafka]:
    """Return what opens an empty log of four partitions on Kafka."""
    with kafka_logs(kafka) as opened:
        yield opened


def test_times_are_those_of_the_records(kafka: Cluster, open_kafka: OpenKafka) -> None:
    """At any offsets, asked again and again, and backwards too; where nothing is, nothing is told."""
    log = open_kafka()
    log.append(facts(400))
    time.sleep(0.05)
    log.append(facts(800)[400:])
    ends = log.ends()
    wanted = [{partition: end * part // 4 for partition, end in ends.items()} for part in (3, 1, 2, 0, 1)]

    with closing(RecordTimes(kafka)) as times:
        begun = time.monotonic()
        found = [times.at(positions) for positions in wanted]
        seconds = time.monotonic() - begun
        nothing = times.at({})

    held = [
        {partition: log.records(partition, at, 1)[0].recorded_at for partition, at in positions.items()}
        for positions in wanted
    ]
    assert found == held
    assert found[0] != found[1]
    assert nothing == {}
    assert seconds < MOST_SECONDS


def test_a_record_that_is_gone_has_no_time(kafka: Cluster, open_kafka: OpenKafka) -> None:
    """The other partitions are told all the same."""
    log = open_kafka()
    log.append(facts(400))
    forget_before(kafka, {0: 10})

    with closing(RecordTimes(kafka)) as times:
        found = times.at(dict.fromkeys(range(4), 0))

    assert set(found) == {1, 2, 3}
