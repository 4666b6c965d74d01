"""What a policy says of a promise, what it cannot say, and which version held when."""

from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.promises.hours import Hours
from services.promises.in_force import POLICY, Promises
from services.promises.promise import BadPromise, Promise, promise_of

HOUR = timedelta(hours=1)
DAYS = [datetime(2024, 5, day, tzinfo=UTC) for day in range(1, 9)]
NOW = DAYS[-1]


def test_a_whole_promise() -> None:
    """Every setting, with blanks around; what is resolved has its own time."""
    content = {"hours": "8", "resolution_hours": "40.5", "days": "mon-fri, sun", "opens": "09:00", "closes": " 17:30 "}
    content |= {"zone": "Europe/London", "country": "GB", "subdivision": "ENG"}

    hours = Hours(frozenset({0, 1, 2, 3, 4, 6}), time(9), time(17, 30), ZoneInfo("Europe/London"), "GB", "ENG")
    assert promise_of(content) == Promise(8 * HOUR, 40.5 * HOUR, hours, resolution_stated=True)


def test_what_is_not_said_is_as_usual() -> None:
    """A day round the clock; hours alone are of both; a range of days may go over Sunday."""
    assert promise_of({}) == Promise(24 * HOUR, 24 * HOUR)
    assert promise_of({"hours": "48"}) == Promise(48 * HOUR, 48 * HOUR)
    assert promise_of({}).hours.round_the_clock
    assert not promise_of({"country": "GB"}).hours.round_the_clock
    assert promise_of({"days": "sat-mon"}).hours.days == {5, 6, 0}
    assert promise_of({"opens": "10:00", "closes": "24:00"}).hours.closes == time()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"hour": "24"}, "hour: is no setting of a promise; those are hours, resolution_hours, days, opens, closes, "),
        ({"hours": "a day"}, "hours: 'a day' is no number of hours above 0 and up to 8784, such as 24 or 0.5."),
        ({"hours": "0"}, "hours: '0' is no number"),
        ({"resolution_hours": "9000"}, "resolution_hours: '9000' is no number"),
        ({"days": "mon-freitag"}, "days: 'mon-freitag' is no day of the week nor a range; they are mon, tue, "),
        ({"opens": "9"}, "opens: '9' is no time of the day, such as 09:00; a day ends at 24:00."),
        ({"opens": "24:00"}, "opens: '24:00' is no time of the day"),
        ({"closes": "00:00"}, "closes: '00:00' is no time of the day"),
        ({"opens": "10:00", "closes": "09:30"}, "closes: 09:30 is not after the opening at 10:00; a day ends at 24:00"),
        ({"zone": "Leeds"}, "zone: 'Leeds' is no time zone, such as Europe/London."),
        ({"country": "England"}, "country: 'England' is no country whose public holidays are known, such as GB."),
        ({"subdivision": "ENG"}, "subdivision: 'ENG' is of no country; the setting country says of which."),
        (
            {"country": "GB", "subdivision": "BY"},
            "subdivision: 'BY' is no part of GB with holidays of its own; there a",
        ),
    ],
)
def test_what_is_no_promise(content: dict[str, str], said: str) -> None:
    """A sentence names the setting, and says what there is."""
    with pytest.raises(BadPromise) as refused:
        promise_of(content)

    assert str(refused.value).startswith(said)
    assert str(refused.value).endswith(".")


def version(policy: str, number: int, day: int, hours: str | None, again: int | None = None) -> dict[str, Any]:
    """Return a version's row: published on a day of May, perhaps once more on another."""
    return {
        "policy": policy,
        "policy_version": str(number),
        "content": {} if hours is None else {"hours": hours},
        "first_published": DAYS[day - 1],
        "content_at": DAYS[(again or day) - 1],
        "content_by": f"{policy}:{number}",
    }


def held(rows: list[dict[str, Any]], store: str = "web", now: datetime = NOW) -> list[float]:
    """Return the hours of the promise that held on each day of May, up to the seventh."""
    promises = Promises(rows, now)
    return [promises.at(store, day).reply / HOUR for day in DAYS[:7]]


def test_the_version_holds_that_was_published_last_by_then_in_whatever_order_rows_come() -> None:
    """Before the first it is a day; what comes after the clock does not hold."""
    rows = [version(POLICY, 1, 2, "8"), version(POLICY, 2, 4, "4"), version(POLICY, 3, 6, "2")]

    assert all(held(list(order)) == [24, 8, 8, 4, 4, 2, 2] for order in permutations(rows))
    assert held(rows, now=DAYS[4]) == [24, 8, 8, 4, 4, 4, 4]


def test_a_version_that_was_published_again() -> None:
    """It holds again from then on; what it said at first is not kept, and taken to be what it says now."""
    rows = [version(POLICY, 1, 2, "8", again=6), version(POLICY, 2, 4, "4")]

    assert held(rows) == [24, 8, 8, 4, 4, 8, 8]
    assert held(rows, now=DAYS[4]) == [24, 8, 8, 4, 4, 4, 4]


def test_a_store_has_a_promise_of_its_own_until_it_is_handed_back() -> None:
    """A store whose name begins alike is another one."""
    rows = [version(POLICY, 1, 1, "8"), version(f"{POLICY}.leeds", 1, 3, "3"), version(f"{POLICY}.leeds", 2, 5, None)]

    assert held(rows, "leeds") == [8, 8, 3, 3, 8, 8, 8]
    assert held(rows, "leeds-north") == held(rows, "lee") == [8] * 7


def test_a_version_that_cannot_be_understood_is_passed_over_and_told() -> None:
    """The one before it holds on."""
    rows = [version(POLICY, 1, 1, "8"), version(POLICY, 2, 3, "soon")]

    assert held(rows) == [8] * 7
    (problem,) = Promises(rows, NOW).problems
    assert problem[:3] == (POLICY, "2", DAYS[2])
    assert problem.problem.startswith("hours: 'soon' is no number of hours")
