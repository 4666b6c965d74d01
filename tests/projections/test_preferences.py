"""What customers told us of themselves: every statement with its dates, none lost to another."""

from datetime import datetime, timedelta

from events.catalog.customers import (
    CustomerRegistered,
    FamilyMemberNamed,
    NeedStated,
    PreferenceStated,
    TraitsChanged,
)
from events.event import Event
from projections._engine.reference import as_mappings, fold
from projections.preferences import Preferences
from tests.projections.shop import NOON, Shop

LATER = NOON + timedelta(days=1)


def rows_of(*told: tuple[Event, datetime]) -> list[dict[str, object]]:
    """Return the rows that these facts make."""
    return as_mappings(Preferences(), fold(Preferences(), Shop.facts(*told)))


def test_statements_that_contradict_each_other_are_both_kept_with_their_dates() -> None:
    """A spelling that differs in case and white space is the same statement, in the wording of the last."""
    rows = rows_of(
        (PreferenceStated(topic="colour", stance="dislikes", about="Red", channel="till"), LATER),
        (PreferenceStated(topic="colour", stance="likes", about="Red"), LATER),
        (PreferenceStated(topic="colour", stance="likes", about=" red "), NOON),
    )

    assert rows == [
        {
            "subject": "customer:1",
            "kind": "dislikes",
            "topic": "colour",
            "about": "red",
            "wording": "Red",
            "channel": "till",
            "stated": 1,
            "first_stated": LATER,
            "last_stated": LATER,
        },
        {
            "subject": "customer:1",
            "kind": "likes",
            "topic": "colour",
            "about": "red",
            "wording": "Red",
            "channel": None,
            "stated": 2,
            "first_stated": NOON,
            "last_stated": LATER,
        },
    ]


def test_needs_and_family_are_statements_too() -> None:
    """Each detail of a member is one; a member of whom nothing is told is known to be there."""
    rows = rows_of(
        (NeedStated(need="no_steps", detail="Comes with a wheelchair."), NOON),
        (FamilyMemberNamed(member="child-1", relation="daughter", name="Annabella", birthday="02-30"), NOON),
        (FamilyMemberNamed(member="child-1", name="Anna"), LATER),
        (FamilyMemberNamed(member="child-2"), NOON),
    )

    assert {(row["kind"], row["topic"], row["wording"]) for row in rows} == {
        ("needs", "no_steps", "Comes with a wheelchair."),
        ("relation", "child-1", "daughter"),
        ("name", "child-1", "Annabella"),
        ("name", "child-1", "Anna"),
        ("birthday", "child-1", "02-30"),
        ("relation", "child-2", ""),
    }


def test_a_birthday_of_ones_own_is_told_on_registering_or_as_a_trait() -> None:
    """One that was taken away is a statement; not to mention it says nothing."""
    rows = rows_of(
        (CustomerRegistered(name="Ada", birthday="1985-12-10"), NOON),
        (CustomerRegistered(name="Ada"), LATER),
        (TraitsChanged(traits={"birthday": ""}), LATER),
        (TraitsChanged(traits={"fax": ""}), LATER),
    )

    assert [(row["kind"], row["topic"], row["about"], row["stated"]) for row in rows] == [
        ("birthday", "", "", 1),
        ("birthday", "", "1985-12-10", 1),
    ]


def test_what_is_too_long_for_a_key_is_compared_by_its_beginning() -> None:
    """The wording is kept whole."""
    need = NeedStated(need="note", detail="x" * 16_000)

    (row,) = rows_of((need, NOON), (NeedStated(need="note", detail="x" * 300), NOON - timedelta(days=1)))

    assert (row["about"], row["wording"], row["stated"]) == ("x" * 200, "x" * 16_000, 2)
