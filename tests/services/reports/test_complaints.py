"""Complaints against the promise, counted by hand."""

from typing import Any

from events.catalog.complaints import ComplaintResolved
from services.reports.complaints import COMPLAINTS
from services.reports.report import Answer
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told
from tests.services.reports.complaints_told import DAYS, HOUR, NOW, complain, publish


def promise(answer: Answer, which: str = "reply") -> list[Any]:
    """Return how many promises were kept, broken and run, and the share that was kept."""
    return [answer.figures[f"{which}_{part}"] for part in ("kept", "broken", "running", "kept_share")]


def test_promises_to_the_microsecond_by_any_clock(shop: Shop) -> None:
    """A day exactly keeps it; what is not settled yet is in no share; an acknowledgement is no reply."""
    complain(shop, "in-time", replied=24, resolved=24)
    complain(shop, "late", replied=24.000001, resolved=30)
    complain(shop, "never", acknowledged=1)
    connection = shop.catch_up()

    assert promise(told(connection, COMPLAINTS, now=NOON + 23 * HOUR)) == [0, 0, 3, None]
    assert promise(told(connection, COMPLAINTS, now=NOON + 24 * HOUR)) == [1, 0, 2, 1]
    answer = told(connection, COMPLAINTS, now=NOW)
    assert promise(answer) == [1, 2, 0, 1 / 3]
    assert promise(answer, "resolution") == [1, 2, 0, 1 / 3]
    assert (answer.figures["complaints"], answer.figures["open"], answer.figures["persons"]) == (3, 1, 1)
    assert told(connection, COMPLAINTS, now=NOON - HOUR).figures["complaints"] == 0


def test_the_promise_stands_still_while_we_wait_for_the_customer(shop: Shop) -> None:
    """Forty hours of waiting do not count, and a wait that never ends breaks nothing."""
    complain(shop, "asked", waiting=2, answered=42, replied=60)
    complain(shop, "asked-late", waiting=25, answered=26, replied=27)
    complain(shop, "no-answer", waiting=3)
    connection = shop.catch_up()

    answer = told(connection, COMPLAINTS, now=NOW)
    assert promise(answer) == [1, 1, 1, 0.5]
    assert answer.figures["waiting_for_customer"] == 1
    (late, asked) = answer.tables["late"]
    assert (late["complaint"], late["promise"], late["due"]) == ("asked", "resolution", NOON + 64 * HOUR)
    assert (asked["complaint"], asked["promise"], asked["due"]) == ("asked-late", "reply", NOON + 24 * HOUR)


def test_the_policy_decides_that_was_in_force_when_it_was_opened(shop: Shop) -> None:
    """A stricter one, published an hour later, breaks nothing; a store's own stands instead of everybody's."""
    publish(shop, NOON - DAYS, hours="10", resolution_hours="100")
    publish(shop, NOON + HOUR, "2", hours="1")
    publish(shop, NOON - DAYS, policy="complaint_promise.leeds", hours="2")
    publish(shop, NOON - HOUR, "2", policy="complaint_promise.leeds", hours="soon")
    complain(shop, "web", replied=9, resolved=90)
    complain(shop, "leeds", store="leeds", replied=9, resolved=90)
    connection = shop.catch_up()

    assert promise(told(connection, COMPLAINTS, now=NOW, store="web")) == [1, 0, 0, 1]
    assert promise(told(connection, COMPLAINTS, now=NOW, store="web"), "resolution") == [1, 0, 0, 1]
    answer = told(connection, COMPLAINTS, now=NOW, store="leeds")
    assert promise(answer) == promise(answer, "resolution") == [0, 1, 0, 0]
    (problem,) = answer.tables["problems"]
    assert (problem["policy"], problem["policy_version"]) == ("complaint_promise.leeds", "2")
    assert problem["problem"].startswith("hours: 'soon' is no number of hours")


def test_working_hours_and_hours_on_the_wall(shop: Shop) -> None:
    """It is Friday, 13:00 in London; an office that is open until five has eight hours by Monday, 13:00."""
    publish(shop, NOON - DAYS, hours="8", days="mon-fri", opens="09:00", closes="17:00", zone="Europe/London")
    complain(shop, "on-monday", replied=72)
    complain(shop, "after-lunch", replied=74)

    answer = told(shop.catch_up(), COMPLAINTS, now=NOW)

    assert promise(answer) == [1, 1, 0, 0.5]
    wall, working = answer.tables["times"][:2]
    assert (wall["clock"], wall["complaints"], wall["p50_hours"], wall["p90_hours"]) == ("wall", 2, 73, 73.8)
    assert (working["clock"], working["p50_hours"]) == ("working", 9)
    assert {row["complaint"]: row["due"] for row in answer.tables["late"]}["after-lunch"] == NOON + 72 * HOUR


def test_reopened_is_of_what_was_resolved(shop: Shop) -> None:
    """What was reopened was never resolved, until it is once more; by a clock in between it was."""
    complain(shop, "again", replied=1, resolved=2, reopened=30)
    shop.tell(ComplaintResolved(complaint="again"), time=NOON + 40 * HOUR)
    complain(shop, "well", replied=1, resolved=3)
    complain(shop, "stray", replied=1, reopened=3)
    connection = shop.catch_up()

    def state(hours: int) -> list[Any]:
        answer = told(connection, COMPLAINTS, now=NOON + hours * HOUR)
        return [answer.figures["open"], answer.figures["reopened_share"], *promise(answer, "resolution")[:3]]

    assert [state(hours) for hours in (2, 29, 30, 40)] == [
        [2, 0, 1, 0, 2],
        [1, 0, 2, 1, 0],
        [2, 0.5, 1, 2, 0],
        [1, 0.5, 1, 2, 0],
    ]


def test_causes_stores_and_what_it_is_narrowed_to(shop: Shop) -> None:
    """A complaint is of the day it was opened, and of one cause; tables say how many of all there are."""
    complain(shop, "one", cause="late", replied=1, resolved=2)
    complain(shop, "two", cause="late", store="leeds", replied=30)
    complain(shop, "three", cause="broken", by="customer:2", replied=1)
    connection = shop.catch_up()
    day = NOON.date()

    answer = told(connection, COMPLAINTS, now=NOW)
    shown = ("complaints", "open", "reply_broken", "share")
    assert [[row["cause"], *(row[name] for name in shown)] for row in answer.tables["causes"]] == [
        ["late", 2, 1, 1, 2 / 3],
        ["broken", 1, 1, 0, 1 / 3],
    ]
    assert [[row["store"], row["complaints"]] for row in answer.tables["stores"]] == [["web", 2], ["leeds", 1]]
    narrowed: list[dict[str, Any]] = [
        {"about": "late"},
        {"store": "leeds"},
        {"begin": day, "end": day},
        {"begin": day + DAYS},
        {"end": day - DAYS},
    ]
    counts = [told(connection, COMPLAINTS, now=NOW, **asked).figures["complaints"] for asked in narrowed]
    assert counts == [2, 1, 3, 0, 0]


def test_the_late_list_names_persons_and_the_longest_wait_first(shop: Shop) -> None:
    """Those that still wait come first; in each a promise that was broken first."""
    complain(shop, "slow", replied=90, resolved=91)
    complain(shop, "waits", by="card:7")
    complain(shop, "unsettled", by="customer:2", replied=2)
    shop.link("customer:7", "card:7")

    answer = told(shop.catch_up(), COMPLAINTS, now=NOW, limit=3)

    names = ("complaint", "person", "promise", "waited_hours", "working_hours", "open")
    assert [tuple(row[name] for name in names) for row in answer.tables["late"]] == [
        ("unsettled", "customer:2", "resolution", 240, 240, True),
        ("waits", "customer:7", "reply", 240, 240, True),
        ("slow", "customer:1", "reply", 90, 90, False),
    ]
