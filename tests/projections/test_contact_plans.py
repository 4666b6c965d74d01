"""Planned contacts: the last word on the day, the first on what was done, and a plan's name tells contacts apart."""

from datetime import date, timedelta

from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from projections._engine.reference import as_mappings, fold
from projections.contact_plans import ContactPlans
from tests.projections.shop import NOON, Shop

HOUR = timedelta(hours=1)
DAY = date(2024, 6, 1)


def test_the_way_of_a_planned_contact() -> None:
    """Put off, left out, and made after all; what nobody named a purpose of takes none away."""
    told = Shop.facts(
        (ContactPlanned(plan="2024", contact="k", due_on=DAY, purpose="birthday", channel="card", by="ann"), NOON),
        (ContactPlanned(plan="2024", contact="k", due_on=DAY.replace(day=9), by="bob"), NOON + HOUR),
        (ContactSkipped(plan="2024", contact="k", reason="not_reached", by="bob"), NOON + 2 * HOUR),
        (ContactSkipped(plan="2024", contact="k", reason="complaint_open", by="bob"), NOON + 3 * HOUR),
        (ContactMade(plan="2024", contact="k", by="cid", channel="phone"), NOON + 4 * HOUR),
        (ContactMade(plan="2024", contact="k", by="dan"), NOON + 5 * HOUR),
        (ContactMade(contact="k", purpose="hello"), NOON),
    )

    unplanned, planned = as_mappings(ContactPlans(), fold(ContactPlans(), told[::-1]))

    assert planned == {
        "subject": "customer:1",
        "plan": "2024",
        "contact": "k",
        "planned": NOON,
        "due_on": DAY.replace(day=9),
        "planner": "bob",
        "purpose": "birthday",
        "channel": "card",
        "made": NOON + 4 * HOUR,
        "maker": "cid",
        "skipped": NOON + 2 * HOUR,
        "reason": "not_reached",
    }
    assert (unplanned["plan"], unplanned["planned"], unplanned["made"], unplanned["purpose"]) == (
        "",
        None,
        NOON,
        "hello",
    )
