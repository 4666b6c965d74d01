"""Reports and customers' pages over HTTP: who may read them, how they answer, and of which past."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from events.catalog.orders import OrderLine, OrderPlaced
from events.envelope import Envelope
from projections import PROJECTIONS
from services.reports.customer import SECTIONS, Section
from services.settings import Settings
from tests.projections.engine.tables import pump
from tests.projections.shop import NOON
from tests.services.ingest.doors import Door, Sender, client_of, database_for, open_door


@pytest.fixture(scope="module")
def shop(postgres: str, template: str, database_names: Iterator[str]) -> Iterator[Door]:
    """Return an api over a shop with two orders of one customer, a day apart."""
    with (
        database_for(postgres, template, next(database_names)) as dsn,
        open_door(Settings(postgres=dsn, api=("127.0.0.1", 0))) as opened,
    ):
        line = OrderLine(product="kettle", quantity=1, unit_price_minor=1500)
        for number in range(2):
            order = OrderPlaced(order=f"o-{number}", currency="GBP", lines=(line,), total_minor=1500)
            time = NOON + number * timedelta(days=1)
            fact = Envelope(id=f"o-{number}", source="urn:test", time=time, subject="customer:1", data=order)
            opened.log().append([fact])
        pump(opened.log(), opened.installation.connect, PROJECTIONS)
        yield opened


@pytest.fixture(scope="module")
def sender(shop: Door) -> Sender:
    """Return a source with a key of each role."""
    return shop.sender()


@pytest.fixture(scope="module")
def client(shop: Door, sender: Sender) -> Iterator[httpx.Client]:
    """Return a client that shows an admin key."""
    with client_of(shop, sender.admin) as opened:
        yield opened


def test_a_report_says_what_it_was_asked_and_as_of_where(client: httpx.Client, shop: Door) -> None:
    """The question as it was settled, the positions of the log, the figures and the tables."""
    document = client.get("/v1/reports/concentration", params={"from": "2024-05-17"}).json()

    assert document["question"]["currency"] == "GBP"
    assert document["question"]["begin"] == "2024-05-17"
    assert document["as_of"]["positions"] == {str(part): end for part, end in shop.log().ends().items()}
    assert document["figures"]["revenue_minor"] == 3000
    assert [row["person"] for row in document["tables"]["best"]] == ["customer:1"]


def test_a_report_of_the_past(client: httpx.Client) -> None:
    """Of what had happened by noon there is one order; nothing at all was known then."""
    by = NOON.isoformat()

    happened = client.get("/v1/reports/concentration", params={"happened_by": by}).json()
    known = client.get("/v1/reports/concentration", params={"known_at": by}).json()

    assert (happened["figures"]["revenue_minor"], known["figures"]["revenue_minor"]) == (1500, 0)
    assert set(known["as_of"]["positions"].values()) == {0}


def test_every_report_is_listed_with_its_definition(client: httpx.Client) -> None:
    """What a figure means stands beside it."""
    reports = client.get("/v1/reports").json()["tables"]["reports"]

    assert "concentration" in {each["name"] for each in reports}
    assert all(len(each["definition"]) > 200 for each in reports)


def test_a_customers_page_and_a_section_of_it(client: httpx.Client) -> None:
    """All of it in one answer, or a part by its name; each says as of what."""
    page = client.get("/v1/customers/customer:1").json()
    part = client.get("/v1/customers/customer:1/profile").json()

    assert page["identity"] == {"person": "customer:1", "identifiers": ["customer:1"]}
    assert page["profile"]["orders"] == 2
    assert (part["section"], part["content"]) == ("profile", page["profile"])
    assert part["as_of"]["positions"] == page["as_of"]["positions"]


@pytest.mark.parametrize("section", SECTIONS, ids=[section.name for section in SECTIONS])
def test_every_section_is_read_by_itself_as_on_the_page(client: httpx.Client, section: Section) -> None:
    """As JSON just as it stands on the whole page, and as rows of a CSV."""
    page = client.get("/v1/customers/customer:1").json()

    part = client.get(f"/v1/customers/customer:1/{section.name}").json()
    rows = client.get(f"/v1/customers/customer:1/{section.name}.csv").text.splitlines()

    assert part["content"] == page[section.name]
    told = part["content"] if isinstance(part["content"], list) else [part["content"]] * (part["content"] is not None)
    assert len(rows) == len(told) + bool(told)


def test_a_customers_page_of_the_past(client: httpx.Client) -> None:
    """By noon there was one order; a year ago nobody had heard of the customer."""
    by = {"happened_by": NOON.isoformat()}

    assert client.get("/v1/customers/customer:1", params=by).json()["profile"]["orders"] == 1
    assert client.get("/v1/customers/customer:1/profile", params=by).json()["content"]["orders"] == 1
    assert client.get("/v1/customers/customer:1", params={"known_at": NOON.isoformat()}).status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("/v1/reports/nonsense", 404, "name"),
        ("/v1/reports/concentration?about=x", 422, "about"),
        ("/v1/reports/concentration?from=2024-05-18&to=2024-05-17", 422, "from"),
        ("/v1/reports/concentration?from=yesterday", 422, "from"),
        ("/v1/reports/concentration?limit=0", 422, "limit"),
        ("/v1/reports/concentration?currency=pounds", 422, "currency"),
        ("/v1/reports/concentration?known_at=2024-05-17T12:00:00", 422, "known_at"),
        (
            "/v1/reports/concentration?known_at=2024-05-17T12:00:00Z&happened_by=2024-05-17T12:00:00Z",
            422,
            "happened_by",
        ),
        ("/v1/customers/customer:1?happened_by=2024-05-17T12:00:00", 422, "happened_by"),
        ("/v1/customers/nobody", 422, "subject"),
        ("/v1/customers/customer:%00", 422, "subject"),
        ("/v1/customers/customer:1/%00", 422, "section"),
        ("/v1/reports/unmet_demand?about=%00", 422, "about"),
        ("/v1/reports/concentration?store=a%00b", 422, "store"),
        ("/v1/customers/customer:1?now=2024-05-17T12:00:00Z", 422, "now"),
    ],
)
def test_a_bad_question_is_answered_with_the_field(client: httpx.Client, path: str, status: int, field: str) -> None:
    """And with a sentence."""
    answer = client.get(path)

    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert len(answer.json()["message"]) > len(field) + 20


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/v1/customers/customer:2", "Nothing is known of customer:2."),
        ("/v1/customers/customer:1/nonsense", "section: there is none called 'nonsense'; there are identity, profile"),
    ],
)
def test_what_there_is_not_is_said_in_a_sentence(client: httpx.Client, path: str, said: str) -> None:
    """A customer whom nobody knows, or a section that no page has."""
    answer = client.get(path)

    assert answer.status_code == 404
    assert answer.json()["message"].startswith(said)


@pytest.mark.parametrize("path", ["/v1/reports", "/v1/reports/concentration", "/v1/customers/customer:1"])
def test_it_takes_an_admin_key(shop: Door, sender: Sender, path: str) -> None:
    """The keys of web pages and of sources open nothing here."""
    for key, status in (("", 401), (sender.write, 403), (sender.read, 403)):
        with client_of(shop, key) as opened:
            assert opened.get(path).status_code == status
