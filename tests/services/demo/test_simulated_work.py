"""What the house does in the simulated life, well or badly: parcels packed, checklists kept, customers called."""

from collections import Counter, defaultdict

from events.catalog.contacts import ContactMade, ContactPlanned, ContactReceived, ContactSkipped
from events.catalog.fulfilment import OrderDelivered
from events.catalog.operations import ChecklistStepDone, PolicyPublished
from events.catalog.orders import OrderPlaced
from events.envelope import Envelope
from services.demo.report import Report
from tests.services.demo.told import told


def test_some_parcels_are_counted_and_a_few_of_them_are_wrong(
    orders: list[Envelope], life: list[Envelope], report: Report
) -> None:
    """What arrived is what was ordered but for a few; the report's headline has both counts."""
    ordered: dict[str, Counter[str]] = {}
    for _, placed in told(orders, OrderPlaced):
        ordered[placed.order] = Counter()
        for bought in placed.lines:
            ordered[placed.order][bought.product] += bought.quantity
    came: dict[str, Counter[str]] = defaultdict(Counter)
    for _, delivered in told(life, OrderDelivered):
        for line in delivered.lines:
            came[delivered.order][line.product] += line.quantity

    exact = [order for order, counted in came.items() if counted == ordered[order]]

    sentence = next(each.sentence for each in report.headlines if each.name == "order_accuracy")
    assert len(came) > 1000
    assert 0.9 < len(exact) / len(came) < 0.98
    assert sentence.startswith(f"{100 * len(exact) / len(came):.1f} % of {len(came):,} orders came exactly as ordered")


def test_checklists_are_in_force_and_some_steps_are_left_out(life: list[Envelope]) -> None:
    """Who is a regular from now on is thanked by hand, whoever comes; what else belongs to it is often forgotten."""
    playbooks = [policy.policy for _, policy in told(life, PolicyPublished) if policy.policy.startswith("checklist.")]
    steps = Counter((done.checklist, done.step) for _, done in told(life, ChecklistStepDone))

    assert sorted(playbooks) == [
        "checklist.complaint",
        "checklist.delivery",
        "checklist.first_order",
        "checklist.new_regular",
    ]
    assert steps["new_regular", "thank_by_hand"] > steps["new_regular", "show_the_account"] > 100
    assert steps["first_order", "welcome"] > steps["first_order", "card_in_the_parcel"] > 1000


def test_some_planned_calls_are_forgotten_and_some_are_one_too_many(life: list[Envelope]) -> None:
    """Most are made; the plan knows nothing of some that are."""
    planned = {contact.contact for _, contact in told(life, ContactPlanned)}
    made = {contact.contact: contact.plan for _, contact in told(life, ContactMade)}
    skipped = {contact.contact for _, contact in told(life, ContactSkipped)}

    assert len(planned & set(made)) > 0.7 * len(planned)
    assert len(planned - set(made) - skipped) > 5
    assert {plan for contact, plan in made.items() if contact not in planned} == {""}


def test_who_was_not_helped_asks_again(life: list[Envelope]) -> None:
    """Within days, for the same, and few do."""
    asked = [contact.contact for _, contact in told(life, ContactReceived)]

    again = [contact for contact in asked if contact.endswith("-again")]

    assert 0.02 < len(again) / len(asked) < 0.15
    assert {contact.removesuffix("-again") for contact in again} <= set(asked)
