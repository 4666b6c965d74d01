"""Policies and playbooks: checked, versioned from a day on, and never for days that were worked by."""

from datetime import UTC, datetime, time, timedelta

import pytest

from events.catalog.operations import PolicyPublished
from services.checklists.publishing import settings
from services.checklists.reading import shipped
from services.desk import playbook
from services.desk.deciding import Command
from services.desk.policy import Publish, Withdraw
from tests.services.desk.house import DAY, NOW, TODAY, House


def promise(hours: str, days: int | None = None, version: str = "") -> Publish:
    """Return the command that publishes a promised time, by itself from now on, or from so many days from today."""
    since = None if days is None else TODAY + timedelta(days=days)
    return Publish(content={"hours": hours}, since=since, version=version)


def times(house: House, aggregate: str, name: str) -> list[datetime]:
    """Return from when each version holds that was published at the desk."""
    return [decided.envelope.time for decided in house.desk.history(aggregate, name)]


def midnight(days: int) -> datetime:
    """Return the beginning of a day, counted from today."""
    return datetime.combine(TODAY + timedelta(days=days), time.min, UTC)


def test_versions_are_numbered_and_hold_from_a_day_on(house: House) -> None:
    """The first one may be from before; what holds already is not published again."""
    name = "complaint_promise.p1"

    first = house.give("policy", name, promise("24", -400))
    same = house.give("policy", name, promise("24"))
    second = house.give("policy", name, promise("12"))
    third = house.give("policy", name, promise("8", 7, "spring"))
    fourth = house.give("policy", name, promise("12", 30))

    assert first == [PolicyPublished(policy=name, version="1", content={"hours": "24"}, by="boss")]
    assert same == []
    assert [each.version for each in (*second, *third, *fourth) if isinstance(each, PolicyPublished)] == [
        "2",
        "spring",
        "3",
    ]
    assert times(house, "policy", name) == [midnight(-400), NOW, midnight(7), midnight(30)]
    assert house.desk.history("policy", name)[0].envelope.subject == f"policy:{name}"


def test_a_rule_is_withdrawn_with_what_was_to_come(house: House) -> None:
    """From now on it says nothing, and neither does the version that had waited."""
    name = "complaint_promise.p2"
    house.give("policy", name, promise("24"))
    house.give("policy", name, promise("8", 7))

    withdrawn = house.give("policy", name, Withdraw(), at=NOW + DAY)
    twice = house.give("policy", name, Withdraw(), at=NOW + DAY)
    anew = house.give("policy", name, promise("24"), at=NOW + DAY)

    assert withdrawn == [PolicyPublished(policy=name, version=version, by="boss") for version in ("3", "4")]
    assert times(house, "policy", name)[2:4] == [NOW + DAY, midnight(7)]
    assert (twice, len(anew)) == ([], 1)


@pytest.mark.parametrize(
    ("name", "command", "code", "words"),
    [
        ("complaint_promise.p3", promise("soon"), "bad_policy", "hours: 'soon' is no number of hours"),
        ("complaint_promise", Publish(content={"hour": "2"}), "bad_policy", "hour: is no setting of a promise"),
        ("complaint_cost", Publish(content={"people_told": "many"}), "bad_policy", "is no number of people"),
        ("contact_limit", Publish(content={"most": "0"}), "bad_policy", "most: '0' is no whole number"),
        ("contact_limit", Publish(content={"least": "1"}), "bad_policy", "those are most, days"),
        ("checklist.table", Publish(content={"steps": ""}), "published_elsewhere", "regulars checklists publish"),
        ("segment.vip", Withdraw(), "published_elsewhere", "regulars segments define"),
        ("complaint_promise.p3", promise("12", -1), "in_the_past", "2026-03-01 was worked by"),
        ("complaint_promise.p3", promise("12", 0), "before_the_last", "at 09:00 UTC: leave since out"),
        ("complaint_promise.p3", promise("12", None, "1"), "version_taken", "a version is never edited"),
        ("complaint_promise.p4", Withdraw(), "not_published", "nothing to withdraw"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, name: str, command: Command, code: str, words: str) -> None:
    """What is known of a rule is checked; rules with a form of their own have their own way in."""
    house.give("policy", "complaint_promise.p3", promise("24"))

    refused = house.refuses("policy", name, command)

    assert refused[0] == code
    assert words in refused[1]


def test_a_rule_that_nobody_here_knows_is_taken_as_it_is(house: House) -> None:
    """What it means, its readers know."""
    assert len(house.give("policy", "opening_hours", Publish(content={"any": "thing"}))) == 1


def test_versions_that_others_published_count(house: House) -> None:
    """Their numbers are not taken again, and what holds of them is not published anew."""
    house.tell(PolicyPublished(policy="complaint_promise.p5", version="4", content={"hours": "24"}))

    same = house.give("policy", "complaint_promise.p5", promise("24"))
    (next_one,) = house.give("policy", "complaint_promise.p5", promise("12"))

    assert same == []
    assert isinstance(next_one, PolicyPublished)
    assert next_one.version == "5"


def test_a_playbook_is_published_and_withdrawn(house: House) -> None:
    """It is a rule, which the report of checklists reads, and is checked as its files are."""
    table = shipped("table")

    published = house.give("playbook", "table", playbook.publish(table))
    same = house.give("playbook", "table", playbook.publish(table))
    withdrawn = house.give("playbook", "table", playbook.Withdraw(), at=NOW + DAY)

    assert published == [PolicyPublished(policy="checklist.table", version="1", content=settings(table), by="boss")]
    assert (same, withdrawn) == ([], [PolicyPublished(policy="checklist.table", version="2", by="boss")])


def test_a_playbook_that_nobody_could_work_by_is_refused(house: House) -> None:
    """It names the field, and the one that may be meant."""
    table = shipped("table")
    wrong = playbook.Publish(trigger=table.trigger, steps=[*table.steps, table.steps[0]])

    twice = house.refuses("playbook", "table2", wrong)
    name = house.refuses("playbook", "The table", playbook.publish(table))
    nothing = house.refuses("playbook", "table3", playbook.Withdraw())

    assert (twice[0], name[0], nothing[0]) == ("bad_playbook", "bad_playbook", "not_published")
    assert f"steps[{len(table.steps)}].name: {table.steps[0].name} stands there twice" in twice[1]
