"""What a sender sends through the front door, in either of its protocols, and which events it then waits for."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import NamedTuple

import msgspec

from events.codec import Codec
from events.envelope import Envelope
from services.benchmark.segment_messages import Requests, filled
from services.benchmark.workload import workload
from services.ingest import segment
from services.ingest.source import Source
from services.ingest.translating import translator_of
from tests.faults.orders import SenderOrder, Wire

SOURCE = Source("faults", events_per_second=1_000_000)
PATHS: dict[str, str] = {Wire.CLOUDEVENTS: "/v1/events", Wire.SEGMENT: "/v1/batch"}
JSON = "application/json"
CONTENT_TYPES: dict[str, str] = {Wire.CLOUDEVENTS: "application/cloudevents-batch+json", Wire.SEGMENT: JSON}


class Message(NamedTuple):
    """One message, and the events that the log has to hold when it is acknowledged."""

    body: bytes
    events: Sequence[Envelope]


def messages(order: SenderOrder) -> Iterator[Message]:
    """Yield what an order says."""
    if order.wire == Wire.SEGMENT:
        return islice(_segment(order.seed), order.first, order.count)
    return islice(_cloudevents(order), order.first, None)


def batch_body(wire: str, batch: Sequence[Message]) -> bytes:
    """Return the body of a request with some messages."""
    if wire == Wire.SEGMENT:
        raw = [msgspec.Raw(message.body) for message in batch]
        return msgspec.json.encode({"batch": raw, "sentAt": datetime.now(UTC)})
    return b"[" + b",".join(message.body for message in batch) + b"]"


def _cloudevents(order: SenderOrder) -> Iterator[Message]:
    codec = Codec()
    for envelope in workload(order.count, order.seed):
        yield Message(codec.encode(envelope), [envelope])


def _segment(seed: int) -> Iterator[Message]:
    """Yield messages without end; a seed's are the same each time, but for their times, which are always now."""
    translator = translator_of(SOURCE)
    for number, template in enumerate(cycle(Requests("", "", SOURCE, seed).singles)):
        now = datetime.now(UTC)
        body = filled(template, (seed << 20) + number, now).data.partition(b"\r\n\r\n")[2]
        kind = template.head.split(b" ", 2)[1].rpartition(b"/")[2].decode()
        assert f'"type":"{kind}"'.encode() in body
        sent = segment.message(translator, body, now)
        assert not isinstance(sent.events, Exception), sent.events
        yield Message(body, sent.events)
