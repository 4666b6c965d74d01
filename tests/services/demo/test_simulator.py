"""The simulated life: the same every time, marked as simulated, and believable around the real orders."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random

import duckdb
import pytest

from events import catalog
from events.catalog.complaints import ComplaintRaised, ComplaintReopened, ComplaintResolved
from events.catalog.contacts import ContactReceived
from events.catalog.customers import CustomerRegistered
from events.catalog.fulfilment import OrderDelivered, OrderStepReached
from events.catalog.identity import IdentityLinked
from events.catalog.orders import OrderPlaced
from events.catalog.visits import PageViewed
from events.codec import Codec
from events.envelope import Envelope
from services.demo.loading import SEED
from services.demo.simulator import simulated
from tests.services.demo import raw
from tests.services.demo.told import complaints, plainly, searched_in_vain, told

DIGEST = "616c0a70c174ab1e7b244480d3158ad9b34a1c80ce8562761f741f10128dd975"
BEGIN = datetime(2010, 12, 1, tzinfo=UTC)
END = datetime(2011, 4, 1, tzinfo=UTC)
DAY = timedelta(days=1)
FIVE_MINUTES = timedelta(minutes=5)
FAMILIES = (
    *(catalog.visits, catalog.searches, catalog.orders, catalog.fulfilment, catalog.offers, catalog.complaints),
    *(catalog.contacts, catalog.customers, catalog.feedback, catalog.identity, catalog.consent, catalog.operations),
    *(catalog.promises, catalog.tasks, catalog.staff),
)


def digest(envelopes: list[Envelope]) -> str:
    """Return the SHA-256 over the events' bytes on the wire."""
    codec = Codec()
    return sha256(b"\n".join(codec.encode(envelope) for envelope in envelopes)).hexdigest()


def some(orders: list[Envelope], ending: str) -> list[Envelope]:
    """Return the orders of the customers whose number ends like this."""
    return [envelope for envelope in orders if envelope.subject.endswith(ending)]


def test_the_simulation_repeats_itself(orders: list[Envelope], life: list[Envelope]) -> None:
    """The same orders and the same seed give the same bytes on every machine, in whatever order the orders come."""
    shuffled = Random(1).sample(orders, len(orders))

    again = simulated(shuffled, Random(SEED))

    assert (digest(again), digest(life)) == (DIGEST, DIGEST)


def test_another_seed_gives_another_life(orders: list[Envelope]) -> None:
    """The seed decides what is simulated."""
    few = some(orders, "7")

    one, other = simulated(few, Random(1)), simulated(few, Random(2))

    assert digest(one) != digest(other)


def test_every_simulated_event_says_so(life: list[Envelope]) -> None:
    """Nobody can take a simulated event for a real one: its source and its id tell."""
    sources = {envelope.source for envelope in life}
    marks = {envelope.id.partition("-")[0] for envelope in life}

    assert (sources, marks) == ({"urn:regulars:simulated"}, {"simulated"})


def test_no_two_simulated_events_share_an_id(life: list[Envelope]) -> None:
    """An id stands for one event, so nothing is lost on the log."""
    ids = {envelope.id for envelope in life}

    assert len(ids) == len(life)


def test_a_simulated_event_is_valid(life: list[Envelope]) -> None:
    """Every simulated event passes the codec, and comes back as it was."""
    codec = Codec()

    decoded, rejected = codec.decode_batch([codec.encode(envelope) for envelope in life])

    assert rejected == []
    assert [(one.id, one.time, one.subject, one.data, one.causationid) for one in decoded if one] == [
        (one.id, one.time, one.subject, one.data, one.causationid) for one in life
    ]


def test_the_demo_holds_every_family(orders: list[Envelope], life: list[Envelope]) -> None:
    """Each family of the catalogue has events; what is ordered is real."""
    types = {type(one.data) for one in (*orders, *life)}
    simulated_types = {type(one.data) for one in life}

    empty = [family.__name__ for family in FAMILIES if not types & set(family.EVENTS)]

    assert empty == []
    assert simulated_types & set(catalog.orders.EVENTS) == set()


def test_everything_happens_in_the_shops_own_time(orders: list[Envelope], life: list[Envelope]) -> None:
    """No event lies before the first day of the data, and none after its last one."""
    times = [envelope.time for envelope in life]

    assert BEGIN <= min(times) <= max(times) <= max(envelope.time for envelope in orders) < END


def test_there_is_enough_to_look_at_and_not_too_much(life: list[Envelope]) -> None:
    """The demo has a hundred thousand events and more, and still loads while one watches."""
    count = len(life)

    assert 100_000 <= count <= 150_000


def test_customers_visit_before_they_order(orders: list[Envelope], life: list[Envelope]) -> None:
    """Most orders of known customers come out of a visit, which ends at the checkout a moment before."""
    checkouts = defaultdict(list)
    for envelope, viewed in told(life, PageViewed):
        if viewed.page == "/checkout":
            checkouts[envelope.subject].append(envelope.time)
    placed = [one for one, _ in told(orders, OrderPlaced) if one.subject.startswith("customer:")]

    visited = [
        one for one in placed if any(timedelta() < one.time - at < FIVE_MINUTES for at in checkouts[one.subject])
    ]

    assert len(visited) / len(placed) == pytest.approx(0.85, abs=0.05)


def test_a_complaint_follows_its_order(orders: list[Envelope], life: list[Envelope]) -> None:
    """A complaint is about an order that the same customer placed a day before or earlier."""
    placed = {order.order: envelope for envelope, order in told(orders, OrderPlaced)}
    raised = told(life, ComplaintRaised)

    early = [one.order for envelope, one in raised if envelope.time < placed[one.order].time + DAY]
    strange = [one.order for envelope, one in raised if envelope.subject != placed[one.order].subject]

    assert (early, strange, len(raised) > 100) == ([], [], True)


def test_whom_we_let_down_orders_no_more(orders: list[Envelope], life: list[Envelope]) -> None:
    """A complaint that nobody settled within a month stands behind a customer who went quiet, not behind a busy one."""
    last_order = {one.subject: one.time for one in sorted(orders, key=lambda one: one.time)}
    settled = {resolved.complaint for _, resolved in told(life, ComplaintResolved)}
    old = [
        one
        for complaint, (one, _) in complaints(life).items()
        if complaint not in settled and one.time < max(last_order.values()) - 30 * DAY
    ]

    quiet = [one for one in old if last_order[one.subject] < one.time]

    assert len(old) > 5
    assert len(quiet) / len(old) > 0.8


def test_answers_are_in_time_late_or_missing(life: list[Envelope]) -> None:
    """Most complaints have a reply within the day, some later, and a few none at all; some are reopened."""
    waited = [replied and replied - raised.time for raised, replied in complaints(life).values()]

    in_time = [wait for wait in waited if wait and wait <= DAY]
    late = [wait for wait in waited if wait and wait > DAY]

    assert len(in_time) > 0.7 * len(waited)
    assert len(late) > 10
    assert waited.count(None) > 3
    assert told(life, ComplaintReopened)


def test_a_few_parcels_are_late(life: list[Envelope]) -> None:
    """Delivery is as promised for most orders, so that a late one is news."""
    promised = {step.order: step.promised_at for _, step in told(life, OrderStepReached) if step.step == "packed"}
    delivered = told(life, OrderDelivered)

    late = [one.order for envelope, one in delivered if envelope.time > (promised[one.order] or END)]

    assert 0.02 < len(late) / len(delivered) < 0.08


def test_the_shop_does_not_carry_what_is_searched_for_in_vain(
    life: list[Envelope], slice_of_orders: duckdb.DuckDBPyConnection
) -> None:
    """A search without result is honest: no product that was ever sold has all of its words in its name."""
    names = raw.rows(slice_of_orders, "SELECT DISTINCT ' ' || lower(name) FROM line WHERE name <> ''")
    queries = {plainly(query) for _, query in searched_in_vain(life)}

    carried = {
        query for query in queries for (name,) in names if all(f" {word.rstrip('s')}" in name for word in query.split())
    }

    assert (carried, len(queries) > 20) == (set(), True)


def test_a_wish_is_written_in_many_ways(life: list[Envelope]) -> None:
    """Customers write one wish in several ways: in capitals, with spaces too many."""
    written = {query for _, query in searched_in_vain(life)}

    assert {"bird feeder", "BIRD FEEDER", "Bird Feeder", "bird  feeder"} <= written


def test_people_are_made_up(life: list[Envelope]) -> None:
    """No detail leads to anybody: mail is at example.org, and telephones are of the range that is kept for drama."""
    people = [person for _, person in told(life, CustomerRegistered)]

    domains = {person.email.rpartition("@")[2] for person in people}
    ranges = {person.phone[:12] for person in people}

    assert (domains, ranges) == ({"example.org"}, {"", "+44 1632 960"})


def test_a_customer_is_called_the_same_whatever_the_seed(orders: list[Envelope], life: list[Envelope]) -> None:
    """A name follows from the customer's number alone."""
    names = {envelope.subject: person.name for envelope, person in told(life, CustomerRegistered)}

    others = told(simulated(some(orders, "42"), Random(7)), CustomerRegistered)

    assert others
    assert [person.name for _, person in others] == [names[envelope.subject] for envelope, _ in others]


def test_customers_turn_to_us_for_four_things(life: list[Envelope]) -> None:
    """Contacts are of all four buckets."""
    buckets = {contact.bucket for _, contact in told(life, ContactReceived)}

    assert buckets == {"product_information", "problem_resolution", "access_to_people", "access_to_process"}


def test_visitors_become_known_and_some_stay_a_riddle(life: list[Envelope]) -> None:
    """Visitors are linked on login, two devices to two customers each, and one identifier stands for nobody."""
    owners = defaultdict(set)
    for envelope, link in told(life, IdentityLinked):
        owners[link.identifier].add(envelope.subject)
    strangers = {one.subject for one in life if one.subject.startswith("visitor:")} - set(owners)

    shared = {identifier for identifier, subjects in owners.items() if len(subjects) > 1}

    assert len(shared - {"visitor:undefined"}) == 2
    assert "visitor:undefined" in shared
    assert len(strangers) > 100
