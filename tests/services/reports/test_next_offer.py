"""The next offer: when it is silent, what answers do to it, and the same evidence in the database and in memory."""

import pytest
from psycopg.rows import dict_row

from events.catalog.complaints import ComplaintRaised, ComplaintReopened, ComplaintResolved
from events.catalog.consent import ConsentGiven, ConsentWithdrawn, ErasureRequested
from events.catalog.customers import CustomerRegistered, NeedStated, PreferenceStated
from events.catalog.offers import OfferRefused, OfferShown, OfferTaken
from events.event import Event
from services.associations import keeping
from services.associations.choosing import evidence_of
from services.associations.orders import Orders
from services.associations.remembering import Memory
from services.installation import Connection
from services.reports.next_offer import NEXT_OFFER
from services.reports.next_offer_evidence import EVIDENCE
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told
from tests.services.reports.offering import AGREED, DAY, NOW, cases, offered, order, things, trade


def test_three_offers_with_their_reasons(shop: Shop) -> None:
    """Her tea by habit, the pot that goes with it, and what sold last; by any identifier of hers."""
    shop.link("customer:ann", "card:1")

    answer = offered(shop, AGREED)

    assert things(answer) == [("t", "habit"), ("p", "bought_together"), ("k", "popular")]
    assert [offer["words"] for offer in answer.tables["offers"]] == [
        "5 of their 5 orders held it, about every 20 days; the last one was 20 days ago.",
        "Of those who bought The t, as they did, 89 % bought this, too.",
        "In 1 of 2 orders of the last 30 days.",
    ]
    assert answer.figures["silent"] is None
    assert things(told(shop.connection, NEXT_OFFER, about="card:1", now=NOW)) == things(answer)


def test_nothing_is_more_than_certain(shop: Shop) -> None:
    """What speaks for a product is added up: where everybody buys nothing else, that is more than one in one."""
    for number in range(5):
        shop.tell(order("t"), by="customer:ann", time=NOW - (number + 1) * DAY)
    shop.tell(AGREED, by="customer:ann", time=NOW)
    connection = shop.catch_up()
    keeping.mine(shop.log, connection, keeping.Wanted())

    (tea,) = told(connection, NEXT_OFFER, about="customer:ann", now=NOW + 7 * DAY).tables["offers"]

    assert tea["chance_share"] == 1.0


XYZ = [OfferRefused(offer="o", kind="product", product=letter) for letter in "xyz"]
RAISED, RESOLVED = ComplaintRaised(complaint="c"), ComplaintResolved(complaint="c")
SILENT: list[tuple[tuple[Event, ...], str | None]] = [
    ((), "consent_missing"),
    ((ConsentGiven(purpose="newsletter"),), "consent_missing"),
    ((AGREED, ConsentWithdrawn(purpose="profiling")), "consent_withdrawn"),
    ((ConsentWithdrawn(purpose="profiling"), AGREED), None),
    ((ConsentGiven(purpose="profiling", channel="email"), ConsentWithdrawn(purpose="profiling")), "consent_withdrawn"),
    ((AGREED, ConsentWithdrawn(purpose="profiling", channel="email")), None),
    ((AGREED, ErasureRequested()), "consent_withdrawn"),
    ((AGREED, RAISED), "complaint_open"),
    ((AGREED, RAISED, RESOLVED), None),
    ((AGREED, RAISED, RESOLVED, ComplaintReopened(complaint="c")), "complaint_open"),
    ((AGREED, *XYZ), "refused_lately"),
    ((AGREED, *XYZ[:2]), None),
    ((AGREED, *XYZ, OfferTaken(offer="o", kind="product", product="w")), None),
]


def test_it_is_silent_and_says_why(shop: Shop) -> None:
    """Without consent, while a complaint is open, and after three refusals."""
    for said, silent, answer in cases(shop, [(said, 1, silent) for said, silent in SILENT]):
        assert (said, answer.figures["silent"]) == (said, silent)
        assert (things(answer) == []) == (silent is not None)


def test_nothing_is_offered_before_anything_was_mined(shop: Shop) -> None:
    """It says what to run."""
    shop.tell(order("t"), AGREED, by="customer:ann")

    figures = told(shop.catch_up(), NEXT_OFFER, about="customer:ann").figures

    assert figures["silent"] == "not_mined"
    assert "regulars associations mine" in figures["words"]


SHOWN = OfferShown(offer="o", kind="product", product="p")
REFUSED = OfferRefused(offer="o", kind="product", product="p")
TAKEN = OfferTaken(offer="o", kind="product", product="p")


ANSWERED: list[tuple[tuple[Event, ...], float, bool]] = [
    ((REFUSED,), 89, False),
    ((REFUSED,), 90, True),
    ((TAKEN,), 6, False),
    ((TAKEN,), 7, True),
    ((SHOWN, SHOWN), 1, True),
    ((SHOWN, SHOWN, SHOWN), 29, False),
    ((SHOWN, SHOWN, SHOWN), 30, True),
    ((SHOWN, SHOWN, SHOWN, TAKEN), 29, True),
]


def test_answers_flow_back(shop: Shop) -> None:
    """What was refused rests for 90 days, what was shown three times in vain for 30, what was taken for 7."""
    told_of = [((AGREED, *said), days_ago + 0.001, again) for said, days_ago, again in ANSWERED]

    for said, again, answer in cases(shop, told_of):
        assert (said, "p" in dict(things(answer))) == (said, again)


def test_each_refusal_halves_a_chance(shop: Shop) -> None:
    """After its rest the pot stands behind what is merely popular."""
    trade(shop)

    answer = offered(shop, AGREED, REFUSED, REFUSED, REFUSED, REFUSED, days=5)

    assert [thing for thing, _ in things(answer)] == ["t", "k", "p"]


def likes(about: str, topic: str = "drinks") -> PreferenceStated:
    """Return that somebody likes something."""
    return PreferenceStated(topic=topic, stance="likes", about=about)


DISLIKES = PreferenceStated(topic="drinks", stance="dislikes", about="the p")
STATED: list[tuple[tuple[Event, ...], str]] = [
    ((likes("The K"),), "t habit, p bought_together, k stated"),
    ((DISLIKES,), "t habit, k popular"),
    ((DISLIKES, likes("the p")), "t habit, p stated, k popular"),
    ((NeedStated(need="the_k"),), "t habit, p bought_together, k stated"),
    ((likes("k", "table"),), "t habit, p bought_together, k popular"),
]


def test_what_they_said_weighs(shop: Shop) -> None:
    """What is disliked is not offered, what is liked is marked; the last word counts, and whole words only."""
    for said, expected, answer in cases(shop, [((AGREED, *said), 1, expected) for said, expected in STATED]):
        assert (said, ", ".join(map(" ".join, things(answer)))) == (said, expected)


def test_what_they_like_has_a_place(shop: Shop) -> None:
    """Also where three others are likelier."""
    for number in range(30):
        shop.tell(order("tpz"), by=f"customer:more-{number}", time=NOON + 80 * DAY)

    assert things(offered(shop, AGREED))[2] != ("k", "popular")
    shop.tell(likes("The K"), by="customer:ann", time=NOON + 99 * DAY)
    assert things(told(shop.catch_up(), NEXT_OFFER, about="customer:ann", now=NOW))[2] == ("k", "stated")


BIRTHDAYS = {
    "1980-08-25": "is today",
    "08-26": "is tomorrow",
    "1980-09-08": "is in 14 days",
    "1980-09-09": None,
    "1980-02-30": None,
    "soon": None,
}


def test_a_birthday_is_a_gesture(shop: Shop) -> None:
    """Within two weeks, where they consented to that, too; what is no day is none."""
    assert NOW.date().isoformat() == "2024-08-25"
    agreed = (AGREED, ConsentGiven(purpose="birthday_card"))
    told_of = [((CustomerRegistered(birthday=day), *agreed), 1, when) for day, when in BIRTHDAYS.items()]

    for _, when, answer in cases(shop, told_of):
        first = answer.tables["offers"][0]
        assert (first["thing"] == "birthday") == (when is not None)
        assert when is None or first["words"] == f"Their birthday {when}."


def test_a_gesture_takes_consent_and_comes_once_a_year(shop: Shop) -> None:
    """Who was sent a word already, or never agreed to one, is not."""
    said = [CustomerRegistered(birthday="08-26"), AGREED]
    assert "birthday" not in dict(things(offered(shop, *said)))

    shop.tell(ConsentGiven(purpose="birthday_card"), by="customer:ann", time=NOON + 99 * DAY)
    assert things(told(shop.catch_up(), NEXT_OFFER, about="customer:ann", now=NOW))[0][0] == "birthday"

    shop.tell(OfferShown(offer="birthday", kind="gesture"), by="customer:ann", time=NOON + 99 * DAY)
    assert "birthday" not in dict(things(told(shop.catch_up(), NEXT_OFFER, about="customer:ann", now=NOW)))


def test_what_became_of_offers(shop: Shop) -> None:
    """By what spoke for them last; two of hers are one person's."""
    shown = [OfferShown(offer=f"o-{letter}", kind="product", product=letter, reason="habit") for letter in "abc"]
    shop.tell(*shown, OfferTaken(offer="o-a", kind="product", product="a"), by="customer:1")
    shop.tell(OfferRefused(offer="o-b", kind="product", product="b"), by="card:1")
    shop.link("customer:1", "card:1")

    answer = told(shop.catch_up(), NEXT_OFFER)

    (row,) = answer.tables["answers"]
    assert [row[name] for name in ("reason", "things", "customers", "shown", "taken", "refused")] == [
        *("habit", 3, 1, 3, 1, 1)
    ]
    assert (row["taken_share"], row["refused_share"]) == pytest.approx((1 / 3, 1 / 3))
    assert answer.figures["offered_things"] == 3


def test_the_evaluation_sees_what_the_offer_sees(mined_retail: Connection, mined_orders: Orders) -> None:
    """For one in forty real customers the evidence for each product is the same in the database and in memory."""
    memory = Memory(mined_orders, NOW)
    sample = [place for place, buyer in enumerate(mined_orders.buyers) if buyer.startswith("customer:")][::40]
    assert len(sample) > 50

    for place in sample:
        customer = memory.customer(place)
        with mined_retail.cursor(row_factory=dict_row) as cursor:
            asked = {"subject": mined_orders.buyers[place], "now": NOW}
            (row,) = cursor.execute(EVIDENCE, asked).fetchall()
        found = [evidence_of(candidate) for candidate in row["candidates"]]
        expected = memory.evidence(customer)
        assert found == [expected[product] for product in sorted(expected)]
        assert row["history"] == len(memory.history(customer))
        assert row["recent_orders"] == memory.market.recent_orders
        assert row["orders"] >= customer.orders
