"""A plan for many: each gets their own days, what was moved stays, and one who is refused leaves the others alone."""

from datetime import timedelta

from events.catalog.contacts import ContactPlanned
from events.catalog.customers import ManagerAssigned
from services.desk.contact_plan import Adjust
from services.desk.contact_plan_state import id_of
from services.desk.planning import Wish, YearPlan, put_in_force
from tests.services.desk.house import DAY, NOW, TODAY, House

SPREAD = 10


def test_a_plan_comes_to_each_customer_once(house: House) -> None:
    """Seen to by who looks after them; spread over days, the same ones whenever it is asked for."""
    names = tuple(f"customer:many-{number}" for number in range(60))
    wishes = (Wish(contact="a", due_on=TODAY + 20 * DAY, within_days=SPREAD), Wish(contact="b", due_on=TODAY - DAY))
    plan = YearPlan(plan="2026", contacts=wishes, customers=names)
    house.tell(ManagerAssigned(manager="cid"), by=names[0])
    first_id = id_of("2026", names[1])

    with house.desk.reading() as connection:
        first = put_in_force(house.desk, connection, plan, "ann", NOW)
        house.give("contact-plan", first_id, Adjust(contact="a", due_on=TODAY + 50 * DAY))
        again = put_in_force(house.desk, connection, plan, "ann", NOW)

    planned = [house.desk.history("contact-plan", id_of("2026", name))[0].envelope.data for name in names]
    days = [each.due_on - TODAY for each in planned if isinstance(each, ContactPlanned)]
    assert (first, again) == ((60, 60, []), (0, 0, []))
    assert [each.by for each in planned[:2] if isinstance(each, ContactPlanned)] == ["cid", "ann"]
    assert {min(days), max(days)} == {timedelta(days=20), timedelta(days=20 + SPREAD - 1)}
    assert house.state("contact-plan", first_id).contacts["a"].due.value == TODAY + 50 * DAY


def test_who_is_refused_leaves_the_others_alone(house: House) -> None:
    """It is told for whom, and why."""
    wishes = (Wish(contact="a", due_on=TODAY + 400 * DAY),)
    others = YearPlan(plan="2027", contacts=wishes, customers=("customer:full", "customer:free"))
    house.tell(ContactPlanned(plan="2027", contact="z", due_on=TODAY), by="customer:full")

    with house.desk.reading() as connection:
        outcome = put_in_force(house.desk, connection, others, "ann", NOW)

    assert (outcome.customers, outcome.contacts) == (1, 1)
    assert [(customer, why.code) for customer, why in outcome.refused] == [("customer:full", "longer_than_a_year")]
