"""Libraries that nobody here wrote send to the front door over a real broker; log and projections are read back.

The log is read with another client of Kafka than the door's own, and its bytes as plain JSON.
"""

import json
from collections import Counter
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from events.log.cluster import Cluster
from services.cli.session import bring_up_to_date
from tests.oracle.kafka_log import kafka_log
from tests.services.ingest.clients.sdks import CLOUDEVENTS, SDKS, SEGMENT_LIKE, Running, searches
from tests.services.ingest.clients.told import MESSAGES, landed
from tests.services.ingest.clients.wire import HttpWire, wire_to
from tests.services.ingest.doors import Door, Sender, client_of

Documents = list[dict[str, Any]]

SEARCHES = "SELECT sum(searches)::int, sum(without_result)::int FROM projection.unmet_demand WHERE query = %s"
PURCHASES = "SELECT subject, sum(orders)::int FROM projection.purchases WHERE subject = 'customer:42' GROUP BY subject"
DUPLICATES = "SELECT coalesce(sum(duplicates), 0)::int FROM engine.checkpoint GROUP BY table_name"

QUERY = "Röd stol för {}"

SIGNS = ("content-encoding: gzip", "content-type: application/x-www-form-urlencoded", "transfer-encoding: chunked")
HABITS = {
    "segment-analytics-python": [SIGNS[0]],
    "rudder-sdk-python": [SIGNS[0]],
    "@segment/analytics-node": [],
    "@rudderstack/rudder-sdk-node": [SIGNS[0], SIGNS[1]],
    "cloudevents for Python": [],
    "cloudevents for Node": [SIGNS[2]],
}
"""What is odd about how the libraries send: JSON in a gzip that calls itself a form, a body without a length."""


def on_log(cluster: Cluster) -> dict[str, Documents]:
    """Return all that is on the log, by source, in the order of the events' ids."""
    with kafka_log(cluster.servers, cluster.events) as log:
        documents = sorted((json.loads(record.value) for record in log.records), key=lambda each: str(each["id"]))
    return {each["source"]: [other for other in documents if other["source"] == each["source"]] for each in documents}


def send(senders: Mapping[str, Sender], urls: Mapping[str, str], modules: Path, query: str) -> dict[str, list[str]]:
    """Have every library send a search of its own, all at once, and return what each gave up on."""
    clients = {
        name: Running(name, urls[name], sender.write, searches(name, sender.name, query.format(name)), modules)
        for name, sender in senders.items()
    }
    return {name: client.errors() for name, client in clients.items()}


def searched(door: Door, query: str) -> dict[str, tuple[int, int]]:
    """Return how many searches of each library the projection counts, and how many of them found nothing."""
    bring_up_to_date(door.installation, "tests")
    return {name: door.connection.execute(SEARCHES, [query.format(name).casefold()]).fetchall()[0] for name in SDKS}


def sent_by(name: str, sender: Sender) -> int:
    """Return how many events a library sends, each of which is one search."""
    return len(searches(name, sender.name, ""))


@pytest.fixture(scope="module")
def senders(doors: tuple[Door, Door]) -> dict[str, Sender]:
    """Return a source for each library."""
    return {name: doors[0].sender() for name in SDKS}


@pytest.fixture(scope="module")
def told(doors: tuple[Door, Door], node_modules: Path) -> dict[str, Sender]:
    """Have every library that speaks as Segment's does tell a visitor's morning; return the sources."""
    senders = {name: doors[0].sender() for name in SEGMENT_LIKE}
    clients = {
        name: Running(name, doors[0].url, sender.write, MESSAGES, node_modules) for name, sender in senders.items()
    }
    gave_up = {name: client.errors() for name, client in clients.items()}
    assert gave_up == {name: [] for name in SEGMENT_LIKE}
    return senders


@pytest.mark.parametrize("name", SEGMENT_LIKE)
def test_a_morning_is_on_the_log_as_it_was_told(cluster: Cluster, told: dict[str, Sender], name: str) -> None:
    """Every call, with its type, its subject, its fields, its time and an id made of the message's: nothing else."""
    source = told[name].name

    documents = on_log(cluster)[source]

    assert documents == landed(source, "server" if SDKS[name].tells_channel else "")


def test_what_was_told_is_in_the_projections(doors: tuple[Door, Door], told: dict[str, Sender]) -> None:
    """Each library's order and its search without a result count."""
    door = doors[0]
    bring_up_to_date(door.installation, "tests")

    orders = door.connection.execute(PURCHASES).fetchall()
    wishes = door.connection.execute(SEARCHES, ["röd stol 🪑"]).fetchall()

    assert orders == [("customer:42", len(told))]
    assert wishes == [(len(told), len(told))]


@pytest.mark.parametrize("name", CLOUDEVENTS)
def test_an_event_is_on_the_log_in_every_mode(
    cluster: Cluster, doors: tuple[Door, Door], node_modules: Path, name: str
) -> None:
    """Under the id, the source and the subject that it was given."""
    sender = doors[0].sender()
    events = searches(name, sender.name, "röd stol")

    errors = Running(name, doors[0].url, sender.write, events, node_modules).errors()

    assert errors == []
    assert on_log(cluster)[sender.name] == sorted(
        (
            {
                "specversion": "1.0",
                **{attribute: event[attribute] for attribute in ("id", "source", "type", "subject")},
                "time": "2026-03-01T10:00:00Z",
                "data": {"query": "röd stol", "result_count": 0, "store": "web", "session": ""},
            }
            for event in events
        ),
        key=lambda event: str(event["id"]),
    )


def test_what_was_stored_and_not_heard_of_counts_once(
    cluster: Cluster, doors: tuple[Door, Door], senders: dict[str, Sender], node_modules: Path
) -> None:
    """The connection is cut when the server has answered: the library sends again; the door knows it, and says so."""
    with ExitStack() as held:
        wires = {name: held.enter_context(wire_to(doors[0].url)) for name in SDKS}
        for wire in wires.values():
            wire.cut(answers=1)
        gave_up = send(senders, {name: wire.url for name, wire in wires.items()}, node_modules, QUERY)

    found = on_log(cluster)
    assert {name: [sign for sign in SIGNS if sign in wire.heads[0]] for name, wire in wires.items()} == HABITS
    assert gave_up == {name: [] for name in SDKS}
    assert {name: heard(wire) for name, wire in wires.items()} == {name: ([200], {200}) for name in SDKS}
    for name, sender in senders.items():
        assert len(found[sender.name]) == sent_by(name, sender), name
        assert duplicates(doors[0], sender) > 0, name
    assert searched(doors[0], QUERY) == {name: (sent_by(name, sender),) * 2 for name, sender in senders.items()}


def test_what_another_door_stored_counts_once(cluster: Cluster, doors: tuple[Door, Door], node_modules: Path) -> None:
    """The same, and another process hears it the second time: Kafka has it twice then, and the projections once."""
    senders, query = {name: doors[0].sender() for name in SDKS}, "Another " + QUERY
    bring_up_to_date(doors[0].installation, "tests")
    before = max(count for (count,) in doors[0].connection.execute(DUPLICATES).fetchall())
    with ExitStack() as held:
        wires = {name: held.enter_context(wire_to(doors[0].url)) for name in SDKS}
        for wire in wires.values():
            wire.cut(answers=1, other=doors[1].url)
        gave_up = send(senders, {name: wire.url for name, wire in wires.items()}, node_modules, query)

    found = on_log(cluster)
    assert gave_up == {name: [] for name in SDKS}
    twice = 0
    for name, sender in senders.items():
        copies = Counter(each["id"] for each in found[sender.name])
        assert (len(copies), max(copies.values())) == (sent_by(name, sender), 2), name
        twice += sum(copies.values()) - len(copies)
    assert searched(doors[0], query) == {name: (sent_by(name, sender),) * 2 for name, sender in senders.items()}
    after = max(count for (count,) in doors[0].connection.execute(DUPLICATES).fetchall())
    assert after - before == twice


def heard(wire: HttpWire) -> tuple[list[int], set[int]]:
    """Return the statuses of the answers that were not delivered, and which ones were."""
    return wire.unheard, set(wire.statuses)


def duplicates(door: Door, sender: Sender) -> int:
    """Return how many duplicates the door reports of a sender, once it has written its counts down."""
    found: list[int] = []

    def counted() -> bool:
        with client_of(door, sender.read) as client:
            tallies = client.get("/v1/reports/ingest").json()["tallies"]
        found.append(sum(row["events"] for row in tallies if row["outcome"] == "duplicate"))
        return found[-1] > 0

    door.running.wait_until(counted)
    return found[-1]
