"""What the house does in the simulated life, well or badly: parcels packed, checklists kept, customers called."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta

from events.catalog.complaints import ComplaintRaised, ComplaintReplied
from events.catalog.contacts import ContactMade, ContactPlanned, ContactReceived, ContactSkipped
from events.catalog.fulfilment import OrderDelivered
from events.catalog.operations import ChecklistStepDone, PolicyPublished
from events.catalog.orders import OrderPlaced
from events.catalog.promises import PromiseBroken, PromiseKept, PromiseMade
from events.catalog.tasks import TaskAssigned, TaskDone, TaskOpened
from events.envelope import Envelope
from services.demo.report import Report
from tests.services.demo.told import told

DAY = timedelta(days=1)


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


def test_a_complaint_is_a_promise_and_a_task(life: list[Envelope], report: Report) -> None:
    """Answered within the day it is kept and done; otherwise it is broken, and the head of the house has it."""
    raised = {f"answer:{each.complaint}": envelope.time for envelope, each in told(life, ComplaintRaised)}
    replied: dict[str, datetime] = {}
    for envelope, reply in told(life, ComplaintReplied):
        replied.setdefault(f"answer:{reply.complaint}", envelope.time)
    in_time = {name for name, at in replied.items() if at <= raised[name] + DAY}
    over = {name for name in raised.keys() - in_time if raised[name] + DAY < report.now}

    opened = {task.task for _, task in told(life, TaskOpened) if task.reason == "complaint_opened"}
    done = {task.task for _, task in told(life, TaskDone) if task.outcome == "replied"}

    assert {promise.promise for _, promise in told(life, PromiseMade)} == opened == raised.keys()
    assert {promise.promise for _, promise in told(life, PromiseKept)} == in_time
    assert {promise.promise for _, promise in told(life, PromiseBroken)} == over
    assert {task.task for _, task in told(life, TaskAssigned)} == over
    assert done == replied.keys()
    assert len(in_time) > len(over) > 20


def test_a_planned_contact_is_a_task_on_its_day(life: list[Envelope]) -> None:
    """Some are forgotten, and stay open; those that were made before their day were never one."""
    planned = {contact.contact for _, contact in told(life, ContactPlanned)}
    opened = {task.task.rpartition(":")[2] for _, task in told(life, TaskOpened) if task.reason == "contact_due"}
    done = {task.task.rpartition(":")[2] for _, task in told(life, TaskDone) if task.outcome == "contacted"}

    assert opened < planned
    assert done < opened
    assert len(opened - done) > 5


def test_who_was_not_helped_asks_again(life: list[Envelope]) -> None:
    """Within days, for the same, and few do."""
    asked = [contact.contact for _, contact in told(life, ContactReceived)]

    again = [contact for contact in asked if contact.endswith("-again")]

    assert 0.02 < len(again) / len(asked) < 0.15
    assert {contact.removesuffix("-again") for contact in again} <= set(asked)
