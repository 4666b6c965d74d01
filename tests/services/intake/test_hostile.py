"""No record stops the door: whatever stands in it is let in or kept, and those behind it are let in."""

import json
from random import Random

from events.log import partition_of
from events.log.cluster import Cluster
from services.ingest import verdicts
from tests.conftest import Connect
from tests.contracts.facts import everything, fact
from tests.contracts.kafka_topics import PARTITIONS, OpenKafka
from tests.services.intake.conftest import Start
from tests.services.intake.producing import CODEC, produce

NOISE = Random(1).randbytes(20_000).hex()  # packing makes it no shorter, as it would the same letter over and over

HOSTILE = {
    "a source that no index takes": json.dumps({"id": "e-1", "source": NOISE}).encode(),
    "an id that no index takes": json.dumps({"id": NOISE, "source": "shop"}).encode(),
    "U+0000": rb'{"id": "e\u0000", "source": "\u0000", "type": "\u0000"}',
    "half a pair": rb'{"id": "\ud800", "source": "\udfff"}',
    "no UTF-8": b'{"id": "\xff", "source": "\xfe"}',
    "depth": b"[" * 100_000,
    "a name that is long": json.dumps({"id": "e-2", "source": "shop", NOISE: 1}).encode(),
    "a number that is large": b'{"id": 1e999, "source": ' + b"9" * 5_000 + b"}",
    "nothing but a list": b"[1]",
    "nothing": b"",
}


def test_whatever_stands_in_a_record_those_behind_it_are_let_in(
    kafka: Cluster, open_kafka: OpenKafka, start: Start, connect: Connect
) -> None:
    """Each is kept as it was written."""
    log, connection = open_kafka(), connect()
    produce(kafka, [*HOSTILE.values(), CODEC.encode(fact(1))])

    with start() as door:
        door.wait_until(lambda: verdicts.open_count(connection) == len(HOSTILE))

    kept = {each.body for each in verdicts.listed(connection)}
    assert [name for name, body in HOSTILE.items() if body not in kept] == []
    assert sum(log.ends().values()) == 1


def test_the_key_and_the_headers_of_a_record_decide_nothing(
    kafka: Cluster, open_kafka: OpenKafka, start: Start
) -> None:
    """On the log an event lies under its own subject, and carries nothing but itself."""
    log, keys = open_kafka(), [None, b"", b"customer:7", b"\xff"]
    sent = [fact(number, subject=f"customer:{number}") for number in range(len(keys))]
    for event, key in zip(sent, keys, strict=True):
        produce(kafka, [CODEC.encode(event)], key=key, headers=[("ce_type", b"x"), ("ce_type", b"\xff"), ("id", b"")])

    with start() as door:
        door.wait_until(lambda: sum(log.ends().values()) == len(sent))

    records = everything(log)
    places = {(partition_of(event.subject, PARTITIONS), event.subject, CODEC.encode(event)) for event in sent}
    assert {(record.partition, record.key, record.value) for record in records} == places
