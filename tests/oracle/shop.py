"""What the oracle's own tests judge: a log that holds whatever was put on it, and a database that the engine filled.

Only the tests use it. The oracle itself imports nothing of this.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from events.catalog.customers import TraitsChangedV1
from events.catalog.identity import IdentityLinked
from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.codec import Codec
from events.envelope import Envelope
from events.event import Event
from projections import PROJECTIONS
from services.benchmark.workload import workload
from services.installation import connect
from tests.contracts.memory_log import MemoryLog
from tests.laws import histories
from tests.laws.histories import NOON
from tests.oracle import Verdict, judge
from tests.oracle.log import Log, Record
from tests.oracle.stored import snapshot, stored
from tests.projections.engine.tables import pump

FIXTURES = Path(__file__).parents[1] / "events" / "fixtures"
SHOP_EVENTS = 1_500
EVENTS_OF_EACH = 80
REPEATED = 60
BATCH_EVENTS = 400

POISON = (
    b"",
    b"no event",
    b"\xff\xfe\x00",
    b"[" * 5_000,
    b'{"specversion":"1.0"',
    b'{"type":"regulars.search.heard.v1"}',
    b'{"type":"regulars.search.performed.v99","id":"x","data":{}}',
    b'{"type":"regulars.search.performed.v2","data":{"query":"\\u0000","result_count":0}}',
    b'{"type":"regulars.search.performed.v2","data":{"query":NaN,"result_count":0}}',
)


class Repeating(MemoryLog):
    """Holds an id as often as it is sent, as Kafka does."""

    refuses_known_ids = False


class Shop(NamedTuple):
    """A database and the log that it was filled from."""

    dsn: str
    log: Repeating


def published_examples() -> list[dict[str, Any]]:
    """Return the stored events of every type and version that was ever published."""
    return [each["published"] for path in sorted(FIXTURES.glob("*.json")) for each in json.loads(path.read_bytes())]


def extremes() -> list[Envelope]:
    """Return facts at the bounds of the folds, and of who is who.

    Long searches, the largest basket and a larger one, an erased trait, a device of two customers.
    """
    lines = [OrderLine(product=f"p-{number:02}", quantity=1, unit_price_minor=1) for number in range(51)]
    data: list[Event] = [SearchPerformed(query=f"{'lamp ' * 40}{end}", result_count=0) for end in ("red", "blue")]
    data += [OrderPlaced(order="o", currency="EUR", lines=tuple(lines[:most]), total_minor=1) for most in (50, 51)]
    data += [TraitsChangedV1(trait="shoe", value="42"), TraitsChangedV1(trait="shoe")]
    said = [("customer:1", each) for each in data]
    said += [(f"customer:shares-{number}", IdentityLinked(identifier="visitor:shared")) for number in range(2)]
    return [
        Envelope(id=f"extreme-{number}", source="urn:regulars:oracle", time=NOON, subject=subject, data=each)
        for number, (subject, each) in enumerate(said)
    ]


def told() -> list[tuple[str, bytes]]:
    """Return keys and bytes of a hostile history: every type and version, late, repeated, in conflict, and poison."""
    dice, codec = Random(7), Codec()
    facts = [*workload(SHOP_EVENTS), *histories.of_every_type(dice)]
    for projection in PROJECTIONS:
        facts += histories.history(dice, projection, EVENTS_OF_EACH, mark=f"{projection.name}-")
    facts += extremes()
    records = [(fact.subject, codec.encode(fact)) for fact in facts]
    for document in published_examples():
        elsewhere = document | {"id": document["id"] + "-elsewhere", "time": "2024-05-18T01:30:00.25+02:00"}
        records += [(document["subject"], json.dumps(each, indent=2).encode()) for each in (document, elsewhere)]
    dice.shuffle(records)
    again = dice.sample(records, REPEATED)
    records += again
    records += [(key, _otherwise(value)) for key, value in again]
    records += [(f"customer:{number}", value) for number, value in enumerate(POISON)]
    half = len(records) // 2
    later = records[half:]
    dice.shuffle(later)
    return records[:half] + later


def _otherwise(value: bytes) -> bytes:
    """Return the same event as it came from somewhere else: its id with other bytes."""
    document = json.loads(value)
    return json.dumps(document | {"source": "urn:elsewhere"}, separators=(",", ":")).encode()


def filled(dsn: str) -> Shop:
    """Tell a history to a log, and let the engine fill an empty database: half of it is history, half is news."""
    log = Repeating(4)
    records = told()
    for part in (records[: len(records) // 2], records[len(records) // 2 :]):
        for key, value in part:
            log.append_bytes(key, value)
        pump(log, lambda: connect(dsn), PROJECTIONS, batch_events=BATCH_EVENTS)
    return Shop(dsn, log)


def as_log(log: MemoryLog) -> Log:
    """Return a log as the oracle reads it."""
    return Log(frozenset({log.log_id}), log.starts(), log.ends(), _records(log))


def _records(log: MemoryLog) -> Iterator[Record]:
    for partition, end in log.ends().items():
        yield from (Record(partition, each.offset, each.value) for each in log.records(partition, 0, end))


def judged(shop: Shop, *projections: str, log: Log | None = None) -> Verdict:
    """Judge a shop by its log, or by another one."""
    with snapshot(shop.dsn) as connection:
        return judge(connection, stored(connection), log or as_log(shop.log), projections)
