"""The report of the volume dial, one person's dials, and their section of the page: dials in words."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from projections._engine.as_of import HappenedBy
from services.dial.fitting import Months, fill_dials
from services.installation import Connection
from services.reports.asking import Asked, LookBack, ask
from services.reports.customer import DIALS, page
from services.reports.dial import DIAL
from services.reports.report import Answer
from tests.projections.shop import Shop
from tests.services.dial.buying import FIRST, buy, crowd, noon
from tests.services.reports.asked import told

LAST = date(2024, 5, 20)
CLOCK = datetime(2024, 5, 20, 23, tzinfo=UTC)
SPEND = "SELECT sum(expected_12_minor)::bigint FROM projection.dial WHERE month = %s AND currency = 'GBP'"


@pytest.fixture
def dialled(shop: Shop) -> Shop:
    """Return a shop of a crowd, of one who is silent since March, and of one who begins to order much in May."""
    crowd(shop)
    buy(shop, "customer:silent", 0, 2, 4, 6, 8, minor=20_000, store="leeds")
    buy(shop, "customer:loud", 5, minor=100)
    buy(shop, "customer:loud", 62, 66, 70, minor=90_000)
    shop.link("customer:loud", "visitor:loud")
    fill_dials(shop.catch_up(), shop.log, shop.connect, Months(LAST))
    return shop


def answered(shop: Shop, **asked: Any) -> Answer:  # noqa: ANN401 - what a report is asked
    """Return the report by the end of the last day."""
    return told(shop.connection, DIAL, **{"now": CLOCK, **asked})


def test_the_loudest_first_with_parts_and_reasons(dialled: Shop) -> None:
    """The dial, its parts, and why in words; totals are the sums over everybody."""
    answer = answered(dialled, limit=3)

    first = answer.tables["loudest"][0]
    spend = dialled.connection.execute(SPEND, [date(2024, 5, 1)]).fetchone()
    assert (first["person"], len(answer.tables["loudest"])) == ("customer:loud", 3)
    assert first["dial"] >= max(row["dial"] for row in answer.tables["loudest"])
    assert first["why"].startswith("2,5")
    assert "GBP of the spend still counts; new, the first order was 71 days ago, " in first["why"]
    assert "likely to be a customer still." in first["why"]
    assert (answer.figures["customers"], answer.figures["month"]) == (14, date(2024, 5, 1))
    assert (answer.figures["expected_12_minor"],) == spend
    assert 0 <= answer.figures["leaving_share"] < 1
    assert answer.figures["weights"] == "now 40, heading 20, potential 40"


def test_the_distribution_holds_everybody_once(dialled: Shop) -> None:
    """Bands of ten, the loudest first; together they are all customers and all that is expected."""
    answer = answered(dialled)

    bands = answer.tables["distribution"]
    assert [row["dial_from"] for row in bands] == sorted((row["dial_from"] for row in bands), reverse=True)
    assert sum(row["customers"] for row in bands) == 14
    assert sum(row["expected_12_minor"] for row in bands) == answer.figures["expected_12_minor"]


def test_who_moved_and_why(dialled: Shop) -> None:
    """Who began to order rose, who is silent fell; the part that moved the dial most is named with both values."""
    answer = answered(dialled)

    up, down = answer.tables["up"][0], {row["person"]: row for row in answer.tables["down"]}
    assert (up["person"], up["moved"]) == ("customer:loud", up["dial"] - up["dial_before"])
    assert up["moved"] > 30
    assert up["why"].startswith("ordered on 3 more days, last on 14 May 2024; now went from ")
    assert down["customer:silent"]["why"].startswith("silent since 13 March 2024; ")
    assert all(row["moved"] < 0 for row in down.values())
    assert answer.figures["rose"] >= 1


def test_a_store_has_the_customers_who_order_there_most(dialled: Shop) -> None:
    """Narrowed to it there is nobody else; the table of stores has each."""
    stores = {row["store"]: row["customers"] for row in answered(dialled).tables["stores"]}

    leeds = answered(dialled, store="leeds")

    assert stores == {"web": 13, "leeds": 1}
    assert [row["person"] for row in leeds.tables["loudest"]] == ["customer:silent"]
    assert leeds.figures["customers"] == 1


def test_the_month_of_the_clock_or_of_the_periods_end(dialled: Shop) -> None:
    """A month counts once its last day has come; before the first one there is nothing."""
    by_end = answered(dialled, end=date(2024, 4, 30))
    by_clock = answered(dialled, now=noon(date(2024, 5, 19)))
    nothing = answered(dialled, now=noon(date(2024, 3, 30)))

    assert by_end == by_clock
    assert by_end.figures["day"] == date(2024, 4, 30)
    assert (nothing.figures, nothing.tables) == ({"customers": 0}, {})


@pytest.mark.parametrize("identifier", ["customer:loud", "visitor:loud"])
def test_one_persons_dials_by_any_identifier(dialled: Shop, identifier: str) -> None:
    """Every part with its weight and reason, and each month; weights and values make the dial."""
    answer = answered(dialled, about=identifier)

    parts = answer.tables["parts"]
    assert [row["part"] for row in parts] == ["now", "heading", "potential"]
    assert (sum(row["value"] * row["weight"] for row in parts) + 50) // 100 == answer.figures["dial"]
    assert parts[0]["reason"].endswith(
        "GBP of the spend still counts, half as much for every 90 days that it is old:"
        " more than 96 of 100 customers have."
    )
    assert [row["month"] for row in answer.tables["months"]] == [date(2024, month, 1) for month in (5, 4, 3)]


def test_the_section_of_the_page_says_the_same(dialled: Shop) -> None:
    """A currency each; a person who never ordered has none."""
    (shown,) = page(dialled.connection, "visitor:loud", CLOCK, [DIALS])["dial"]
    before = page(dialled.connection, "visitor:loud", noon(date(2024, 5, 1)), [DIALS])["dial"]

    answer = answered(dialled, about="customer:loud")
    assert (shown["parts"], shown["history"]) == (answer.tables["parts"], answer.tables["months"])
    assert (shown["currency"], shown["dial"]) == ("GBP", answer.figures["dial"])
    assert [len(each["history"]) for each in before] == [2]
    assert page(dialled.connection, "customer:nobody", CLOCK, [DIALS]) == {"dial": []}


def test_words_for_who_is_silent_and_for_what_was_sent_back(shop: Shop) -> None:
    """A direction is told by its figure: silent, falling, steady, rising; new is who came less than 90 days ago."""
    crowd(shop)
    for number, days in enumerate([(0,), (0, 50), (0, 45, 90, 135, 180), (0, 150, 170, 180)]):
        buy(shop, f"customer:{number}", *days)
    day = FIRST + timedelta(days=185)
    fill_dials(shop.catch_up(), shop.log, shop.connect, Months(day))

    def heading(person: str) -> str:
        reasons = {row["part"]: row["reason"] for row in answered(shop, now=noon(day), about=person).tables["parts"]}
        return str(reasons["heading"]).partition(",")[0]

    assert [heading(f"customer:{number}") for number in range(4)] == ["falling", "falling", "steady", "rising"]


def test_before_any_dial_there_is_advice(shop: Shop) -> None:
    """The headline says which command makes them."""
    crowd(shop)
    answer = ask(shop.catch_up(), DIAL, Asked(now=CLOCK))

    assert answer.headline == "There is no dial by then yet: 'regulars dial fit' makes them."


def test_headlines(dialled: Shop) -> None:
    """What is expected, of how many, and how many moved; of a person, their dial."""

    def headline(connection: Connection, about: str | None = None) -> str:
        return ask(connection, DIAL, Asked(now=CLOCK, about=about)).headline

    whole, one = headline(dialled.connection), headline(dialled.connection, "customer:loud")

    assert whole.startswith("Of 14 customers, ")
    assert " GBP are expected in the next 12 months; " in whole
    assert one.startswith("customer:loud has a dial of ")


def test_the_past_has_the_dials_that_were_made_for_it(dialled: Shop) -> None:
    """Asked as of the end of April, the report shows April."""
    back = LookBack(HappenedBy(noon(date(2024, 4, 30))), dialled.log, dialled.connect)

    past = ask(dialled.connection, DIAL, Asked(), back).answer

    assert past.figures["day"] == date(2024, 4, 30)
    assert past == answered(dialled, end=date(2024, 4, 30))
