"""What customers say of themselves, by hand: what holds, what was taken back, and birthdays of no day."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from events.catalog.customers import (
    CustomerRegistered,
    FamilyMemberNamed,
    NeedStated,
    PreferenceStated,
    TraitsChanged,
)
from services.reports.customer import SECTIONS, page
from services.reports.preferences import PREFERENCES
from services.reports.stated import BIRTHDAYS
from tests.projections.engine.tables import Connect
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told

DAY = timedelta(days=1)


def likes(about: str, topic: str = "colour") -> PreferenceStated:
    """Return that somebody likes something."""
    return PreferenceStated(topic=topic, stance="likes", about=about, channel="till")


def dislikes(about: str, topic: str = "colour") -> PreferenceStated:
    """Return that somebody does not like something."""
    return PreferenceStated(topic=topic, stance="dislikes", about=about)


def only(rows: Any, *names: str) -> list[tuple[Any, ...]]:  # noqa: ANN401 - a table of any report
    """Return some columns of a table."""
    return [tuple(row[name] for name in names) for row in rows]


def preferences_of(shop: Shop, subject: str = "customer:1") -> dict[str, Any]:
    """Return the section of a customer's page."""
    sections = [section for section in SECTIONS if section.name == "preferences"]
    section: dict[str, Any] = page(shop.connection, subject, NOON, sections)["preferences"]
    return section


def test_of_statements_that_contradict_each_other_the_last_holds_and_both_are_kept(shop: Shop) -> None:
    """Whichever is heard first; what a card said is what its holder said, and other colours are other things."""
    shop.tell(dislikes("Red"), by="card:1", time=NOON + 2 * DAY)
    shop.tell(likes("red "), likes("blue"), by="customer:1", time=NOON)
    shop.tell(likes("RED"), by="customer:2", time=NOON + DAY)
    shop.link("customer:1", "card:1")

    tables = told(shop.catch_up(), PREFERENCES).tables

    assert only(tables["likes"], "topic", "wording", "customers", "opposed") == [
        ("colour", "blue", 1, 0),
        ("colour", "RED", 1, 1),
    ]
    assert only(tables["dislikes"], "topic", "customers", "opposed") == [("colour", 1, 1)]
    assert only(tables["changed_their_mind"], "person", "now", "now_stated", "before_stated") == [
        ("customer:1", "dislikes", NOON + 2 * DAY, NOON)
    ]
    section = preferences_of(shop, "card:1")
    assert only(section["holds"], "kind", "wording", "channel") == [
        ("dislikes", "Red", None),
        ("likes", "blue", "till"),
    ]
    assert only(section["taken_back"], "kind", "wording", "last_stated") == [
        ("likes", "red ", "2024-05-17T12:00:00+00:00")
    ]


def test_of_two_statements_at_one_instant_the_greater_event_id_counts(shop: Shop) -> None:
    """So that every order of arrival tells the same."""
    shop.tell(likes("red"))
    shop.tell(dislikes("red"))

    tables = told(shop.catch_up(), PREFERENCES).tables

    assert (len(tables["likes"]), len(tables["dislikes"])) == (0, 1)


def test_needs_are_counted_by_customer_and_visitors_are_not(shop: Shop) -> None:
    """Said again with other details it is one need; the last details hold, and no details take none back."""
    for detail, days in (("Stairs.", 0), ("A wheelchair.", 1), ("", 2)):
        shop.tell(NeedStated(need="no_steps", detail=detail), by="customer:1", time=NOON + days * DAY)
    shop.tell(NeedStated(need="no_steps"), by="customer:2")
    shop.tell(NeedStated(need="no_steps"), by="visitor:a")

    answer = told(shop.catch_up(), PREFERENCES)

    assert only(answer.tables["needs"], "need", "customers") == [("no_steps", 2)]
    assert answer.figures["customers_who_told"] == 2
    assert only(preferences_of(shop)["holds"], "topic", "wording") == [("no_steps", "A wheelchair.")]


def test_the_period_narrows_to_what_was_said_in_it(shop: Shop) -> None:
    """Both days belong to it."""
    shop.tell(likes("red"), time=NOON)
    shop.tell(likes("blue"), time=NOON + 3 * DAY)

    connection, day = shop.catch_up(), NOON.date()

    assert only(told(connection, PREFERENCES, end=day).tables["likes"], "wording") == [("red",)]
    assert only(told(connection, PREFERENCES, begin=day + DAY).tables["likes"], "wording") == [("blue",)]
    assert len(told(connection, PREFERENCES, begin=day, end=day + 3 * DAY).tables["likes"]) == 2


def test_birthdays_of_the_next_thirty_days_come_with_names(shop: Shop) -> None:
    """The customer's own and the family's, today's and the thirtieth day's, and the age where the year is known."""
    shop.tell(CustomerRegistered(name="Ada", birthday="1985-12-10"), by="customer:1")
    shop.tell(TraitsChanged(traits={"birthday": "1985-12-11"}), by="customer:1", time=NOON + DAY)
    shop.tell(FamilyMemberNamed(member="child-1", relation="daughter", name="Anna", birthday="01-10"), by="customer:1")
    shop.tell(FamilyMemberNamed(member="child-1", name="Annabella"), by="customer:1", time=NOON + DAY)
    shop.tell(CustomerRegistered(birthday="1990-01-11"), by="customer:2")
    shop.tell(CustomerRegistered(birthday="2990-12-12"), by="customer:3")
    shop.tell(CustomerRegistered(birthday="12-11"), TraitsChanged(traits={"birthday": ""}), by="customer:4")
    now = datetime(2024, 12, 11, 9, tzinfo=UTC)

    answer = told(shop.catch_up(), PREFERENCES, now=now)

    assert only(answer.tables["birthdays_soon"], "day", "person", "customer_name", "relation", "name", "turning") == [
        ("2024-12-11", "customer:1", "Ada", None, None, 39),
        ("2024-12-12", "customer:3", None, None, None, None),
        ("2025-01-10", "customer:1", "Ada", "daughter", "Annabella", None),
    ]
    assert (answer.figures["birthdays"], answer.figures["birthdays_soon"]) == (4, 3)


@pytest.mark.parametrize(
    ("year", "day"), [(2024, date(2024, 2, 29)), (2025, date(2025, 3, 1)), (2100, date(2100, 3, 1))]
)
def test_who_was_born_on_a_leap_day_has_a_birthday_every_year(shop: Shop, year: int, day: date) -> None:
    """On 1 March where there is no 29 February."""
    shop.tell(CustomerRegistered(birthday="2000-02-29"), by="customer:1")

    answer = told(shop.catch_up(), PREFERENCES, now=datetime(year, 2, 20, tzinfo=UTC))

    assert only(answer.tables["birthdays_soon"], "day", "turning") == [(day.isoformat(), year - 2000)]


NO_DAYS = (
    "02-30",
    "2023-02-29",
    "04-31",
    "13-01",
    "00-10",
    "0000-01-01",
    "in May",
    "ten chars!",
    "1985-12-1",
    "\u0660\u0662-\u0661\u0660",
)


@pytest.mark.parametrize("birthday", NO_DAYS)
def test_a_birthday_that_is_no_day_is_kept_as_said_and_never_an_error(shop: Shop, birthday: str) -> None:
    """It is listed apart, and shown so on the customer's page and the family's."""
    shop.tell(CustomerRegistered(birthday=birthday), FamilyMemberNamed(member="m", birthday=birthday), by="customer:1")

    answer = told(shop.catch_up(), PREFERENCES, now=datetime(2024, 2, 10, tzinfo=UTC))

    assert only(answer.tables["birthdays_of_no_day"], "member", "birthday") == [("", birthday), ("m", birthday)]
    assert (answer.figures["birthdays_of_no_day"], answer.tables["birthdays_soon"]) == (2, [])
    section = preferences_of(shop)
    assert section["birthday"] == {"birthday": birthday, "no_such_day": True}
    assert section["family"] == [
        {"member": "m", "relation": None, "name": None, "birthday": birthday, "no_such_day": True}
    ]


def test_a_day_is_what_the_calendar_says(connect: Connect) -> None:
    """Every month and day that can be written, with and without years, leap years among them, as Python has it."""
    years = ("", "0000-", "0001-", "1900-", "2000-", "2023-", "2024-", "9999-")
    said = [f"{year}{month:02}-{day:02}" for year in years for month in range(14) for day in range(33)]
    statements = """
        SELECT 'p' AS person, '' AS topic, about COLLATE "C" AS about, about AS wording, NULL AS last_stated,
               'birthday' AS kind, true AS holds FROM unnest(%s::text[]) AS about"""

    with connect() as connection:
        rows = connection.execute(
            f"WITH statements AS ({statements}) SELECT birthday, is_day FROM ({BIRTHDAYS}) AS b", [said]
        ).fetchall()

    assert dict(rows) == {each: is_day(each if len(each) == len("2000-01-01") else f"2000-{each}") for each in said}


def is_day(said: str) -> bool:
    """Return whether there is such a day."""
    try:
        date.fromisoformat(said)
    except ValueError:
        return False
    return True


def test_who_says_something_of_it(shop: Shop) -> None:
    """By topic or by what was said, what holds only."""
    shop.tell(likes("Red"), NeedStated(need="red"), by="customer:1")
    shop.tell(likes("red"), by="customer:2")
    shop.tell(dislikes("red"), by="customer:2", time=NOON + DAY)

    connection = shop.catch_up()

    assert only(told(connection, PREFERENCES, about="RED ").tables["who"], "person", "what", "wording") == [
        ("customer:2", "dislikes", "colour: red"),
        ("customer:1", "likes", "colour: Red"),
    ]
    assert len(told(connection, PREFERENCES, about="red").tables["who"]) == 3


def test_nobody_yet(shop: Shop) -> None:
    """A shop that knows nothing says so, of everybody and of one."""
    answer = told(shop.catch_up(), PREFERENCES)

    assert set(answer.figures.values()) == {0}
    assert not any(answer.tables.values())
    section = preferences_of(shop)
    assert (section["holds"], section["family"], section["birthday"]) == ([], [], None)
    assert (section["favourites"], section["categories"], section["habits"]) == ([], [], None)
