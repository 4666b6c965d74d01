"""Complaints and the promise to answer within a day, by a clock that the caller passes in."""

from datetime import timedelta

import pytest

from events.catalog.complaints import (
    ComplaintAcknowledged,
    ComplaintAnsweredByCustomer,
    ComplaintConfirmed,
    ComplaintEscalated,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
    GestureOffered,
    SatisfactionRated,
)
from projections._engine.reference import as_mappings, fold
from projections.complaint_cases import PROMISE, ComplaintCases, grudges_of, late, promise_kept
from tests.projections.shop import NOON, Shop

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)


def raise_complaint(shop: Shop, name: str, *, hours_ago: float = 0, by: str = "customer:1") -> None:
    """Tell that a customer complained so many hours before noon."""
    shop.tell(ComplaintRaised(complaint=name, cause="late", store="leeds"), by=by, time=NOON - hours_ago * HOUR)


def test_the_way_of_a_complaint() -> None:
    """The first word, the first reply and the last resolution; what came in between is counted."""
    told = Shop.facts(
        (ComplaintRaised(complaint="c-1", cause="late", store="leeds", channel="mail", order="o-1"), NOON),
        (ComplaintRaised(complaint="c-1", cause="rude", store="york", channel="phone"), NOON + HOUR),
        (ComplaintAcknowledged(complaint="c-1"), NOON + 2 * HOUR),
        (ComplaintReplied(complaint="c-1"), NOON + 4 * HOUR),
        (ComplaintReplied(complaint="c-1"), NOON + 3 * HOUR),
        (GestureOffered(complaint="c-1", kind="voucher", amount_minor=500, currency="GBP"), NOON + 5 * HOUR),
        (ComplaintResolved(complaint="c-1", outcome="replaced"), NOON + 6 * HOUR),
        (ComplaintReopened(complaint="c-1", reason="not_settled"), NOON + 7 * HOUR),
        (ComplaintResolved(complaint="c-1"), NOON + 8 * HOUR),
        (SatisfactionRated(complaint="c-1", rating=2), NOON + 9 * HOUR),
        (SatisfactionRated(complaint="c-1", rating=4), NOON + 10 * HOUR),
    )

    (row,) = as_mappings(ComplaintCases(), fold(ComplaintCases(), told))

    assert row == {
        "subject": "customer:1",
        "complaint": "c-1",
        "opened": NOON,
        "acknowledged": NOON + 2 * HOUR,
        "first_reply": NOON + 3 * HOUR,
        "replies": 2,
        "resolved": NOON + 8 * HOUR,
        "reopened": NOON + 7 * HOUR,
        "times_reopened": 1,
        "gestures": 1,
        "requested": None,
        "settled": NOON + 5 * HOUR,
        "satisfaction": 4,
        "cause": "late",
        "store": "leeds",
        "channel": "mail",
        "order": "o-1",
        "steps": [
            '["2024-05-17T12:00:00Z","raised","fact-000000",""]',
            '["2024-05-17T13:00:00Z","raised","fact-000001",""]',
            '["2024-05-17T14:00:00Z","acknowledged","fact-000002",""]',
            '["2024-05-17T15:00:00Z","replied","fact-000004",""]',
            '["2024-05-17T16:00:00Z","replied","fact-000003",""]',
            '["2024-05-17T17:00:00Z","gesture","fact-000005","voucher",500,"GBP"]',
            '["2024-05-17T18:00:00Z","resolved","fact-000006","replaced"]',
            '["2024-05-17T19:00:00Z","reopened","fact-000007","not_settled"]',
            '["2024-05-17T20:00:00Z","resolved","fact-000008",""]',
            '["2024-05-17T21:00:00Z","rated","fact-000009","2"]',
            '["2024-05-17T22:00:00Z","rated","fact-000010","4"]',
        ],
    }


def test_steps_of_which_only_the_set_of_steps_tells() -> None:
    """That we wait for the customer, what they said to it, and to whom it was passed up; told twice it is one step."""
    told = Shop.facts(
        (ComplaintWaiting(complaint="c-1"), NOON),
        (ComplaintAnsweredByCustomer(complaint="c-1"), NOON + MOMENT),
        (ComplaintEscalated(complaint="c-1", to="team:care"), NOON + 2 * MOMENT),
        (ComplaintConfirmed(complaint="c-1"), NOON + HOUR),
    )

    (row,) = as_mappings(ComplaintCases(), fold(ComplaintCases(), [*told, *told[:1]]))

    assert row["opened"] is None
    assert row["steps"] == [
        '["2024-05-17T12:00:00.000001Z","answered","fact-000001",""]',
        '["2024-05-17T12:00:00.000002Z","escalated","fact-000002","team:care"]',
        '["2024-05-17T12:00:00Z","waiting","fact-000000",""]',
        '["2024-05-17T13:00:00Z","confirmed","fact-000003",""]',
    ]


@pytest.mark.parametrize(
    ("answered_after", "asked_after", "kept", "broken"),
    [
        (PROMISE, 30 * HOUR, 1, 0),
        (PROMISE + MOMENT, 30 * HOUR, 0, 1),
        (None, PROMISE, 0, 0),
        (None, PROMISE + MOMENT, 0, 1),
        (30 * HOUR, 25 * HOUR, 0, 1),
        (2 * HOUR, HOUR, 0, 0),
    ],
    ids=["in time", "too late", "not yet due", "overdue", "overdue, answered later", "answered later"],
)
def test_a_promise_is_kept_or_broken_to_the_microsecond(
    shop: Shop, answered_after: timedelta | None, asked_after: timedelta, kept: int, broken: int
) -> None:
    """An answer after exactly a day keeps it; before the day is over it is neither."""
    shop.tell(ComplaintRaised(complaint="c-1"))
    if answered_after is not None:
        shop.tell(ComplaintReplied(complaint="c-1"), time=NOON + answered_after)

    counts = promise_kept(shop.catch_up(), NOON + asked_after)

    assert counts == {"complaints": 1, "kept": kept, "broken": broken, "open": 1}
    assert len(late(shop.connection, NOON + asked_after)) == broken


def test_an_acknowledgement_is_no_answer(shop: Shop) -> None:
    """A machine's "we have your message" does not keep the promise."""
    shop.tell(ComplaintRaised(complaint="c-1"), ComplaintAcknowledged(complaint="c-1"))

    assert promise_kept(shop.catch_up(), NOON + 25 * HOUR)["broken"] == 1


def test_a_complaint_is_open_until_it_is_resolved_and_again_when_it_is_reopened(shop: Shop) -> None:
    """The later of the two words counts, in the order in which they happened, not in which they arrived."""
    for name in ("never", "solved", "again", "solved-again"):
        raise_complaint(shop, name, hours_ago=9)
    shop.tell(ComplaintReopened(complaint="solved-again"), time=NOON - 2 * HOUR)
    shop.tell(ComplaintResolved(complaint="solved-again"), time=NOON - HOUR)
    shop.tell(ComplaintResolved(complaint="solved-again"), time=NOON - 3 * HOUR)
    shop.tell(ComplaintResolved(complaint="solved"), ComplaintReopened(complaint="again"))
    shop.tell(ComplaintResolved(complaint="again"), time=NOON - 4 * HOUR)

    counts = promise_kept(shop.catch_up(), NOON + 99 * HOUR)

    assert (counts["complaints"], counts["open"]) == (4, 2)
    still_open = {row["complaint"] for row in late(shop.connection, NOON + 99 * HOUR) if row["open"]}
    assert still_open == {"never", "again"}


def test_complaints_without_any_answer_come_first_and_then_the_longest_wait(shop: Shop) -> None:
    """The person is named, not the card they complained with."""
    raise_complaint(shop, "slow", hours_ago=100)
    shop.tell(ComplaintReplied(complaint="slow"), time=NOON - 50 * HOUR)
    raise_complaint(shop, "waits", hours_ago=30, by="card:7")
    raise_complaint(shop, "waits-longer", hours_ago=40.5)
    raise_complaint(shop, "in-time", hours_ago=1)
    shop.link("customer:7", "card:7")

    rows = late(shop.catch_up(), NOON)

    assert [(row["complaint"], row["person"], row["waited_hours"]) for row in rows] == [
        ("waits-longer", "customer:1", 40.5),
        ("waits", "customer:7", 30),
        ("slow", "customer:1", 50),
    ]
    assert [row["complaint"] for row in late(shop.connection, NOON, limit=1)] == ["waits-longer"]
    assert late(shop.connection, NOON, promise=200 * HOUR) == []


def test_what_has_not_happened_yet_is_not_counted(shop: Shop) -> None:
    """The clock may stand before a complaint; a reply to a complaint that nobody raised is none either."""
    raise_complaint(shop, "c-1")
    shop.tell(ComplaintReplied(complaint="unheard-of"))

    assert promise_kept(shop.catch_up(), NOON - HOUR) == {"complaints": 0, "kept": 0, "broken": 0, "open": 0}
    assert promise_kept(shop.connection, NOON)["complaints"] == 1


def test_a_complaint_is_signalled_once_when_it_is_raised_live(shop: Shop) -> None:
    """What was there before the projection is history, and tells nobody anything."""
    raise_complaint(shop, "before")
    shop.catch_up()
    raise_complaint(shop, "live", by="customer:2")
    shop.catch_up()

    signals = shop.catch_up().execute("SELECT kind, subject, detail FROM engine.signal").fetchall()
    assert signals == [("complaint_opened", "customer:2", {"complaint": "live", "order": ""})]


def test_what_stands_between_a_person_and_us_is_open_or_was_answered_late(shop: Shop) -> None:
    """The newest first, and only of those who were asked for."""
    raise_complaint(shop, "late-but-solved", hours_ago=90)
    shop.tell(ComplaintReplied(complaint="late-but-solved"), ComplaintResolved(complaint="late-but-solved"))
    raise_complaint(shop, "open", hours_ago=2)
    raise_complaint(shop, "all-well", hours_ago=5)
    shop.tell(ComplaintReplied(complaint="all-well"), ComplaintResolved(complaint="all-well"))
    raise_complaint(shop, "somebody-else", by="customer:2")

    grudges = grudges_of(shop.catch_up(), ["customer:1", "customer:3"], NOON + HOUR)

    assert [(row["complaint"], row["open"], row["late"]) for row in grudges] == [
        ("open", True, False),
        ("late-but-solved", False, True),
    ]
