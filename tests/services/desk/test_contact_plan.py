"""A contact plan: contacts of a year with a customer, each moved, left out or made while it is open."""

from datetime import date, timedelta

import pytest

from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from services.desk.contact_plan import Adjust, Plan, Planned, Record, Skip
from services.desk.contact_plan_state import id_of
from services.desk.deciding import Command
from tests.services.desk.house import DAY, NOW, TODAY, House


def planned(*days: int, seen_to_by: str = "") -> Plan:
    """Return the command that plans a contact on each of these days, counted from today; they are named by it."""
    contacts = tuple(
        Planned(contact=f"k{day}", due_on=TODAY + timedelta(days=day), purpose="hello", channel="phone") for day in days
    )
    return Plan(contacts=contacts, seen_to_by=seen_to_by)


def on(day: int) -> date:
    """Return a day that is so many days from today."""
    return TODAY + timedelta(days=day)


def test_the_way_of_a_planned_contact(house: House) -> None:
    """Planned, put off, left out, and made after all, each once."""
    name = id_of("2026", "customer:k1")
    fact = ContactPlanned(plan="2026", contact="k10", due_on=on(10), purpose="hello", channel="phone", by="ann")

    plan = house.give("contact-plan", name, planned(10, 40, seen_to_by="ann"))
    same = house.give("contact-plan", name, planned(10))
    more = house.give("contact-plan", name, planned(0, 10, 70))
    moved = house.give("contact-plan", name, Adjust(contact="k10", due_on=on(12)), by="bob")
    unmoved = house.give("contact-plan", name, Adjust(contact="k10", due_on=on(12)))
    skipped = house.give("contact-plan", name, Skip(contact="k10", reason="complaint_open"))
    again = house.give("contact-plan", name, Skip(contact="k10", reason="other"))
    made = house.give("contact-plan", name, Record(contact="k10", text="Glad of it."))
    twice = house.give("contact-plan", name, Record(contact="k10"))

    assert (plan[0], len(plan), same, len(more)) == (fact, 2, [], 2)
    assert (moved, unmoved) == (
        [ContactPlanned(plan="2026", contact="k10", due_on=on(12), purpose="hello", channel="phone", by="bob")],
        [],
    )
    assert skipped == [ContactSkipped(plan="2026", contact="k10", reason="complaint_open", by="boss")]
    assert made == [
        ContactMade(plan="2026", contact="k10", purpose="hello", channel="phone", by="boss", text="Glad of it.")
    ]
    assert (again, twice) == ([], [])


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (planned(-1), "in_the_past", "choose a day from 2026-03-02 on"),
        (planned(5, 5), "planned_twice", "a key of its own"),
        (planned(5, 400), "longer_than_a_year", "begin another one"),
        (Plan(contacts=(Planned(contact="k20", due_on=on(21)),)), "planned_before", "adjust it instead"),
        (Adjust(contact="k99", due_on=on(3)), "no_such_contact", "there are: k20, k30, k40"),
        (Adjust(contact="k20", due_on=on(-1)), "in_the_past", "2026-03-01"),
        (Adjust(contact="k20", due_on=on(420)), "longer_than_a_year", "from 2026-04-01 to 2027-04-26"),
        (Adjust(contact="k30", due_on=on(31)), "was_made", "made on 2026-03-02, and cannot be moved"),
        (Adjust(contact="k40", due_on=on(41)), "was_skipped", "left out on 2026-03-02, and cannot be moved"),
        (Skip(contact="k30", reason="late"), "was_made", "cannot be left out"),
        (Skip(contact="k20", reason=" "), "no_reason", "such as complaint_open"),
        (Record(contact="k99"), "no_such_contact", "No contact k99 is planned with customer:k2 in 2026"),
    ],
)
def test_what_makes_no_sense_is_refused(house: House, command: Command, code: str, words: str) -> None:
    """Nothing in days that are over; what was made or left out stays so; of a plan all or nothing is planned."""
    name = id_of("2026", "customer:k2")
    if not house.state("contact-plan", name).contacts:
        house.give("contact-plan", name, planned(20, 30, 40))
        house.give("contact-plan", name, Record(contact="k30"))
        house.give("contact-plan", name, Skip(contact="k40", reason="on_leave"))

    refused = house.refuses("contact-plan", name, command)

    assert refused[0] == code
    assert words in refused[1]


@pytest.mark.parametrize("name", ["2026", "customer", "the plan:customer:k3", ":customer:k3"])
def test_an_id_names_a_plan_and_a_customer(house: House, name: str) -> None:
    """So that a fact can tell both."""
    assert house.refuses("contact-plan", name, planned(5))[0] == "no_plan_and_customer"


def test_what_others_said_of_a_contact_counts(house: House) -> None:
    """It was planned elsewhere and made at the till: the last word on the day, the first on what was done."""
    name = id_of("2026", "customer:k4")
    house.tell(
        ContactPlanned(plan="2026", contact="a", due_on=on(5), purpose="birthday", channel="card"),
        ContactPlanned(plan="2026", contact="b", due_on=on(6)),
        ContactPlanned(plan="2025", contact="c", due_on=on(-90)),
        ContactMade(plan="2026", contact="b"),
        by="customer:k4",
    )

    moved = house.give("contact-plan", name, Adjust(contact="a", due_on=on(7)))
    refused = house.refuses("contact-plan", name, Adjust(contact="b", due_on=on(7)))
    house.tell(ContactPlanned(plan="2026", contact="a", due_on=on(9)), by="customer:k4", at=NOW + DAY)

    assert moved == [
        ContactPlanned(plan="2026", contact="a", due_on=on(7), purpose="birthday", channel="card", by="boss")
    ]
    assert refused[0] == "was_made"
    assert house.state("contact-plan", name).contacts["a"].due.value == on(9)
    assert sorted(house.state("contact-plan", name).contacts) == ["a", "b"]
