"""Contact plans: every way that a planned contact can go, counted by hand."""

from datetime import UTC, date, datetime, timedelta

import pytest

from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from events.catalog.customers import ManagerAssigned
from events.catalog.operations import PolicyPublished
from services.reports.contact_plan import CONTACT_PLAN, USUAL, Limit, limit_of
from services.reports.customer import CONTACT_PLAN as SECTION
from services.reports.customer import page
from services.reports.report import BadQuestion, Question
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told
from tests.services.reports.test_concentration import placed

DAY = timedelta(days=1)
TODAY = NOON.date()
# In how many days a contact is due, in how many it is made, whether it was left out before, and how it stands today.
WAYS: tuple[tuple[int, int | None, bool, str], ...] = (
    (-5, -6, False, "kept"),
    (-5, -5, False, "kept"),
    (-5, -4, False, "late"),
    (-5, None, True, "skipped"),
    (-5, -4, True, "late"),
    (-1, None, False, "missed"),
    (-5, 1, False, "missed"),
    (0, None, False, "due"),
    (14, None, False, "due"),
    (15, None, False, "to_come"),
    (15, -1, False, "kept"),
)
STATES = ("planned", "kept", "late", "missed", "skipped", "due", "to_come", "unplanned")


def plans(shop: Shop, contact: str, due_on: date, *, by: str = "customer:1", manager: str = "ann") -> None:
    """Tell that a contact is planned, long before."""
    planned = ContactPlanned(plan="2024", contact=contact, due_on=due_on, purpose="hello", channel="phone", by=manager)
    shop.tell(planned, by=by, time=NOON - 300 * DAY)


def makes(shop: Shop, contact: str, at: datetime, *, by: str = "customer:1", plan: str = "2024") -> None:
    """Tell that a contact was made, by Ann."""
    shop.tell(ContactMade(contact=contact, plan=plan, by="ann", channel="phone"), by=by, time=at)


def test_how_a_planned_contact_stands(shop: Shop) -> None:
    """By the clock, and by whole days; what was left out and made after all was made, what comes later is not seen."""
    for number, (due_in_days, made_in_days, skipped, _) in enumerate(WAYS):
        customer = f"customer:{number:02}"
        plans(shop, "k", TODAY + due_in_days * DAY, by=customer)
        if skipped:
            left_out = ContactSkipped(plan="2024", contact="k", reason="not_reached")
            shop.tell(left_out, by=customer, time=NOON - 5 * DAY)
        if made_in_days is not None:
            makes(shop, "k", NOON + made_in_days * DAY, by=customer)

    figures, tables = told(shop.catch_up(), CONTACT_PLAN, now=NOON, limit=len(WAYS))

    found = {row["person"]: {name for name in STATES if row[name]} for row in tables["customers"]}
    assert found == {f"customer:{number:02}": {"planned", way[-1]} for number, way in enumerate(WAYS)}
    assert (figures["planned"], figures["kept"], figures["late"]) == (11, 3, 2)
    assert (figures["fell_due"], figures["kept_share"]) == (7, pytest.approx(2 / 7))


def test_a_plan_by_manager_and_customer(shop: Shop) -> None:
    """A contact is of who planned it, an unplanned one of who made it, else of who looks after the customer."""
    for number, days in enumerate((-9, -8, -7)):
        plans(shop, f"k-{number}", TODAY + days * DAY)
    makes(shop, "k-0", NOON - 10 * DAY)
    shop.tell(ContactSkipped(plan="2024", contact="k-1", reason="complaint_open"), time=NOON - 9 * DAY)
    plans(shop, "l", TODAY + 3 * DAY, by="customer:2", manager="")
    unplanned = (ContactMade(contact="m", by="bob"), ContactMade(contact="n", plan="unheard-of"))
    shop.tell(*unplanned, by="customer:2", time=NOON - DAY)
    shop.tell(ManagerAssigned(manager="cid"), by="customer:2", time=NOON - 99 * DAY)
    connection = shop.catch_up()

    answer = told(connection, CONTACT_PLAN, now=NOON)

    def shown(row: dict[str, object]) -> tuple[object, ...]:
        return row["manager"], *(row[name] for name in STATES)

    assert [shown(dict(row)) for row in answer.tables["managers"]] == [
        ("ann", 3, 1, 0, 1, 1, 0, 0, 0),
        ("cid", 1, 0, 0, 0, 0, 1, 0, 1),
        ("bob", 0, 0, 0, 0, 0, 0, 0, 1),
    ]
    assert [(row["person"], *shown(dict(row))) for row in answer.tables["customers"]] == [
        ("customer:1", "ann", 3, 1, 0, 1, 1, 0, 0, 0),
        ("customer:2", "cid", 1, 0, 0, 0, 0, 1, 0, 2),
    ]
    assert [(row["contact"], row["overdue_days"]) for row in answer.tables["missed"]] == [("k-2", 7)]
    assert [(row["contact"], row["manager"]) for row in answer.tables["due"]] == [("l", "cid")]
    assert [(row["reason"], row["skipped"]) for row in answer.tables["reasons"]] == [("complaint_open", 1)]
    assert CONTACT_PLAN.headline(Question(NOON, "GBP"), answer) == (
        "4 planned contacts from 2024-01-01; 33 % of those whose day is over were kept; 1 missed, 1 due in 14 days;"
        " too many for 1 customer."
    )
    assert told(connection, CONTACT_PLAN, now=NOON, about="bob").figures["unplanned"] == 1


def test_too_many_are_more_than_planned_or_more_than_allowed_in_so_many_days(shop: Shop) -> None:
    """Both ends of the days count; who has no plan is told of by the second rule alone."""
    for number, days in enumerate((0, 10, 20, 30)):
        makes(shop, f"often-{number}", NOON - days * DAY, plan="")
        makes(
            shop, f"seldom-{number}", NOON - days * DAY - number * timedelta(microseconds=1), by="customer:2", plan=""
        )
    plans(shop, "k", TODAY - 40 * DAY, by="customer:3")
    makes(shop, "k", NOON - 45 * DAY, by="customer:3")
    makes(shop, "l", NOON, by="customer:3", plan="")
    plans(shop, "k", TODAY - 40 * DAY, by="customer:4")
    makes(shop, "l", NOON, by="customer:4", plan="")
    connection = shop.catch_up()

    answer = told(connection, CONTACT_PLAN, now=NOON)

    assert {
        row["person"]: (row["more_than_planned"], row["more_than_allowed"], row["most_within"])
        for row in answer.tables["too_many"]
    } == {"customer:1": (False, True, 4), "customer:3": (True, False, 1)}
    assert answer.figures["too_many_customers"] == 2
    assert [row["person"] for row in told(connection, CONTACT_PLAN, now=NOON - DAY).tables["too_many"]] == []


def test_how_many_are_too_many_is_a_policy_that_holds_from_a_day_on(shop: Shop) -> None:
    """The version that was in force by the clock decides; another policy whose name begins so does not."""
    for number in range(3):
        makes(shop, f"k-{number}", NOON - 20 * DAY + number * DAY, plan="")
    policy = PolicyPublished(policy="contact_limit", version="1", content={"most": "2", "days": "7"})
    shop.tell(policy, by="policy:limit", time=NOON - 5 * DAY)
    shop.tell(
        PolicyPublished(policy="contact_limit_old", version="1", content={"most": "1"}),
        by="policy:limit",
        time=NOON - 9 * DAY,
    )
    connection = shop.catch_up()

    before, after = (told(connection, CONTACT_PLAN, now=NOON - days * DAY).figures for days in (6, 5))

    names = ("most", "within_days", "too_many_customers")
    assert [before[name] for name in names] == [3, 30, 0]
    assert [after[name] for name in names] == [2, 7, 1]


@pytest.mark.parametrize(
    ("content", "limit"),
    [
        ({"most": "5", "days": "10"}, Limit(5, 10)),
        ({}, USUAL),
        ({"most": "0", "days": "-1"}, USUAL),
        ({"most": "many", "days": "99999999999999999999"}, USUAL),
        ({"most": "²", "days": "3660"}, Limit(USUAL.most, 3660)),
    ],
)
def test_a_limit_that_cannot_be_read_is_as_usual(content: dict[str, str], limit: Limit) -> None:
    """Each setting by itself; a policy is somebody's typing."""
    assert limit_of(content) == limit


def test_a_planned_contact_is_of_the_year_of_its_day(shop: Shop) -> None:
    """Also when it was made in another; without a period it is the clock's year, and a day alone says which."""
    plans(shop, "k", date(2024, 1, 1))
    makes(shop, "k", datetime(2023, 12, 31, 23, 59, tzinfo=UTC))
    plans(shop, "l", date(2023, 12, 31))
    makes(shop, "m", datetime(2023, 12, 31, 23, 59, tzinfo=UTC), plan="")
    connection = shop.catch_up()

    def counted(**asked: object) -> list[int]:
        figures = told(connection, CONTACT_PLAN, now=NOON, **asked).figures
        return [figures[name] for name in ("planned", "kept", "missed", "unplanned")]

    assert counted() == [1, 1, 0, 0]
    assert counted(begin=date(2023, 6, 1)) == counted(end=date(2023, 12, 31)) == [1, 0, 1, 1]
    assert counted(begin=date(2023, 12, 31), end=date(2024, 1, 1)) == [2, 1, 1, 1]
    assert counted(begin=date(2024, 1, 2)) == [0, 0, 0, 0]
    with pytest.raises(BadQuestion, match=r"^from: 2024-05-18 is after the end of the period, 2024-05-17\.$"):
        counted(begin=date(2024, 5, 18), end=date(2024, 5, 17))


def test_customers_whose_manager_has_no_plan_for_them(shop: Shop) -> None:
    """Whoever looks after them by the clock; never contacted first, and of those, whose manager is so for longest."""
    for number, manager in ((1, "ann"), (2, "ann"), (3, "ann"), (4, "bob")):
        shop.tell(ManagerAssigned(manager=manager), by=f"customer:{number}", time=NOON - 9 * DAY)
    shop.tell(ManagerAssigned(manager="bob"), by="customer:3", time=NOON - 8 * DAY)
    shop.tell(ManagerAssigned(manager="cid"), by="customer:3", time=NOON + DAY)
    plans(shop, "k", TODAY + DAY, by="card:1")
    shop.link("customer:1", "card:1")
    plans(shop, "last-year", date(2023, 5, 1), by="customer:2")
    makes(shop, "last-year", NOON.replace(year=2023), by="customer:2")
    shop.tell(placed(100, "leeds"), by="customer:4", time=NOON - 5 * DAY)
    connection = shop.catch_up()

    answer = told(connection, CONTACT_PLAN, now=NOON)
    leeds = told(connection, CONTACT_PLAN, now=NOON, store="leeds")

    assert [(row["person"], row["manager"]) for row in answer.tables["without_plan"]] == [
        ("customer:4", "bob"),
        ("customer:3", "bob"),
        ("customer:2", "ann"),
    ]
    assert answer.figures["without_plan"] == 3
    assert {row["manager"]: row["without_plan"] for row in answer.tables["managers"]} == {"ann": 1, "bob": 2}
    assert [row["person"] for row in leeds.tables["without_plan"]] == ["customer:4"]
    assert (leeds.figures["planned"], answer.figures["planned"]) == (0, 1)


def test_the_page_says_what_was_last_and_what_is_next(shop: Shop) -> None:
    """An open contact of the last 30 days comes before what is due later; all by the clock, for any identifier."""
    shop.tell(ManagerAssigned(manager="ann"), time=NOON - 99 * DAY)
    makes(shop, "first", NOON - 20 * DAY, plan="")
    for contact, days in (("forgotten", -31), ("overdue", -30), ("soon", 5)):
        plans(shop, contact, TODAY + days * DAY)
    makes(shop, "overdue", NOON + DAY)
    plans(shop, "left-out", TODAY - 10 * DAY)
    shop.tell(ContactSkipped(plan="2024", contact="left-out", reason="complaint_open"), time=NOON - 11 * DAY)
    shop.link("customer:1", "visitor:a")
    connection = shop.catch_up()

    now, later = (page(connection, "visitor:a", NOON + days * DAY, [SECTION])["contact_plan"] for days in (0, 2))

    assert (now["manager"], now["missed"]) == ("ann", 2)  # neither what is to come nor what was left out
    assert (now["last"]["planned"], now["last"]["channel"]) == (False, "phone")
    assert (now["next"]["contact"], now["next"]["overdue"], now["next"]["by"]) == ("overdue", True, "ann")
    assert (later["last"]["planned"], later["next"]["contact"], later["next"]["overdue"]) == (True, "soon", False)
    nobody = page(connection, "customer:2", NOON, [SECTION])["contact_plan"]
    assert nobody == dict.fromkeys(("manager", "last", "next", "last_question")) | {"missed": 0, "unanswered": 0}
