"""One store against the whole: counted by hand."""

import msgspec
import pytest

from events.catalog.complaints import ComplaintRaised, ComplaintReplied
from events.catalog.fulfilment import ReturnAccepted
from events.catalog.operations import PolicyPublished
from events.catalog.orders import OrderCancelled, OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from services.installation import Connection
from services.reports.asking import Asked, ask
from services.reports.complaints import COMPLAINTS
from services.reports.store import STORE
from tests.projections.shop import NOON, Shop, at
from tests.services.reports.asked import told

NOW = at("12:01")


def placed(order: str, total_minor: int, store: str, *products: str) -> OrderPlaced:
    """Return an order of one piece each."""
    lines = tuple(OrderLine(product=product, quantity=1, unit_price_minor=1) for product in products or ("kettle",))
    return OrderPlaced(order=order, currency="GBP", lines=lines, total_minor=total_minor, store=store)


def search(query: str, found: int, store: str) -> SearchPerformed:
    """Return a search."""
    return SearchPerformed(query=query, result_count=found, store=store)


@pytest.fixture
def two_stores(shop: Shop) -> Connection:
    """Return a shop with a store on the web and one in Leeds, which have a customer in common."""
    shop.tell(*(placed(f"a-{number}", 100, "leeds") for number in range(3)), placed("a-w", 100, "web"), by="customer:1")
    shop.tell(ReturnAccepted(order="a-0", currency="GBP", amount_minor=60, store="leeds"), by="customer:1")
    shop.tell(placed("b", 50, "leeds"), by="visitor:b")
    shop.link("customer:2", "visitor:b")
    shop.tell(placed("c", 500, "web"), by="customer:3")
    shop.tell(
        msgspec.structs.replace(placed("d", 7, "leeds"), currency="EUR"),
        OrderCancelled(order="d", currency="EUR", total_minor=7, store="leeds"),
        by="order:d",
    )
    shop.tell(*[search("umbrella", 0, "leeds")] * 3, search("kettle", 2, "leeds"), by="customer:1")
    shop.tell(search("umbrella", 0, "web"), *[search("umbrella", 5, "web")] * 2, *[search("cup", 9, "web")] * 5)
    shop.tell(search("tea", 0, "web"), search("tea", 0, "leeds"), by="visitor:b")
    for case in ("a", "b", "c"):
        shop.tell(ComplaintRaised(complaint=case, text="Cold.", store="leeds"), time=at("01:00", -2))
    shop.tell(ComplaintReplied(complaint="a", text="Sorry."), time=at("01:00", -1))
    shop.tell(ComplaintReplied(complaint="b", text="Sorry."), time=at("01:01", -1))
    shop.tell(ComplaintRaised(complaint="young", text="Cold.", store="leeds"), by="customer:2", time=at("11:00"))
    return shop.catch_up()


def test_a_store_beside_the_whole(two_stores: Connection) -> None:
    """Orders of anybody, customers who are known, what came back, what was complained of; each beside all stores."""
    figures = told(two_stores, STORE, store="leeds", now=NOW).figures

    assert figures == {
        "stores": 2,
        "orders": 5,
        "orders_share": 5 / 7,
        "net_minor": 290,
        "revenue_share": 290 / 890,
        "customers": 2,
        "regulars": 1,
        "regulars_revenue_share": 240 / 290,
        "only_here_share": 1 / 2,
        "returns": 1,
        "returned_share": 60 / 350,
        "searches": 5,
        "in_vain_share": 4 / 5,
        "complaints": 4,
        "complaints_per_100_orders": 80.0,
        "kept_share": 1 / 3,
        "whole_orders": 7,
        "whole_orders_share": 1.0,
        "whole_net_minor": 890,
        "whole_revenue_share": 1.0,
        "whole_customers": 3,
        "whole_regulars": 1,
        "whole_regulars_revenue_share": 340 / 890,
        "whole_only_here_share": 2 / 3,
        "whole_returns": 1,
        "whole_returned_share": 60 / 950,
        "whole_searches": 14,
        "whole_in_vain_share": 6 / 14,
        "whole_complaints": 4,
        "whole_complaints_per_100_orders": 400 / 7,
        "whole_kept_share": 1 / 3,
    }


def test_its_regulars_and_how_much_of_what_they_spend_is_spent_there(two_stores: Connection) -> None:
    """Who brings most there comes first; whoever ordered in other stores only is none of its customers."""
    answer = told(two_stores, STORE, store="leeds", now=NOW)

    names = ("person", "orders", "net_minor", "everywhere_minor", "here_share")
    assert [tuple(row[name] for name in names) for row in answer.tables["regulars"]] == [
        ("customer:1", 3, 240, 400, 0.75),
        ("customer:2", 1, 50, 50, 1.0),
    ]


def test_its_wishes_are_those_that_are_rarer_elsewhere(two_stores: Connection) -> None:
    """Three of five searches here against one of nine elsewhere, where two more found it; tea is sought as often."""
    answer = told(two_stores, STORE, store="leeds", now=NOW)

    umbrella, tea = answer.tables["wishes"]
    assert (umbrella["query"], umbrella["without_result"], umbrella["askers"]) == ("umbrella", 3, 1)
    assert umbrella["of_searches_share"] == pytest.approx(3 / 5)
    assert umbrella["index"] == pytest.approx((3 / 5) / (1 / 9))
    assert umbrella["excess"] == pytest.approx(3 - 5 / 9)
    assert (umbrella["elsewhere_without_result"], umbrella["elsewhere_found"]) == (1, 2)
    assert (tea["query"], tea["excess"]) == ("tea", pytest.approx(1 - 5 / 9))
    assert told(two_stores, STORE, store="web", now=NOW).tables["wishes"] == []


@pytest.mark.usefixtures("two_stores")
def test_a_store_keeps_its_own_promise(shop: Shop) -> None:
    """With two days to reply both replies come in time, and the third is late; the report of complaints says so too."""
    promised = PolicyPublished(policy="complaint_promise.leeds", version="1", content={"hours": "48"})
    shop.tell(promised, by="policy:complaint_promise.leeds", time=at("00:00", -3))
    connection = shop.catch_up()

    figures = told(connection, STORE, store="leeds", now=NOW).figures

    assert figures["kept_share"] == pytest.approx(2 / 3)
    assert told(connection, COMPLAINTS, store="leeds", now=NOW).figures["reply_kept_share"] == figures["kept_share"]


def test_all_stores_side_by_side(two_stores: Connection) -> None:
    """Without a store each has a row, the one that brings most first; what is of one store is empty."""
    answer = told(two_stores, STORE, now=NOW)

    assert [(row["store"], row["net_minor"], row["complaints"]) for row in answer.tables["stores"]] == [
        ("web", 600, 0),
        ("leeds", 290, 4),
    ]
    assert (answer.figures["stores"], answer.figures["net_minor"], answer.figures["only_here_share"]) == (2, 890, 2 / 3)
    assert [name for name, rows in answer.tables.items() if rows] == ["stores"]


def test_the_headline(two_stores: Connection) -> None:
    """Of one store, of all, and of one where nothing was sold."""
    said = [ask(two_stores, STORE, Asked(now=NOW, store=store)).headline for store in ("leeds", None, "nowhere")]

    assert said == [
        (
            "“leeds” brings 2.90 GBP, 33 % of all, from 2 customers, 1 of them regulars; “umbrella” is sought there in"
            " vain; 80.0 complaints come with 100 orders, 57.1 in all stores."
        ),
        "Of 2 stores “web” brings most, 67 % of 8.90 GBP.",
        "Nothing was ordered in the store “nowhere”.",
    ]


def test_the_headline_of_an_only_store(shop: Shop) -> None:
    """It is the whole, so it says what there is."""
    shop.tell(placed("a", 150, "web"), ComplaintRaised(complaint="c", text="Cold.", store="web"))

    assert ask(shop.catch_up(), STORE, Asked()).headline == (
        "There is one store, “web”: it brings 1.50 GBP, from 1 customer, 0 of them regulars; 100.0 complaints come with"
        " 100 orders."
    )


def test_a_period_narrows_everything_by_its_day(two_stores: Connection) -> None:
    """Complaints by the day on which they were opened; what people bought before that is none of the period."""
    day = NOON.date()

    figures = told(two_stores, STORE, store="leeds", begin=day, now=NOW).figures
    before = told(two_stores, STORE, store="leeds", end=at("00:00", -1).date(), now=NOW)

    assert (figures["orders"], figures["complaints"], figures["kept_share"]) == (5, 1, None)
    assert (before.figures["orders"], before.figures["complaints"]) == (0, 3)
    assert not any(before.tables[name] for name in ("regulars", "wishes", "pairs"))


def test_a_pair_of_its_customers_against_everybodys(shop: Shop) -> None:
    """Here five of eight bought both, twice as many as by chance; with everybody's it is less. Charges are no goods."""
    for number in range(5):
        shop.tell(placed(f"o-{number}", 1, "leeds", "cup", "tea"), by=f"customer:{number}")
    for number in range(5, 10):
        shop.tell(placed(f"o-{number}", 1, "leeds", "pan"), by=f"customer:{number}")
    for number in range(10, 16):
        shop.tell(placed(f"o-{number}", 1, "web", "cup" if number % 2 else "tea"), by=f"customer:{number}")

    (pair,) = told(shop.catch_up(), STORE, store="leeds").tables["pairs"]

    assert (pair["product"], pair["other"], pair["both_customers"], pair["customers"]) == ("cup", "tea", 5, 10)
    assert pair["lift"] == pytest.approx(5 * 10 / (5 * 5))
    assert pair["whole_lift"] == pytest.approx(5 * 16 / (8 * 8))
    assert pair["lift_ratio"] == pytest.approx(2 / 1.25)
