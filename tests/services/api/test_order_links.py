"""Orders by signed links: a customer reads that order of theirs, until the link expires, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import httpx
import msgspec
import pytest
from cryptography.fernet import Fernet

from events.catalog.fulfilment import OrderDelivered, OrderStepReached, ParcelScanned, ShipmentDispatched
from events.catalog.orders import OrderLine, OrderPlaced
from events.envelope import Envelope
from events.event import Event
from projections import PROJECTIONS
from services.order_links import OrderLink, new_key, path_of, token_of
from services.settings import Settings
from tests.projections.engine.tables import pump
from tests.projections.shop import at
from tests.services.ingest.doors import Door, Sender, client_of, database_for, open_door

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))
LATER = datetime.now(UTC) + timedelta(days=1)
NOTHING = "This link opens nothing here: take it whole, as it was sent."
ADAS = OrderLink("customer:1", "1001", LATER)
KEYS = (NEW, OLD)


class Place(NamedTuple):
    """An api that has keys for links, and one that has none, over one shop; and a source with a key of each role."""

    door: Door
    keyless: Door
    sender: Sender


def placed(order: str, store: str = "web") -> OrderPlaced:
    """Return an order of something that is nobody's business."""
    line = OrderLine(product="secret-gift", quantity=1, unit_price_minor=1234)
    return OrderPlaced(
        order=order, currency="GBP", lines=(line,), total_minor=1234, store=store, promised_at=at("12:00", days=2)
    )


TOLD: tuple[tuple[str, Event, datetime], ...] = (
    ("customer:1", placed("1001"), at("12:00")),
    ("customer:1", OrderStepReached(order="1001", step="packed", place="Leeds"), at("13:00")),
    ("customer:1", ShipmentDispatched(order="1001", parcel="p-1", carrier="post"), at("14:00")),
    ("customer:1", ParcelScanned(order="1001", parcel="p-1", status="sorted", place="Hull"), at("18:00")),
    ("customer:1", OrderDelivered(order="1001", parcel="p-1", received_by="Neighbour Bob"), at("12:00", days=3)),
    ("customer:1", placed("1002"), at("12:00")),
    ("customer:2", placed("1001", "york"), at("12:00")),
    ("customer:2", placed("a/b c"), at("12:00")),
)


@pytest.fixture(scope="module")
def place(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Place]:
    """Return a shop with these orders, and its doors."""
    with (
        database_for(postgres, template, next(database_names)) as dsn,
        open_door(Settings(postgres=dsn, api=("127.0.0.1", 0), link_keys=KEYS)) as opened,
        open_door(Settings(postgres=dsn, api=("127.0.0.1", 0)), senders=0) as keyless,
    ):
        opened.log().append(
            [
                Envelope(id=f"fact-{number}", source="urn:test", time=time, subject=subject, data=data)
                for number, (subject, data, time) in enumerate(TOLD)
            ]
        )
        pump(opened.log(), opened.installation.connect, PROJECTIONS)
        yield Place(opened, keyless, opened.sender())


@pytest.fixture(scope="module")
def client(place: Place) -> Iterator[httpx.Client]:
    """Return a client without a key, as a customer has one."""
    with client_of(place.door) as opened:
        yield opened


def test_a_link_shows_how_that_order_stands_and_nothing_else(place: Place, client: httpx.Client) -> None:
    """Its steps, its promise and its parcels; no prices, products or people. Nothing on the way keeps it."""
    with client_of(place.door, place.sender.read) as shop:
        made = shop.post("/v1/orders/1001/link", params={"subject": "customer:1", "days": 3}).json()

    answer = client.get(made["path"])

    assert answer.json() == {
        "order": "1001",
        "store": "web",
        "state": "delivered",
        "ordered": "2024-05-17T12:00:00Z",
        "promised": "2024-05-19T12:00:00Z",
        "late": True,
        "delivered": "2024-05-20T12:00:00Z",
        "cancelled": None,
        "steps": [{"at": "2024-05-17T13:00:00+00:00", "step": "packed", "place": "Leeds"}],
        "parcels": [
            {
                "parcel": "p-1",
                "carrier": "post",
                "sent": "2024-05-17T14:00:00+00:00",
                "arrived": "2024-05-20T12:00:00+00:00",
                "seen": [{"at": "2024-05-17T18:00:00+00:00", "place": "Hull", "status": "sorted"}],
            }
        ],
    }
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "customer:1" not in made["path"]
    assert datetime.fromisoformat(made["until"]) - datetime.now(UTC) < timedelta(days=3)


def test_two_customers_orders_of_one_number_are_told_apart(client: httpx.Client) -> None:
    """Each link shows the order of whom it was made for."""
    bobs = OrderLink("customer:2", "1001", LATER)

    assert client.get(path_of(ADAS, KEYS)).json()["store"] == "web"
    assert client.get(path_of(bobs, KEYS)).json()["store"] == "york"


def test_a_token_opens_its_own_order_alone(client: httpx.Client) -> None:
    """Of another order it is answered alike, whether that is hers, somebody else's, or there is none such."""
    token = token_of(ADAS, KEYS)

    answers = [
        client.get(f"/v1/orders/{order}/status", params={"token": token}) for order in ("1002", "a%2Fb%20c", "nonsense")
    ]

    assert {answer.status_code for answer in answers} == {403}
    assert {answer.json()["message"] for answer in answers} == {NOTHING}
    assert len({answer.content for answer in answers}) == 1


def test_what_is_changed_cut_or_made_up_opens_nothing(client: httpx.Client) -> None:
    """Whichever character is changed; and what a stranger's key made, or ours for something else."""
    token = token_of(ADAS, KEYS)
    other = Fernet(NEW).encrypt(msgspec.json.encode({"subject": "customer:1", "order": "1001"})).decode()
    changed = [
        f"{token[:place]}{'A' if token[place] != 'A' else 'B'}{token[place + 1 :]}" for place in range(0, 180, 9)
    ]

    tokens = [*changed, token[:-9], token + "A", "", "é", "x" * 5000, other, token_of(ADAS, [STRANGE])]
    answers = [client.get("/v1/orders/1001/status", params={"token": each}) for each in tokens]
    answers.append(client.get("/v1/orders/1001/status"))

    assert {(answer.status_code, answer.json()["message"]) for answer in answers} == {(403, NOTHING)}
    assert {answer.headers["Cache-Control"] for answer in answers} == {"no-store"}


def test_a_link_expires(client: httpx.Client) -> None:
    """And says so, to whom has it."""
    answer = client.get(path_of(OrderLink("customer:1", "1001", datetime(2024, 5, 20, 9, 0, tzinfo=UTC)), KEYS))

    assert (answer.status_code, answer.json()["code"]) == (403, "expired")
    assert answer.json()["message"] == "This link held until 2024-05-20 09:00 UTC: ask the shop for a new one."


def test_keys_are_changed_without_breaking_links(place: Place, client: httpx.Client) -> None:
    """The new key makes links, and the old one's go on; a key that is taken away opens nothing."""
    with client_of(place.door, place.sender.admin) as shop:
        made = shop.post("/v1/orders/1001/link", params={"subject": "customer:1"}).json()["path"]
    token = made.partition("token=")[2]

    assert Fernet(NEW).decrypt(token)
    assert client.get(path_of(ADAS, [OLD])).status_code == 200
    with client_of(place.keyless) as without:
        assert without.get(made).status_code == 403


def test_a_number_may_be_any_text(place: Place, client: httpx.Client) -> None:
    """Also one with a slash and a space."""
    with client_of(place.door, place.sender.read) as shop:
        made = shop.post("/v1/orders/a%2Fb%20c/link", params={"subject": "customer:2"}).json()

    assert client.get(made["path"]).json()["order"] == "a/b c"


def test_an_order_that_is_gone_is_not_found(client: httpx.Client) -> None:
    """A link is no proof that there is such an order."""
    answer = client.get(path_of(OrderLink("customer:9", "1001", LATER), KEYS))

    assert (answer.status_code, answer.json()["message"]) == (404, "Nothing is known of this order any more.")


@pytest.mark.parametrize(
    ("order", "asked", "status", "field"),
    [
        ("1001", {"subject": "customer:3"}, 404, "order"),
        ("9999", {"subject": "customer:1"}, 404, "order"),
        ("%00", {"subject": "customer:1"}, 404, "order"),
        ("1001", {"subject": "nobody"}, 422, "subject"),
        ("1001", {}, 422, "subject"),
        ("1001", {"subject": "customer:1", "days": "0"}, 422, "days"),
    ],
)
def test_a_link_is_made_of_what_there_is(
    place: Place, order: str, asked: dict[str, str], status: int, field: str
) -> None:
    """An order is one of somebody's; the sentence says what is wrong."""
    with client_of(place.door, place.sender.read) as shop:
        answer = shop.post(f"/v1/orders/{order}/link", params=asked)

    assert (answer.status_code, answer.json()["field"]) == (status, field)


def test_who_has_no_key_makes_no_links(place: Place) -> None:
    """Nor does the key of a web page; and where no key for links is set, it is said which setting is missing."""
    for key, status in (("", 401), (place.sender.write, 403)):
        with client_of(place.door, key) as opened:
            assert opened.post("/v1/orders/1001/link", params={"subject": "customer:1"}).status_code == status
    with client_of(place.keyless, place.sender.admin) as opened:
        answer = opened.post("/v1/orders/1001/link", params={"subject": "customer:1"})
    assert (answer.status_code, "REGULARS_LINK_KEYS" in answer.json()["message"]) == (404, True)


def test_the_document_says_that_it_takes_no_key(client: httpx.Client) -> None:
    """And that making a link does."""
    paths = client.get("/openapi.json").json()["paths"]

    assert paths["/v1/orders/{order}/status"]["get"]["security"] == []
    assert paths["/v1/orders/{order}/link"]["post"]["security"] != []


def test_a_key_is_made_anew_each_time() -> None:
    """And keys that are made are keys."""
    one, other = new_key(), new_key()

    assert one != other
    assert Settings.from_environment({"REGULARS_LINK_KEYS": f"{one}, {other}"}).link_keys == (one, other)
