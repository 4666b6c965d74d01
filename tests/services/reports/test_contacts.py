"""Contacts: time to the first answer, who waits, and who asks again, counted by hand."""

from datetime import datetime, timedelta

import pytest

from events.catalog.contacts import Bucket, ContactAnswered, ContactReceived
from services.reports.contacts import CONTACTS
from services.reports.customer import CONTACT_PLAN, page
from services.reports.report import BadQuestion, Question
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)
MOMENT = timedelta(microseconds=1)
NOW = NOON + 30 * DAY


def asks(
    shop: Shop, contact: str, *, at: datetime = NOON, by: str = "customer:1", bucket: Bucket = "access_to_process"
) -> None:
    """Tell that a customer turned to us, in the chat of the web shop."""
    shop.tell(ContactReceived(contact=contact, bucket=bucket, channel="chat"), by=by, time=at)


def answered(shop: Shop, contact: str, at: datetime, *, by: str = "customer:1", resolved: bool = True) -> None:
    """Tell that we answered."""
    shop.tell(ContactAnswered(contact=contact, resolved=resolved), by=by, time=at)


def test_time_to_the_first_answer(shop: Shop) -> None:
    """1, 2, 3, 4 and 10 hours: half within 3, 90 % within 7.6, which lies between the last two; who waits is apart."""
    for hours in (1, 2, 3, 4, 10):
        asks(shop, f"k-{hours}", by=f"customer:{hours}")
        answered(shop, f"k-{hours}", NOON + hours * HOUR, by=f"customer:{hours}", resolved=hours > 1)
        answered(shop, f"k-{hours}", NOON + 20 * HOUR, by=f"customer:{hours}")
    waits = ContactReceived(contact="waits", bucket="access_to_process", store="leeds")
    shop.tell(waits, by="customer:6", time=NOON + HOUR)

    answer = told(shop.catch_up(), CONTACTS, now=NOW)

    figures = answer.figures
    assert (figures["median_hours"], figures["p90_hours"]) == (3, pytest.approx(7.6))
    counts = ("contacts", "answered", "unanswered", "unresolved", "resolved_first")
    assert [figures[name] for name in counts] == [6, 5, 1, 0, 4]
    (waiting,) = answer.tables["unanswered"]
    assert (waiting["person"], waiting["contact"], waiting["store"]) == ("customer:6", "waits", "leeds")
    assert waiting["waiting_hours"] == 30 * 24 - 1
    assert CONTACTS.headline(Question(NOW, "GBP"), answer) == (
        "6 contacts, most of them for access to process (100 %); half of those answered were within 3.0 hours, 90 %"
        " within 7.6; 1 waits for an answer, the oldest for 29 days; 0 % had asked within 7 days before."
    )


def test_the_clock_settles_what_is_answered_to_the_microsecond(shop: Shop) -> None:
    """A question after it is not there, an answer after it is none yet, and the oldest question stands first."""
    asks(shop, "new", at=NOON + HOUR)
    asks(shop, "old", at=NOON - HOUR)
    asks(shop, "older", at=NOON - 2 * HOUR, by="customer:2")
    answered(shop, "old", NOON + HOUR)
    answered(shop, "unheard-of", NOON)
    connection = shop.catch_up()

    def waiting(now: datetime) -> list[str]:
        return [row["contact"] for row in told(connection, CONTACTS, now=now).tables["unanswered"]]

    assert waiting(NOON) == ["older", "old"]
    assert waiting(NOON + HOUR - MOMENT) == ["older", "old"]
    assert waiting(NOON + HOUR) == ["older", "new"]
    assert waiting(NOON - 3 * HOUR) == []
    assert told(connection, CONTACTS, now=NOON - HOUR).figures["without_question"] == 0
    assert told(connection, CONTACTS, now=NOON).figures["without_question"] == 1


def test_a_repeat_is_of_the_same_person_and_bucket_within_seven_days(shop: Shop) -> None:
    """Exactly seven days count, a microsecond more does not; an identifier of theirs is them, a neighbour is not."""
    asks(shop, "first")
    again = ContactReceived(contact="again", bucket="access_to_process", store="leeds")
    shop.tell(again, by="visitor:a", time=NOON + WEEK)
    asks(shop, "too-late", at=NOON + 2 * WEEK + MOMENT)
    asks(shop, "another-bucket", at=NOON + HOUR, bucket="access_to_people")
    asks(shop, "somebody-else", at=NOON + HOUR, by="customer:2")
    shop.link("customer:1", "visitor:a")
    connection = shop.catch_up()

    figures = told(connection, CONTACTS, now=NOW).figures
    narrowed = told(connection, CONTACTS, now=NOW, store="leeds", begin=(NOON + WEEK).date(), end=(NOON + WEEK).date())

    assert (figures["contacts"], figures["persons"], figures["repeats"], figures["repeats_share"]) == (5, 2, 1, 0.2)
    assert [(row["person"], row["bucket"], row["repeats"]) for row in narrowed.tables["asking_again"]] == [
        ("customer:1", "access_to_process", 1)
    ]
    assert (narrowed.figures["contacts"], narrowed.figures["repeats"]) == (1, 1)


def test_an_answer_from_another_identifier_and_one_before_its_question(shop: Shop) -> None:
    """Both belong to the person's contact; a clock that goes wrong makes no negative time."""
    answered(shop, "k", NOON + 3 * HOUR, by="visitor:a")
    asks(shop, "k")
    shop.link("customer:1", "visitor:a")
    asks(shop, "wrong-clock", by="customer:2")
    answered(shop, "wrong-clock", NOON - HOUR, by="customer:2")

    figures = told(shop.catch_up(), CONTACTS, now=NOW).figures

    assert (figures["contacts"], figures["answered"], figures["without_question"]) == (2, 2, 0)
    assert figures["median_hours"] == pytest.approx(1.5)


def test_every_bucket_is_told_of_and_one_can_be_asked_for(shop: Shop) -> None:
    """Also those that nobody asked for, with zeros; what is no bucket is refused."""
    shop.tell(ContactReceived(contact="k", bucket="access_to_people", channel="phone"))
    asks(shop, "l", bucket="product_information", at=NOON + 20 * DAY)
    connection = shop.catch_up()

    answer, narrowed = (told(connection, CONTACTS, now=NOW, about=about) for about in (None, "access_to_people"))

    assert [(row["bucket"], row["contacts"], row["share"]) for row in answer.tables["buckets"]] == [
        ("product_information", 1, 0.5),
        ("problem_resolution", 0, 0),
        ("access_to_people", 1, 0.5),
        ("access_to_process", 0, 0),
    ]
    assert [row["channel"] for row in answer.tables["channels"]] == ["chat", "phone"]
    assert [(row["month"], row["contacts"]) for row in answer.tables["months"]] == [("2024-05", 1), ("2024-06", 1)]
    assert [row["channel"] for row in narrowed.tables["channels"]] == ["phone"]
    with pytest.raises(BadQuestion, match=r"^about: 'complaints' is no bucket; there are product_information,"):
        told(connection, CONTACTS, about="complaints")


def test_the_page_says_who_waits(shop: Shop) -> None:
    """The last question, whether it is answered, and how many are not."""
    asks(shop, "one")
    asks(shop, "two", at=NOON + HOUR)
    answered(shop, "two", NOON + 2 * HOUR)

    told_of = page(shop.catch_up(), "customer:1", NOON + HOUR, [CONTACT_PLAN])["contact_plan"]

    assert (told_of["last_question"]["contact"], told_of["last_question"]["answered"]) == ("two", False)
    assert told_of["unanswered"] == 2
    assert page(shop.connection, "customer:1", NOON + 2 * HOUR, [CONTACT_PLAN])["contact_plan"]["unanswered"] == 1
