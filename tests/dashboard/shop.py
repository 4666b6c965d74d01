"""The little shop that tests of the dashboard share: sixty real customers in three stores, and the life around them.

They are customers of the shipped demo, those whose numbers end in a certain way; the last digits decide on the store,
which the real data do not have. A few facts told by hand end the story, so that something is open in each store.
"""

import csv
import gzip
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import as_file
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

import msgspec

from events.catalog.access import Looked
from events.catalog.complaints import ComplaintRaised
from events.catalog.contacts import ContactReceived
from events.catalog.customers import ManagerAssigned
from events.catalog.promises import PromiseMade
from events.catalog.searches import SearchPerformed
from events.catalog.tasks import TaskOpened
from events.catalog.visits import PageViewed, VisitEnded, VisitStarted
from events.envelope import Envelope
from events.event import Event
from projections import PROJECTIONS
from projections._engine.projector import stored
from services.connectors.importing import import_file
from services.connectors.loading import built_in
from services.demo.loading import MAPPING, ORDERS, SEED
from services.demo.simulator import simulated
from services.house.clock import put_clock
from services.ingest import registry
from services.ingest.source import Role
from services.installation import Installation
from services.refreshing import Standing, refreshed
from tests.projections.engine.tables import pump
from tests.services.connectors.memory_log import MemoryLog

STORES = {"37": "web", "58": "north", "14": "south"}
"""The store of the customers whose numbers end like this."""

SOURCE = "urn:regulars:by-hand"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
AT_ONCE = 1000


WEB_SHOP = "web-shop"
"""A source of messages, with a key of each role."""

PARKED, PARKED_ID = "2@1564", "parked"
BROKEN = b'{"specversion":"1.0","type":"regulars.visit.dreamt.v1"}'
BREAK = "UPDATE journal.event SET value = %(value)s WHERE id = %(id)s"
"""Where the log holds bytes that are no event, so that a dead letter lies for the projections."""


class Person(NamedTuple):
    """A customer of one store, with everything that can be known of one, and what they have open by hand."""

    subject: str
    store: str
    complaint: str
    waited: timedelta


WEB = Person("customer:12437", "web", "hand-web", 2 * DAY)
NORTH = Person("customer:15358", "north", "hand-north", 3 * HOUR)
SOUTH = Person("customer:16814", "south", "hand-south", 20 * HOUR)
"""The one of the web shop has been waiting for longer than we promised, the one of the south is about to have."""

MANAGER = "anna"
"""Who looks after the three, and has a task of each."""


def fill(installation: Installation) -> datetime:
    """Tell the shop's whole story, project it, work out what is worked out at night, and return its last moment."""
    told = story()
    log = installation.journal()
    for start in range(0, len(told), AT_ONCE):
        log.append(told[start : start + AT_ONCE])
    (receipt,) = log.append([_parked(told[-1].time)])
    assert f"{receipt.partition}@{receipt.offset}" == PARKED
    projections = stored(PROJECTIONS)
    with installation.connect() as connection:
        connection.execute(BREAK, {"id": PARKED_ID, "value": BROKEN})
        pump(log, installation.connect, projections)
        registry.add(connection, WEB_SHOP)
        for role in Role:
            registry.new_key(connection, WEB_SHOP, role)
        refreshed(Standing(connection, log, installation.connect))
        pump(log, installation.connect, projections)
        put_clock(connection, told[-1].time)
    return told[-1].time


def story() -> list[Envelope]:
    """Return everything that happened, in the order in which it did."""
    orders = [_in_store(envelope) for envelope in _orders()]
    life = simulated(orders, Random(SEED))
    end = max(envelope.time for envelope in [*orders, *life])
    by_hand = [envelope for person in (WEB, NORTH, SOUTH) for envelope in _by_hand(person, end + HOUR)]
    return sorted([*orders, *life, *by_hand], key=lambda envelope: (envelope.time, envelope.id))


def _parked(at: datetime) -> Envelope:
    data = PageViewed(page="/broken", title="Broken")
    return Envelope(id=PARKED_ID, source=SOURCE, time=at, subject="visitor:broken", data=data)


def store_of(subject: str) -> str:
    """Return the store of a customer."""
    return STORES[subject[-2:]]


def _in_store(envelope: Envelope) -> Envelope:
    if not hasattr(envelope.data, "store"):
        return envelope
    data = msgspec.structs.replace(envelope.data, store=store_of(envelope.subject))
    return msgspec.structs.replace(envelope, data=data)


def _orders() -> list[Envelope]:
    """Return the orders of the shop's customers, as the import makes them."""
    log = MemoryLog()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "orders.csv"
        with as_file(ORDERS) as whole, gzip.open(whole, "rt", newline="") as rows, path.open("w", newline="") as some:
            writer = csv.writer(some)
            writer.writerows(_of_ours(csv.reader(rows)))
        import_file(path, built_in(MAPPING), log, rejects_path=Path(folder) / "rejects")
    return log.envelopes()


def _of_ours(rows: Iterator[list[str]]) -> Iterator[list[str]]:
    header = next(rows)
    number = header.index("CustomerID")
    yield header
    yield from (row for row in rows if row[number].partition(".")[0].endswith(tuple(STORES)))


def _by_hand(person: Person, end: datetime) -> Iterator[Envelope]:
    """Yield a visit, a search in vain, and a complaint that waits, with its promise and its task."""
    store, complaint = person.store, person.complaint
    raised, session = end - person.waited, f"session-{complaint}"
    due = raised + DAY
    told: tuple[tuple[datetime, Event], ...] = (
        (raised - DAY, ManagerAssigned(manager=MANAGER, by="harriet", reason="by hand")),
        (raised - 9 * MINUTE, VisitStarted(store=store, session=session, channel="web")),
        (raised - 8 * MINUTE, PageViewed(page="/stores", title="Our stores", store=store, session=session)),
        (raised - 7 * MINUTE, SearchPerformed(query="blue kettle", result_count=0, store=store, session=session)),
        (raised - 5 * MINUTE, VisitEnded(store=store, session=session, channel="web")),
        (raised, _complaint(person)),
        (raised, PromiseMade(promise=f"answer-{complaint}", kind="answer", due_at=due, about=f"complaint:{complaint}",
                             store=store, by="complaint_opened")),
        (raised, TaskOpened(task=f"task-{complaint}", title="Answer a complaint", reason="complaint_opened",
                            why="The parcel came late", due_at=due, assignee=MANAGER, about=f"complaint:{complaint}",
                            store=store, by="complaint_opened")),
        (end - 2 * HOUR, ContactReceived(contact=f"contact-{complaint}", bucket="problem_resolution", channel="phone",
                                         question="Where is my parcel?", store=store)),
        (end - HOUR, Looked(actor=MANAGER, role="staff", what="customer", how="page")),
    )  # fmt: skip
    for number, (time, data) in enumerate(told):
        yield Envelope(id=f"{complaint}-{number}", source=SOURCE, time=time, subject=person.subject, data=data)


def _complaint(person: Person) -> ComplaintRaised:
    text = "It was to be here on Monday, and nobody answers."
    return ComplaintRaised(complaint=person.complaint, channel="email", cause="late", text=text, store=person.store)
