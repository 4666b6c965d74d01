"""Oddities: every kind, in every order of arrival, and what is no oddity."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import permutations
from typing import Any

import duckdb
import pytest

from events.catalog.customers import CustomerRegistered, FamilyMemberNamed, TraitsChanged
from events.catalog.visits import PageViewed
from services import installation
from services.installation import Connection
from services.reports.odd_sources import SAID
from services.reports.oddities import IMPOSSIBLE, ODDITIES, RULES
from services.reports.report import Answer, BadQuestion
from tests.projections.shop import NOON, Shop, at
from tests.services.demo import raw
from tests.services.reports.asked import told
from tests.services.reports.odd_examples import AMENDED, CANCELLED, DELIVERED, EXAMPLES, Example, back, placed

NOW = at("12:00", days=30)


def by_subject(answer: Answer) -> dict[str, dict[str, list[str]]]:
    """Return the kinds of each subject's cases, with the ids of their events."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for case in answer.tables["cases"]:
        found[case["person"]][case["kind"]] = list(case["events"])
    return found


def test_every_kind_in_every_order_of_arrival(shop: Shop) -> None:
    """What came first to us does not matter, within a batch and over two; the ids are those of what contradicts."""
    arrivals: list[tuple[str, Example, tuple[int, ...]]] = [
        (f"customer:{name}-{number}", example, arrival)
        for name, example in EXAMPLES.items()
        for number, arrival in enumerate(permutations(range(len(example.happened))))
    ]
    ids: dict[str, dict[int, str]] = defaultdict(dict)
    number = 0
    for half in (0, 1):
        for subject, example, arrival in arrivals:
            middle = len(arrival) // 2
            for place in arrival[middle:] if half else arrival[:middle]:
                ids[subject][place] = f"fact-{number:06}"
                shop.tell(example.happened[place], by=subject, time=NOON + timedelta(hours=place))
                number += 1
        shop.catch_up()

    found = by_subject(told(shop.connection, ODDITIES, now=NOW, limit=1000))

    assert {subject: set(found[subject]) for subject, *_ in arrivals} == {
        subject: example.kinds for subject, example, _ in arrivals
    }
    for subject, example, _ in arrivals:
        if example.listed:
            assert list(found[subject].values()) == [[ids[subject][place] for place in example.listed]], subject


@pytest.mark.parametrize(
    ("birthday", "odd"),
    [
        ("02-30", True),
        ("02-29", False),
        ("1988-02-29", False),
        ("1989-02-29", True),
        ("1900-02-29", True),
        ("2000-02-29", False),
        ("04-31", True),
        ("12-31", False),
        ("00-10", True),
        ("13-01", True),
        ("01-00", True),
        ("1 May", True),
    ],
)
def test_the_calendar(birthday: str, odd: bool, calendar: Callable[[str], bool]) -> None:  # noqa: FBT001 - expected
    """A birthday without a year may be 29 February; with one it has to be in a leap year."""
    assert calendar(birthday) is odd


@pytest.fixture(scope="module")
def calendar(retail_database: str) -> Any:  # noqa: ANN401 - a generator of a function
    """Return what says whether a birthday is odd, by the report's own query over rows that are made up."""
    query = "WITH preferences AS (SELECT 'birthday' AS kind, 's' AS subject, %(about)s AS about, now() AS last_stated)"
    with installation.connect(retail_database) as connection:
        yield (
            lambda about: (
                connection.execute(
                    f"{query} SELECT no_day FROM ({SAID.rows}) AS r", {"about": about, "store": None}
                ).fetchall()
                == [(True,)]
            )
        )


def test_birthdays_that_are_no_day(shop: Shop) -> None:
    """Whoever's it is, and also if a later word sets it right; each is listed with the event that told it."""
    shop.tell(CustomerRegistered(birthday="02-30"), TraitsChanged(traits={"birthday": "1980-03-01"}))
    shop.tell(FamilyMemberNamed(member="child-1", birthday="2019-02-29"), by="visitor:a", time=at("13:00"))
    shop.link("customer:1", "visitor:a")

    answer = told(shop.catch_up(), ODDITIES, now=NOW)

    assert [(case["person"], case["about"], case["events"]) for case in answer.tables["cases"]] == [
        ("customer:1", "2019-02-29", ["fact-000002"]),
        ("customer:1", "02-30", ["fact-000000"]),
    ]


def test_events_from_the_future(shop: Shop) -> None:
    """What happened after the clock's now, by the clock that is asked."""
    shop.tell(PageViewed(page="/"), by="visitor:a")
    shop.tell(PageViewed(page="/"), by="visitor:a", time=at("12:00", days=2))
    connection = shop.catch_up()

    def cases(now: datetime) -> dict[str, dict[str, list[str]]]:
        return by_subject(told(connection, ODDITIES, now=now))

    assert cases(at("12:00", days=1)) == {"visitor:a": {"from_the_future": ["fact-000001"]}}
    assert cases(at("12:00", days=2)) == {}


def test_contradictions_of_one_person_over_their_identifiers(shop: Shop) -> None:
    """An order that was placed as somebody else turns out to be known, once they are known to be one."""
    shop.tell(placed(), by="visitor:a")
    shop.tell(DELIVERED, CANCELLED, by="customer:1", time=at("13:00"))
    apart = by_subject(told(shop.catch_up(), ODDITIES, now=NOW))
    shop.link("customer:1", "visitor:a")
    together = by_subject(told(shop.catch_up(), ODDITIES, now=NOW))

    assert set(apart["customer:1"]) == {"unknown_order_delivered", "cancelled_and_delivered"}
    assert set(together["customer:1"]) == {"cancelled_and_delivered"}


def test_an_orders_latest_word_may_be_another_identifiers(shop: Shop) -> None:
    """What was ordered as a visitor and amended as a customer costs what the amendment says."""
    shop.tell(placed(100), by="visitor:a")
    shop.tell(AMENDED, back(41), by="customer:1", time=at("13:00"))
    shop.link("customer:1", "visitor:a")

    found = by_subject(told(shop.catch_up(), ODDITIES, now=NOW))

    assert found == {"customer:1": {"refund_over_value": ["fact-000000", "fact-000001", "fact-000002"]}}


def test_narrowed_to_a_kind_a_store_and_a_period(shop: Shop) -> None:
    """A case lies where its ``at`` does; every kind is told of with its rule, and one that is none is refused."""
    shop.tell(DELIVERED, CANCELLED, time=at("13:00"))
    connection = shop.catch_up()
    day = NOON.date()

    def kinds(**asked: Any) -> dict[str, int]:  # noqa: ANN401 - what a report is asked
        table = told(connection, ODDITIES, now=NOW, **asked).tables["kinds"]
        assert all(row["rule"].endswith(".") and row["folded"].endswith(".") for row in table)
        return {row["kind"]: row["cases"] for row in table if row["cases"] or "about" in asked}

    both = {"cancelled_and_delivered": 1, "unknown_order_delivered": 1}
    assert kinds() == kinds(begin=day, end=day) == kinds(store="web") == both
    assert kinds(begin=day + timedelta(days=1)) == kinds(store="leeds") == kinds(end=day - timedelta(days=1)) == {}
    assert kinds(about="cancelled_and_delivered") == {"cancelled_and_delivered": 1}
    assert kinds(about=IMPOSSIBLE.kind) == {IMPOSSIBLE.kind: 0}
    with pytest.raises(BadQuestion, match="there is no oddity 'odd'; there are: delivered_before_shipped, "):
        kinds(about="odd")


def test_numbers_that_cannot_be_are_counted_where_they_were_refused(shop: Shop) -> None:
    """A parked event and a refused message, until somebody settles them; other faults are no matter of numbers."""
    connection = shop.catch_up()
    for number, field in enumerate(("data.lines[0].quantity", "data.total_minor", "data.order", "data.result_count")):
        connection.execute(
            "INSERT INTO ingest.verdict (source, protocol, origin, message_id, outcome, fault, field, reason, body,"
            " received_at, seen_at) VALUES ('s', 'segment', '/', %(id)s, 'rejected', 'invalid_field', %(field)s, 'no',"
            " '', %(at)s, %(at)s)",
            {"id": f"m-{number}", "field": field, "at": at("12:00") + timedelta(hours=number)},
        )
        connection.execute(
            'INSERT INTO engine.dead_letter (log_id, partition, "offset", fault, field, reason, value, missed,'
            " parked_at) VALUES ('l', 1, %s, 'invalid_field', %s, 'no', '', '{purchases}', %s)",
            [number, field, at("12:30") + timedelta(hours=number)],
        )
    connection.execute("UPDATE ingest.verdict SET settled_at = now() WHERE message_id = 'm-0'")
    connection.execute('UPDATE engine.dead_letter SET dismissed_at = now() WHERE "offset" = 1')

    answer = told(connection, ODDITIES, about=IMPOSSIBLE.kind)

    assert [(case["about"], case["events"]) for case in answer.tables["cases"]] == [
        ("data.result_count", ["1:3"]),
        ("data.result_count", ["m-3"]),
        ("data.total_minor", ["m-1"]),
        ("data.lines[0].quantity", ["1:0"]),
    ]
    assert told(connection, ODDITIES, store="web").figures["cases"] == 0


def test_every_kind_has_an_example() -> None:
    """A rule that nothing was ever found by may be wrong."""
    shown = {kind for example in EXAMPLES.values() for kind in example.kinds}

    assert shown | {"birthday_is_no_day", "from_the_future"} == {rule.kind for rule in RULES}


REFUNDED_MORE = """
SELECT customer, strftime(max(happened) FILTER (NOT sale), '%Y-%m-%d')
  FROM line WHERE customer IS NOT NULL GROUP BY customer
HAVING coalesce(-sum(pence) FILTER (NOT sale), 0) > coalesce(sum(pence) FILTER (sale), 0)
 ORDER BY 2 DESC, 1
"""


def test_real_returns_as_another_engine_counts_them(retail: Connection, raw_retail: duckdb.DuckDBPyConnection) -> None:
    """Online Retail, three months: customers who were refunded more than they ordered, by DuckDB from the raw file."""
    expected = raw.rows(raw_retail, REFUNDED_MORE)

    answer = told(retail, ODDITIES, limit=1000)

    shown = [(case["person"], case["at"].date().isoformat()) for case in answer.tables["cases"]]
    assert {case["kind"] for case in answer.tables["cases"]} == {"refunded_more_than_bought"}
    assert shown == expected
    assert len(expected) > 10
    assert all(case["about"] == "GBP" and case["events"] for case in answer.tables["cases"])
    assert min(case["at"].date() for case in answer.tables["cases"]) >= date(2010, 12, 1)
