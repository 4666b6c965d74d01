"""What comes after a complaint: gestures, ratings, what is at risk; and the complaints on a customer's page."""

import pytest

from events.catalog.complaints import ComplaintRaised, GestureOffered, SatisfactionRated
from events.catalog.offers import OfferRefused, OfferTaken
from services.installation import Connection
from services.reports.asking import Asked, ask
from services.reports.complaints import COMPLAINTS
from services.reports.customer import SECTIONS, page
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told
from tests.services.reports.complaints_told import DAYS, HOUR, NOW, complain, publish, spend


def test_gestures_and_how_content_people_were(shop: Shop) -> None:
    """What they cost in one currency; accepted where an offer that names the complaint says so; the last rating."""
    for name, kind, minor, currency in (
        ("a", "voucher", 500, "GBP"),
        ("b", "voucher", 700, "EUR"),
        ("c", "card", 0, ""),
    ):
        complain(shop, name, replied=1, resolved=2)
        gesture = GestureOffered(complaint=name, kind=kind, amount_minor=minor, currency=currency)
        shop.tell(gesture, time=NOON + HOUR)
    complain(shop, "plain", replied=30)
    shop.tell(OfferTaken(offer="a", kind="gesture"), time=NOON + 3 * HOUR)
    shop.tell(OfferRefused(offer="b", kind="gesture"), time=NOON + 3 * HOUR)
    for name, rating in (("a", 1), ("a", 5), ("b", 4), ("plain", 2)):
        shop.tell(SatisfactionRated(complaint=name, rating=rating), time=NOON + 50 * HOUR)

    answer = told(shop.catch_up(), COMPLAINTS, now=NOW, currency="GBP")

    names = ("kind", "offered", "cost_minor", "accepted", "refused", "accepted_share")
    assert [tuple(row[name] for name in names) for row in answer.tables["gestures"]] == [
        ("voucher", 2, 500, 1, 1, 0.5),
        ("card", 1, 0, 0, 0, None),
    ]
    rated = {
        row["group"]: (row["rated"], row["mean_rating"], row["satisfied_share"])
        for row in answer.tables["satisfaction"]
    }
    assert rated["all"] == (3, 11 / 3, 2 / 3)
    assert rated["with_gesture"] == (2, 4.5, 1)
    assert rated["reply_broken"] == rated["without_gesture"] == (1, 2, 0)
    assert rated["reopened"] == (0, None, None)


def test_revenue_at_risk_is_of_those_who_wait_or_were_let_down(shop: Shop) -> None:
    """Of the last 365 days, whatever identifier they bought with; both assumptions are the house's to set."""
    for number, minor in enumerate((1000, 2000, 4000, 8000, 500), start=1):
        spend(shop, minor, f"customer:{number}")
    spend(shop, 100, "card:1", NOW - 364 * DAYS)
    spend(shop, 7, "card:2", NOW - 365 * DAYS)
    for card in ("card:1", "card:2"):
        shop.link("customer:1", card)
    complain(shop, "open", by="customer:1", replied=1)
    complain(shop, "late", by="customer:2", replied=25, resolved=26)
    complain(shop, "well", by="customer:3", replied=1, resolved=2)
    complain(shop, "rated-badly", by="customer:4", replied=1, resolved=2)
    shop.tell(SatisfactionRated(complaint="rated-badly", rating=2), by="customer:4", time=NOON + 3 * HOUR)
    shop.tell(ComplaintRaised(complaint="young"), by="customer:5", time=NOW - HOUR)
    connection = shop.catch_up()

    figures = told(connection, COMPLAINTS, now=NOW).figures
    assert (figures["persons_at_risk"], figures["spent_by_them_minor"]) == (4, 1100 + 2000 + 8000 + 500)
    assert (figures["revenue_at_risk_minor"], figures["people_told"]) == (1624, 36)
    publish(shop, NOON, policy="complaint_cost", brand_switch_percent="12.5", people_told="5", people="1")
    answer = told(shop.catch_up(), COMPLAINTS, now=NOW)
    assert (answer.figures["revenue_at_risk_minor"], answer.figures["people_told"]) == (1450, 20)
    assert [row["problem"] for row in answer.tables["problems"]] == [
        "people: is no setting of what complaints cost; those are brand_switch_percent, people_told."
    ]


def test_a_late_resolution_is_bad_where_one_was_promised(shop: Shop) -> None:
    """Where only a reply was promised, who got it in time was not let down."""
    publish(shop, NOON - DAYS, hours="24")
    publish(shop, NOON - DAYS, policy="complaint_promise.leeds", hours="24", resolution_hours="29")
    for by, store in (("customer:1", "web"), ("customer:2", "leeds")):
        complain(shop, by, by=by, store=store, replied=1, resolved=30)
    connection = shop.catch_up()

    counts = [told(connection, COMPLAINTS, now=NOW, store=store).figures for store in ("web", "leeds")]

    assert [figures["resolution_broken"] for figures in counts] == [1, 1]
    assert [figures["persons_at_risk"] for figures in counts] == [0, 1]


def test_the_headline(shop: Shop) -> None:
    """It says how many, how well the promise was kept, and what stands at stake."""
    spend(shop, 10_000, "customer:1")
    complain(shop, "late", replied=30, resolved=40)
    complain(shop, "well", by="customer:2", replied=1, resolved=2)

    said = ask(shop.catch_up(), COMPLAINTS, Asked(now=NOW)).headline

    assert said == "2 complaints, 50 % answered within the promise; 0 open; 14.00 GBP of a year's revenue at risk."


@pytest.fixture
def known(shop: Shop) -> Connection:
    """Return a shop with somebody who complained twice, once with a card."""
    publish(shop, NOON - DAYS, hours="8", resolution_hours="20")
    complain(shop, "first", by="card:1", cause="late", replied=9, waiting=10)
    complain(shop, "of somebody else", by="customer:2")
    shop.tell(ComplaintRaised(complaint="second"), time=NOON + 5 * DAYS)
    shop.tell(GestureOffered(complaint="second", kind="card"), time=NOON + 5 * DAYS)
    shop.link("customer:1", "card:1")
    return shop.catch_up()


def test_a_customers_complaints_on_their_page(known: Connection) -> None:
    """The latest first, whichever identifier is asked for; without a due time while we wait for them."""
    section = next(each for each in SECTIONS if each.name == "complaints")

    second, first = page(known, "card:1", NOON + 5 * DAYS + 6 * HOUR, [section])["complaints"]

    assert page(known, "customer:1", NOON - HOUR, [section])["complaints"] == []
    assert (second["complaint"], second["reply_promise"], second["reply_due"]) == (
        "second",
        "running",
        NOON + 5 * DAYS + 8 * HOUR,
    )
    assert second["gestures"] == [{"kind": "card", "amount_minor": 0, "currency": ""}]
    assert {name: first[name] for name in first if name.startswith(("reply", "resolution"))} == {
        "reply_promise": "broken",
        "reply_due": NOON + 8 * HOUR,
        "reply_done": NOON + 9 * HOUR,
        "reply_hours": 9,
        "resolution_promise": "running",
        "resolution_due": None,
        "resolution_done": None,
        "resolution_hours": 126,
    }
    assert (first["open"], first["waiting_for_customer"]) == (True, True)
