"""What a shop's pages and programmes send in Segment's protocol: requests of about 300 bytes a message.

A request is written once. What must differ each time it is sent, its number and the time, has a place of fixed width in
it, so that sending costs the one who measures next to nothing.
"""

import base64
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count, cycle
from typing import Any, NamedTuple

import msgspec

from events.errors import BadEvent
from services.benchmark.workload import PAGES, PRODUCTS, WORDS
from services.ingest import segment
from services.ingest.source import Source
from services.ingest.translating import translator_of

NUMBER = "~number~"
"""Stands where the request's number comes: eight hexadecimal digits."""

NOW = "~~~~~~~~the time~~~~~~~~"
"""Stands where the time comes, as in 2026-01-01T00:00:00.000Z."""

BATCH_MESSAGES = 100
BATCHES, SINGLES = 40, 400
"""How many different requests there are."""

VISITORS = 50_000
LIBRARY = {"library": {"name": "analytics.js", "version": "2.1.0"}}

Message = dict[str, Any]
Maker = Callable[[random.Random, str], Message]


class Template(NamedTuple):
    """A request without its number and its time. ``events`` are what the log gets of it."""

    head: bytes
    body: bytes
    messages: int
    events: int


class Request(NamedTuple):
    """A request as it is sent, with what the log gets of it."""

    data: bytes
    messages: int
    events: int


class Requests:
    """All that is sent to one source, in turn, and never the same message twice."""

    def __init__(self, host: str, key: str, source: Source, seed: int) -> None:
        """Write the requests for a host with a source's key."""
        dice = random.Random(seed)  # noqa: S311 - it is to be the same every time
        self._number = count()
        makers = [maker for maker, weight in MIX for _ in range(weight)]
        self.batches = [_batch(host, key, source, _messages(dice, makers, place)) for place in range(BATCHES)]
        singles = _messages(dice, makers, BATCHES, SINGLES)
        self.singles = [_single(host, key, source, message) for message in singles]

    def of(self, templates: Sequence[Template]) -> Iterator[Request]:
        """Yield requests without end; what is sent at the time that it is asked for says that time."""
        for template in cycle(templates):
            yield filled(template, next(self._number), datetime.now(UTC))


def filled(template: Template, number: int, now: datetime) -> Request:
    """Return a request with its number and its time."""
    time = now.isoformat(timespec="milliseconds").replace("+00:00", "Z").encode()
    body = template.body.replace(NUMBER.encode(), b"%08x" % number).replace(NOW.encode(), time)
    return Request(template.head + body, template.messages, template.events)


def _messages(
    dice: random.Random, makers: Sequence[Maker], place: int, messages: int = BATCH_MESSAGES
) -> list[Message]:
    made = []
    for number in range(messages):
        message = dice.choice(makers)(dice, f"{place:02d}{number:03d}-{NUMBER}")
        visitor = int(VISITORS * dice.random() ** 2)
        message |= {"messageId": f"{place:02d}{number:03d}-{NUMBER}-7c1d-9b2e-benchmark", "anonymousId": f"a-{visitor}"}
        if message["type"] != "page" or visitor % 2:
            message["userId"] = str(visitor)
        made.append({**message, "timestamp": NOW, "context": LIBRARY})
    return made


def _batch(host: str, key: str, source: Source, messages: list[Message]) -> Template:
    body = msgspec.json.encode({"batch": messages, "sentAt": NOW})
    events = sum(_events(source, message) for message in messages)
    return Template(_head("/v1/batch", host, key, body), body, len(messages), events)


def _single(host: str, key: str, source: Source, message: Message) -> Template:
    body = msgspec.json.encode(message)
    return Template(_head(f"/v1/{message['type']}", host, key, body), body, 1, _events(source, message))


def _head(path: str, host: str, key: str, body: bytes) -> bytes:
    user = base64.b64encode(f"{key}:".encode()).decode()
    lines = [f"POST {path} HTTP/1.1", f"Host: {host}", f"Authorization: Basic {user}", "Content-Type: application/json"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode()


def _events(source: Source, message: Message) -> int:
    """Return how many events the log gets of a message. Raises BadEvent: what is measured must be accepted."""
    now = datetime.now(UTC)
    body = filled(Template(b"", msgspec.json.encode(message), 1, 0), 0, now).data
    sent = segment.message(translator_of(source), body, now)
    if isinstance(sent.events, BadEvent):
        raise sent.events
    return len(sent.events)


def _page(dice: random.Random, name: str) -> Message:
    del name
    path = dice.choice(PAGES)
    page = {"path": path, "url": f"https://shop.example{path}", "title": "Everything for the home and garden"}
    return {"type": "page", "properties": page}


def _product_viewed(dice: random.Random, name: str) -> Message:
    del name
    return _track("Product Viewed", {**_product(dice), "category": "home", "currency": "GBP"})


def _searched(dice: random.Random, name: str) -> Message:
    del name
    query = f"{dice.choice(WORDS)} {dice.choice(WORDS)}"
    return _track("Products Searched", {"query": query, "results_count": max(0, dice.randint(-10, 40))})


def _added(dice: random.Random, name: str) -> Message:
    return _track("Product Added", {**_product(dice), "cart_id": name, "currency": "GBP", "quantity": 1})


def _ordered(dice: random.Random, name: str) -> Message:
    products = [{**_product(dice), "quantity": dice.randint(1, 3)} for _ in range(dice.randint(1, 3))]
    total = round(sum(each["price"] * each["quantity"] for each in products), 2)
    return _track("Order Completed", {"order_id": name, "currency": "GBP", "total": total, "products": products})


def _identify(dice: random.Random, name: str) -> Message:
    del name
    return {"type": "identify", "traits": {"town": dice.choice(("Leeds", "York")), "newsletter": "yes"}}


def _track(event: str, properties: Message) -> Message:
    return {"type": "track", "event": event, "properties": properties}


def _product(dice: random.Random) -> Message:
    product = int(PRODUCTS * dice.random() ** 3)
    return {
        "product_id": f"SKU-{product:05d}",
        "name": f"SKU-{product:05d} of the house",
        "price": (100 + product % 5_000) / 100,
    }


MIX: tuple[tuple[Maker, int], ...] = (
    (_page, 46),
    (_product_viewed, 22),
    (_searched, 14),
    (_added, 8),
    (_ordered, 5),
    (_identify, 5),
)
"""What a hundred messages are."""
