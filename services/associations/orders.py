"""The orders on the log as arrays: who bought which products when. What everything here is mined from.

An order counts as it was placed: neither an amendment nor a cancellation changes it. A line that is no goods but a
charge or a voucher is left out, and so is an order of such lines alone. Who bought is a person: identifiers that
Regulars knows to be one are one, as of now.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import xxhash

from events.catalog.orders import OrderPlaced
from events.codec import Codec
from events.envelope import Envelope
from events.log import Chunk, EventLog
from projections._engine.columns.base import microseconds

READ_RECORDS = 50_000
PLACED = b'"regulars.order.placed.'
NO_GOODS = frozenset({"charge", "voucher"})

Heard = Callable[[int, int], None]
Integers = npt.NDArray[np.int64]


class Order(NamedTuple):
    """One order: who, when, and the goods in it."""

    event_id: str
    buyer: str
    at: datetime
    products: Mapping[str, tuple[str, str]]
    """By product, its name and its category."""


@dataclass(frozen=True)
class Orders:
    """Orders by time; order i has ``product[start[i]:start[i + 1]]``, each once, as places in ``products``.

    ``buyer`` has places in ``buyers``, ``at`` microseconds since 1970. Products are in the order of their ids.
    """

    products: list[str]
    names: list[str]
    categories: list[str]
    buyers: list[str]
    buyer: Integers
    at: Integers
    start: Integers
    product: Integers

    def __len__(self) -> int:
        """Return how many orders there are."""
        return len(self.buyer)

    @property
    def sizes(self) -> Integers:
        """Return how many different products each order has."""
        return np.diff(self.start)

    def chosen(self, wanted: npt.NDArray[np.bool_]) -> "Orders":
        """Return some of the orders; the products and the buyers stay as they are."""
        return self.taken(np.flatnonzero(wanted))

    def taken(self, places: Integers) -> "Orders":
        """Return the orders at these places, in their order."""
        sizes = self.sizes[places]
        start = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        lines = np.repeat(self.start[places] - start[:-1], sizes) + np.arange(start[-1])
        return replace(self, buyer=self.buyer[places], at=self.at[places], start=start, product=self.product[lines])


def read(log: EventLog, ends: Mapping[int, int], persons: Mapping[str, str], heard: Heard | None = None) -> Orders:
    """Return the orders that the log holds before these positions; ``heard`` is told how far it is."""
    return gathered(_orders(log, ends, persons, heard))


def gathered(orders: Iterable[Order]) -> Orders:
    """Return orders as arrays, whatever their order; of orders at the same instant the id's hash decides."""
    products: dict[str, _Said] = {}
    buyers: dict[str, int] = {}
    buyer, at, tie, sizes, bought = (array("q") for _ in range(5))
    for order in orders:
        moment = microseconds(order.at)
        buyer.append(buyers.setdefault(order.buyer, len(buyers)))
        at.append(moment)
        tie.append(xxhash.xxh3_64_intdigest(order.event_id.encode()) >> 1)
        sizes.append(len(order.products))
        for product, (name, category) in order.products.items():
            said = products.get(product)
            if said is None:
                said = products[product] = _Said(len(products))
            bought.append(said.number)
            said.hear(moment, name, category)
    listed = sorted(products)
    place = np.zeros(len(listed), np.int64)
    place[[products[product].number for product in listed]] = np.arange(len(listed))
    start = np.concatenate([[0], np.cumsum(_integers(sizes))]).astype(np.int64)
    arrays = Orders(
        products=listed,
        names=[products[product].name[1] for product in listed],
        categories=[products[product].category[1] for product in listed],
        buyers=list(buyers),
        buyer=_integers(buyer),
        at=_integers(at),
        start=start,
        product=place[_integers(bought)],
    )
    return arrays.taken(np.lexsort((_integers(tie), arrays.at)))


class _Said:
    """A product's number, and what it was called last, and as what."""

    __slots__ = ("category", "name", "number")

    def __init__(self, number: int) -> None:
        self.number = number
        self.name = (-(2**63), "")
        self.category = (-(2**63), "")

    def hear(self, moment: int, name: str, category: str) -> None:
        if name:
            self.name = max(self.name, (moment, name))
        if category:
            self.category = max(self.category, (moment, category))


def _integers(values: "array[int]") -> Integers:
    return np.frombuffer(values, np.int64) if values else np.zeros(0, np.int64)


def goods(placed: OrderPlaced) -> dict[str, tuple[str, str]]:
    """Return the products of an order that are goods, each with its name and category."""
    return {line.product: (line.name, line.category) for line in placed.lines if line.category not in NO_GOODS}


def _orders(log: EventLog, ends: Mapping[int, int], persons: Mapping[str, str], heard: Heard | None) -> Iterator[Order]:
    codec, at = Codec(), dict(log.starts())
    total, seen = sum(ends.values()) - sum(at.values()), set[int]()
    while wanted := {partition: at[partition] for partition, end in ends.items() if at[partition] < end}:
        chunks = log.read(wanted, READ_RECORDS)
        if not chunks:
            break
        for chunk in chunks:
            at[chunk.partition] = chunk.next_offset
            for envelope in _placed(codec, chunk, ends[chunk.partition]):
                if not log.refuses_known_ids and _repeated(envelope.id, seen):
                    continue
                if isinstance(envelope.data, OrderPlaced) and (bought := goods(envelope.data)):
                    buyer = persons.get(envelope.subject, envelope.subject)
                    yield Order(envelope.id, buyer, envelope.time, bought)
        if heard:
            heard(total - sum(ends.values()) + sum(map(min, at.values(), (ends[one] for one in at))), total)


def _placed(codec: Codec, chunk: Chunk, end: int) -> list[Envelope]:
    """Return the placed orders of a chunk; what merely says the words elsewhere is told apart by its type."""
    values = [
        value for offset, value in zip(chunk.offsets, chunk.values, strict=True) if offset < end and PLACED in value
    ]
    envelopes, _ = codec.decode_batch(values)
    return [envelope for envelope in envelopes if envelope is not None and isinstance(envelope.data, OrderPlaced)]


def _repeated(event_id: str, seen: set[int]) -> bool:
    """Return whether an id was seen before, and remember it: a log that may hold one twice counts it once."""
    digest = xxhash.xxh3_64_intdigest(event_id.encode())
    known = digest in seen
    seen.add(digest)
    return known
