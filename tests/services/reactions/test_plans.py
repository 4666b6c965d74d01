"""What is planned: contacts whose day comes, and steps of checklists whose time is over."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

import pytest

from events.catalog.contacts import ContactMade, ContactPlanned, ContactSkipped
from events.catalog.fulfilment import OrderDelivered
from events.catalog.operations import ChecklistStepDone, PolicyPublished
from events.catalog.tasks import TaskOpened
from events.catalog.visits import VisitStarted
from services.checklists.playbook import Playbook, Step, Trigger
from services.checklists.publishing import settings
from services.desk.task import Complete, Drop, Open
from services.reactions import checklist_begun, checklist_caught_up, checklist_step_due, contact_due, contact_planned
from services.reactions._engine.reaction import Announce, Forget, Hold, Remind, Signal, Tell
from tests.projections.shop import NOON
from tests.services.reactions.house import DAY, HOUR, House, commands, of_kind, only, order, signal, task

MOMENT = timedelta(microseconds=1)
DUE_ON = date(2024, 6, 1)
MORNING = datetime(2024, 6, 1, tzinfo=NOON.tzinfo)
CONTACTS = ("open", "made", "skipped", "moved", "old")

DELIVERY = Playbook(
    name="delivery",
    title="A delivery",
    trigger=Trigger(event="regulars.order.placed", stores=["leeds"]),
    called_off_by="regulars.order.cancelled",
    steps=[
        Step(name="pack", title="Pack it", within="1d", who="warehouse"),
        Step(name="call", title="Call them", within="2d", who="manager"),
        Step(
            name="delivered",
            title="Hand it over",
            within="3d",
            who="carrier",
            seen="regulars.fulfilment.order_delivered",
        ),
    ],
)
SECOND = Playbook(
    name="second",
    trigger=Trigger(event="regulars.order.placed", nth=2),
    steps=[Step(name="thank", title="Thank them", within="1d")],
)
TABLE = Playbook(
    name="table",
    trigger=Trigger(event="regulars.operation.checklist_step_done"),
    steps=[Step(name="seated", within="1m"), Step(name="menu", within="5m")],
)


@pytest.fixture(scope="module", autouse=True)
def _plans(house: House) -> None:
    """Tell of playbooks, of contacts that went different ways, and of orders."""
    house.staff()
    for playbook in (DELIVERY, SECOND, TABLE):
        policy = f"checklist.{playbook.name}"
        published = PolicyPublished(policy=policy, version="1", content=settings(playbook))
        house.tell(published, by=f"policy:{policy}", time=NOON - DAY)
    house.catch_up()
    pat = house.customer("pat")
    planned = [ContactPlanned(plan="2024", contact=name, due_on=DUE_ON, by="eve", channel="phone") for name in CONTACTS]
    house.tell(*planned, by=pat, time=NOON)
    house.tell(ContactMade(plan="2024", contact="made"), by=pat, time=NOON + DAY)
    house.tell(ContactSkipped(plan="2024", contact="skipped", reason="away"), by=pat, time=NOON + DAY)
    house.tell(ContactPlanned(plan="2024", contact="moved", due_on=date(2024, 7, 1)), by=pat, time=NOON + DAY)
    old = "contact:2024:moved:customer:pat:2024-06-01"
    house.tell(TaskOpened(task=old, reason="contact_due", about="contact:2024:moved"), by=pat, time=MORNING)
    house.customer("ola")
    house.tell(order(7), order(8), order(9, store="york"), by="customer:ola", time=NOON)
    house.tell(OrderDelivered(order="o-8"), by="customer:ola", time=NOON + 70 * HOUR)
    house.tell(ticked("pack", "o-8"), ticked("call", "o-8"), by="customer:ola", time=NOON + 50 * HOUR)
    late = TaskOpened(task="step:delivery:o-8:call", reason="checklist_step_overdue", about="checklist:delivery")
    house.tell(late, by="customer:ola", time=NOON + 49 * HOUR)
    house.tell(ticked("seated", "t-1", "table"), by="customer:ola", time=NOON)
    house.tell(ticked("menu", "t-1", "table"), by="customer:ola", time=NOON + HOUR)
    house.tell(VisitStarted(session="s"), by="customer:ola", time=NOON)
    house.catch_up()


def ticked(step: str, run: str, checklist: str = "delivery") -> ChecklistStepDone:
    """Return that somebody did a step."""
    return ChecklistStepDone(checklist=checklist, run=run, step=step)


def contact(kind: str, name: str) -> Signal:
    """Return a signal about one of the contacts."""
    return signal(kind, "customer:pat", at=NOON, detail={"plan": "2024", "contact": name})


def of_order(house: House, kind: str, which: str) -> Signal:
    """Return the signal of an order, as the projections raised it."""
    rows = house.connection.execute(
        "SELECT event_id, happened_at, detail FROM engine.signal WHERE kind = %s AND detail ->> 'order' = %s",
        [kind, which],
    ).fetchall()
    ((event_id, at, detail),) = rows
    return signal(kind, "customer:ola", at=at, event_id=event_id, detail=detail)


def due(step: str, run: str, at: datetime) -> Signal:
    """Return the reminder of a step."""
    detail: Mapping[str, str] = {"checklist": "delivery", "run": run, "step": step}
    return signal("checklist_step_due", "customer:ola", at=at, detail=detail)


def test_a_planned_contact_is_looked_at_when_its_day_begins(house: House) -> None:
    """By the last word on which day that is; a task of the day before that is dropped."""
    planned = house.react(contact_planned.REACTION, contact("contact_planned", "open"), NOON)
    moved = house.react(contact_planned.REACTION, contact("contact_planned", "moved"), NOON + 20 * DAY)

    reminder = only(planned, Remind)
    assert (reminder.kind, reminder.at) == ("contact_due", MORNING)
    assert reminder.key == "contact:2024:open:customer:pat:2024-06-01:contact_due"
    assert only(moved, Remind).at == MORNING + 30 * DAY
    assert task(moved, Drop) == ("contact:2024:moved:customer:pat:2024-06-01", Drop(reason="put_off"))


def test_a_contact_that_was_made_or_left_out_is_forgotten(house: House) -> None:
    """Its task, if there is one, is done or dropped."""
    made = house.react(contact_planned.REACTION, contact("contact_made", "made"), NOON + DAY)
    skipped = house.react(contact_planned.REACTION, contact("contact_skipped", "skipped"), NOON + DAY)

    assert only(made, Forget).key == "contact:2024:made:customer:pat:2024-06-01:contact_due"
    assert task(made, Complete)[1] == Complete(outcome="contacted")
    assert only(skipped, Forget).key == "contact:2024:skipped:customer:pat:2024-06-01:contact_due"
    assert [each for _, name, each in commands(skipped, Drop) if "skipped" in name] == [Drop(reason="left_out")]


def test_a_contact_whose_day_has_come_is_a_task(house: House) -> None:
    """For the manager, by the end of the day."""
    actions = house.react(contact_due.REACTION, contact("contact_due", "open"), MORNING)

    name, opened = task(actions, Open)
    assert name == "contact:2024:open:customer:pat:2024-06-01"
    assert (opened.title, opened.assignee, opened.due_at) == ("Contact Pat, by phone", "ann", MORNING + DAY)
    assert only(actions, Announce).type == "contact.due"


@pytest.mark.parametrize(
    ("name", "code"), [("made", "settled"), ("skipped", "settled"), ("moved", "put_off"), ("none", "not_planned")]
)
def test_a_contact_that_is_not_due_is_no_task(house: House, name: str, code: str) -> None:
    """Whatever its reminder was set for."""
    assert only(house.react(contact_due.REACTION, contact("contact_due", name), MORNING), Hold).code == code


def test_open_contacts_whose_day_has_come_are_found(house: House) -> None:
    """Also those that were planned before there were reactions; not the others, and not before their day."""
    found = [each.id for each in contact_due.look(house.connection, MORNING)]

    assert found == [
        f"timer:contact:2024:{name}:customer:pat:2024-06-01:contact_due:2024-06-01T00:00:00.000000Z"
        for name in ("old", "open")
    ]
    assert list(contact_due.look(house.connection, MORNING - MOMENT)) == []
    assert list(contact_due.look(house.connection, MORNING + 100 * DAY)) == []


def test_a_checklist_that_begins_is_looked_at_at_each_deadline(house: House) -> None:
    """Those in force whose trigger it is, in that store, and the how many-th of the customer's it is."""
    actions = house.react(checklist_begun.REACTION, of_order(house, "order_placed", "o-7"), NOON)
    second = house.react(checklist_begun.REACTION, of_order(house, "order_placed", "o-8"), NOON)
    york = house.react(checklist_begun.REACTION, of_order(house, "order_placed", "o-9"), NOON)

    reminded = [(each.detail["step"], each.at) for each in of_kind(actions, Remind)]
    assert reminded == [
        (step, NOON + days * DAY + MOMENT) for days, step in enumerate(("pack", "call", "delivered"), 1)
    ]
    assert [each.detail["step"] for each in of_kind(second, Remind)] == ["pack", "call", "delivered", "thank"]
    assert only(york, Hold).code == "no_checklist"


def test_a_run_that_is_ticked_begins_with_its_first_tick(house: House) -> None:
    """A later tick sets the same reminders again."""
    rows = house.connection.execute(
        "SELECT event_id, happened_at, detail FROM engine.signal WHERE detail ->> 'checklist' = 'table' ORDER BY id"
    ).fetchall()
    ticks = [
        signal("checklist_step_done", "customer:ola", at=at, event_id=event_id, detail=detail)
        for event_id, at, detail in rows
    ]

    first, later = (of_kind(house.react(checklist_begun.REACTION, tick, NOON), Remind) for tick in ticks)

    assert [each.at for each in first] == [NOON + timedelta(minutes=minutes) + MOMENT for minutes in (1, 5)]
    assert later == first


def test_a_step_that_is_overdue_is_a_task_that_says_what_comes_next(house: House) -> None:
    """For whom the playbook names, or for the customer's manager, where it says so."""
    pack = house.react(checklist_step_due.REACTION, due("pack", "o-7", NOON), NOON + DAY + MOMENT)
    call = house.react(checklist_step_due.REACTION, due("call", "o-7", NOON), NOON + 2 * DAY + MOMENT)

    name, opened = task(pack, Open)
    assert (name, opened.title, opened.assignee) == ("step:delivery:o-7:pack", "Pack it: Ola", "warehouse")
    assert opened.why == (
        "A delivery (o-7): 'Pack it' was due by 18 May 2024, 12:00 UTC. Next: Call them, by 19 May 2024, 12:00 UTC."
    )
    assert (task(call, Open)[1].assignee, only(call, Tell).to) == ("ann", "ann")
    assert "Not done either: Pack it." in task(call, Open)[1].why


def test_a_step_that_is_done_or_not_due_yet_is_no_task(house: House) -> None:
    """Exactly at its deadline it can be done in time still: it is looked at a moment later."""
    done = house.react(checklist_step_due.REACTION, due("delivered", "o-8", NOON), NOON + 3 * DAY + MOMENT)
    early = house.react(checklist_step_due.REACTION, due("pack", "o-7", NOON), NOON + DAY)

    assert only(done, Hold).code == "done"
    assert only(early, Remind).at == NOON + DAY + MOMENT


def test_a_step_that_is_done_after_all_closes_its_task(house: House) -> None:
    """As soon as something happens that can show it; while it is late it stays open."""
    delivered = of_order(house, "order_delivered", "o-8")

    before = house.react(checklist_caught_up.REACTION, delivered, NOON + 49 * HOUR + MOMENT)
    after = house.react(checklist_caught_up.REACTION, delivered, NOON + 50 * HOUR + HOUR)
    other = house.react(checklist_caught_up.REACTION, contact("contact_made", "made"), NOON)

    assert before == []
    assert task(after, Complete) == ("step:delivery:o-8:call", Complete(outcome="done_late"))
    assert only(other, Hold).code == "nothing_open"
