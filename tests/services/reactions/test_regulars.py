"""What regulars get: a word on what they sought in vain, on a dial that fell, on their birthday, and offers."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.catalog.consent import ConsentWithdrawn
from events.catalog.identity import IdentityLinked
from events.catalog.searches import SearchPerformed
from events.catalog.staff import CoverArranged
from events.catalog.visits import PageViewed
from services.associations import keeping
from services.desk.task import Open
from services.reactions import birthday_due, dial_fell, offer_moment, searched_in_vain
from services.reactions._engine.reaction import Announce, Hold, Offer, Tell
from tests.projections.shop import NOON
from tests.services.reactions.house import DAY, House, agreed, commands, of_kind, only, signal, task

SOUGHT = SearchPerformed(query="Red  Kettle", result_count=0, store="leeds")
AWAY = CoverArranged(manager="ann", cover="bob", first_day=date(2024, 7, 1), last_day=date(2024, 7, 9))
TRADE_ORDERS = 10


@pytest.fixture(scope="module", autouse=True)
def _customers(house: House) -> None:
    """Tell of regulars and others, what they sought, and which dials they have."""
    house.staff()
    house.tell(AWAY, by="staff:ann", time=NOON - DAY)
    house.catch_up()
    house.customer("may", orders=3)
    house.customer("lia", orders=2)
    house.customer("nil", orders=5, manager="")
    house.customer("leap", birthday="1992-02-29")
    house.customer("june", agreed("birthday_card"), birthday="1980-05-20")
    house.customer("moved", agreed("birthday_card"), birthday="1980-05-20")
    house.customer("kim", agreed("profiling"), orders=TRADE_ORDERS)
    house.customer("open", orders=TRADE_ORDERS)
    house.tell(ConsentWithdrawn(purpose="birthday_card"), by="customer:moved", time=NOON - DAY)
    house.tell(IdentityLinked(identifier="visitor:may"), by="customer:may", time=NOON - DAY)
    house.tell(SOUGHT, SOUGHT, by="visitor:may", time=NOON)
    for who in ("lia", "nil"):
        house.tell(SOUGHT, by=f"customer:{who}", time=NOON)
    for who in ("kim", "open"):
        house.tell(PageViewed(page="/", store="leeds"), by=f"customer:{who}", time=NOON)
    house.policy(NOON + 30 * DAY, regular_dial="70", without_manager="eve")
    house.catch_up()
    keeping.mine(house.log, house.connection, keeping.Wanted())
    for month, day in (("2024-03-01", "2024-03-31"), ("2024-04-01", "2024-04-30")):
        house.fit(month, day)
    house.dial("customer:lia", "2024-03-01", 80)
    house.dial("customer:lia", "2024-04-01", 71, now_part=20)
    house.dial("customer:may", "2024-03-01", 90)
    house.dial("customer:may", "2024-04-01", 75, now_part=10, recent_minor=1_000)
    house.dial("customer:nil", "2024-03-01", 39)
    house.dial("customer:nil", "2024-04-01", 2)


def test_a_regular_who_searched_in_vain_is_a_task_for_their_manager(house: House) -> None:
    """Also where they were not known by name just then; the reasons are told."""
    actions = house.react(searched_in_vain.REACTION, house.raised("searched_in_vain", "visitor:may"), NOON)

    name, opened = task(actions, Open)
    assert name == "in_vain:customer:may:2024-05-17:leeds:red kettle"
    assert (opened.assignee, opened.reason, opened.store) == ("ann", "searched_in_vain", "leeds")
    assert opened.title == "May looked for 'Red Kettle' and found nothing"
    assert opened.why == (
        "A regular: 3 orders and dial 75. They looked for it in leeds, 2 times in vain since 17 May 2024."
    )
    assert opened.due_at == NOON + timedelta(hours=48)
    assert only(actions, Tell).to == "ann"
    assert only(actions, Announce).type == "search.in_vain"


def test_somebody_with_fewer_orders_is_no_regular_unless_the_house_says_so(house: House) -> None:
    """Two orders are too few; from a dial of 70 on they are enough, once the house has settled that."""
    raised = house.raised("searched_in_vain", "customer:lia")

    before = house.react(searched_in_vain.REACTION, raised, NOON)
    after = house.react(searched_in_vain.REACTION, raised, NOON + 31 * DAY)

    assert before == [Hold("no_regular", "customer:lia is no regular: 2 orders, and dial 71.")]
    assert task(after, Open)[1].subject == "customer:lia"


@pytest.mark.parametrize(
    ("who", "day", "assignee"),
    [("may", 0, "ann"), ("may", 46, "bob"), ("may", 55, "ann"), ("nil", 0, ""), ("nil", 31, "eve")],
    ids=["theirs", "who stands in", "back again", "nobody", "whom the house names"],
)
def test_who_sees_to_it(house: House, who: str, day: int, assignee: str) -> None:
    """Their manager, or who stands in on that day; without one, whom the setting names, or nobody, who is not told."""
    raised = house.raised("searched_in_vain", "visitor:may" if who == "may" else f"customer:{who}")

    actions = house.react(searched_in_vain.REACTION, raised, NOON + day * DAY)

    assert task(actions, Open)[1].assignee == assignee
    assert [told.to for told in of_kind(actions, Tell)] == [assignee] * bool(assignee)


def test_dials_that_fell_are_found_once_a_month(house: House) -> None:
    """By 15 or more, from 40 or above; the id says of which month and currency it is."""
    found = list(dial_fell.look(house.connection, NOON))
    again = list(dial_fell.look(house.connection, NOON + DAY))

    assert [(each.id, each.subject) for each in found] == [("dial_fell:2024-04:GBP:customer:may", "customer:may")]
    assert [each.id for each in again] == [each.id for each in found]


def test_a_dial_that_fell_is_a_task_with_its_reasons(house: House) -> None:
    """What moved it most, what the customer did, and how it stands now."""
    (found,) = dial_fell.look(house.connection, NOON)

    name, opened = task(house.react(dial_fell.REACTION, found, NOON), Open)

    assert name == "dial_fell:2024-04:GBP:customer:may"
    assert opened.title == "The dial of May fell from 90 to 75"
    assert opened.why.startswith("In April 2024: silent since 1 February 2024; now went from 50 to 10. 10.00 GBP of")


def test_a_dial_that_was_made_anew_since_is_let_be(house: House) -> None:
    """What the signal was raised for is not so any more."""
    other = signal("dial_fell", "customer:lia", detail={"currency": "GBP", "month": "2024-04-01"})

    assert only(house.react(dial_fell.REACTION, other, NOON), Hold).code == "dialled_anew"


@pytest.mark.parametrize(
    ("now", "found"),
    [
        (datetime(2024, 5, 12, tzinfo=UTC), []),
        (datetime(2024, 5, 13, tzinfo=UTC), ["birthday:2024:customer:june", "birthday:2024:customer:moved"]),
        (datetime(2024, 5, 20, 23, tzinfo=UTC), ["birthday:2024:customer:june", "birthday:2024:customer:moved"]),
        (datetime(2024, 5, 21, tzinfo=UTC), []),
        (datetime(2025, 2, 27, tzinfo=UTC), ["birthday:2025:customer:leap"]),
        (datetime(2028, 2, 29, tzinfo=UTC), ["birthday:2028:customer:leap"]),
        (datetime(2024, 12, 31, tzinfo=UTC), []),
    ],
    ids=["too early", "a week before", "on the day", "over", "no leap year", "a leap year", "the year's end"],
)
def test_birthdays_are_found_a_week_before_once_a_year(house: House, now: datetime, found: list[str]) -> None:
    """By the last word on when it is; whoever was born on the 29th of February is not forgotten."""
    told = birthday_due.look(house.connection, now)

    assert [each.id for each in told] == found


def test_a_birthday_is_a_task_where_they_consented(house: House) -> None:
    """It is due on the day; who took back their consent is left alone."""
    june, moved = birthday_due.look(house.connection, NOON)

    name, opened = task(house.react(birthday_due.REACTION, june, NOON), Open)
    held = house.react(birthday_due.REACTION, moved, NOON)

    assert (name, opened.title) == ("birthday:2024:customer:june", "Congratulate June on 20 May")
    assert opened.due_at == datetime(2024, 5, 21, tzinfo=UTC)
    assert held == [Hold("no_consent", "They took back their consent to be congratulated (birthday_card).")]
    assert commands(held, Open) == []


def test_a_moment_for_an_offer_publishes_the_best_with_reasons(house: House) -> None:
    """What they buy always is offered; who was offered something lately is left alone until the time is over."""
    moment = house.raised("offer_moment", "customer:kim")
    insert = "INSERT INTO reactions.offer (key, subject, made_at, document) VALUES ('k', 'customer:kim', %s, '{}')"

    offered = only(house.react(offer_moment.REACTION, moment, NOON), Offer)
    with house.connection.transaction(force_rollback=True):
        house.connection.execute(insert, [NOON])
        soon = house.react(offer_moment.REACTION, moment, NOON + timedelta(minutes=29))
        later = house.react(offer_moment.REACTION, moment, NOON + timedelta(minutes=30))

    assert (offered.subject, offered.document["store"]) == ("customer:kim", "leeds")
    assert [(each["thing"], each["reason"]) for each in offered.document["offers"]] == [("tea", "habit")]
    assert only(soon, Hold).code == "offered_lately"
    assert only(later, Offer).subject == "customer:kim"


def test_without_consent_nobody_is_offered_anything(house: House) -> None:
    """It is held back, and said why."""
    moment = house.raised("offer_moment", "customer:open")

    held = house.react(offer_moment.REACTION, moment, NOON)

    assert held == [Hold("no_consent", "They have not consented to be made personal offers (profiling).")]
