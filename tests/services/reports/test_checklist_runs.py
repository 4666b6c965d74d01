"""Which runs of checklists there are, and what shows that a step of one was done."""

import msgspec

from events.catalog.complaints import (
    ComplaintAcknowledged,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
)
from events.catalog.contacts import ContactMade, ContactPlanned
from events.catalog.feedback import FeedbackGiven
from events.catalog.fulfilment import OrderDelivered, ShipmentDispatched
from events.catalog.operations import PolicyPublished
from events.catalog.orders import OrderCancelled
from events.catalog.visits import VisitStarted
from services.checklists.playbook import Step, Trigger
from services.checklists.publishing import published
from services.checklists.reading import parse, shipped
from services.reports.checklists import CHECKLISTS
from tests.projections.shop import NOON, Shop
from tests.services.reports.asked import told
from tests.services.reports.checklists_told import BEFORE, hours, in_force, next_steps, order, run_of, states, tick

BROKEN: tuple[dict[str, str], ...] = (
    {"steps": "thank", "thank.within_seconds": "soon"},
    {"steps": "thank", "thank.within_seconds": "99999999999"},
    {"nth": "first", "steps": "thank", "thank.within_seconds": "60"},
    {"event": "regulars.moon.risen", "steps": "thank", "thank.within_seconds": "60"},
    {"steps": "", "stores": "\n"},
)


def test_events_show_steps_of_the_same_thing_and_of_the_same_person(shop: Shop) -> None:
    """A parcel is that order's; another order and a rating are the person's, under any identifier, and come after."""
    in_force(shop, shipped("delivery"))
    in_force(shop, shipped("first_order"))
    shop.tell(FeedbackGiven(rating=3), by="visitor:a", time=hours(-1))
    shop.tell(order("o-1"), by="visitor:a")
    shop.tell(ShipmentDispatched(order="o-1", parcel="p"), by="customer:1", time=hours(24))
    shop.tell(OrderDelivered(order="o-1"), by="customer:1", time=hours(200))
    shop.tell(order("o-2"), by="customer:1", time=hours(20))
    shop.link("customer:1", "visitor:a")
    connection = shop.catch_up()

    answer = told(connection, CHECKLISTS, now=hours(240), about="first_order")
    delivery = told(connection, CHECKLISTS, now=hours(240), about="delivery")
    early = told(connection, CHECKLISTS, now=hours(19), about="first_order")

    assert (answer.figures["runs"], states(answer)["second_order"]) == (1, {"ahead": 1})
    assert states(answer)["ask_how_it_was"] == {"open": 1}
    assert states(early)["second_order"] == {"open": 1}
    assert states(delivery) == {"sent": {"kept": 1, "missed": 1}, "delivered": {"late": 1, "missed": 1}}
    assert [step["step"] for step in run_of(answer, "o-1")["happened"]] == ["second_order"]


def test_a_contact_of_our_own_accord_shows_a_step(shop: Shop) -> None:
    """Whatever plan asked for it, of that person, once the run began; what was only planned shows nothing."""
    text = shipped("new_regular")
    call = Step(name="call", within="3d", seen="regulars.contact.made")
    in_force(shop, msgspec.structs.replace(text, trigger=Trigger(event=text.trigger.event), steps=[call]))
    for number in (1, 2, 3):
        shop.tell(order(f"o-{number}"), by=f"customer:{number}")
    shop.tell(ContactMade(contact="k", plan="2024"), by="visitor:a", time=hours(20))
    shop.tell(ContactMade(contact="k"), by="customer:2", time=hours(-1))
    shop.tell(ContactPlanned(contact="k", plan="2024", due_on=NOON.date()), by="customer:3", time=hours(1))
    shop.link("customer:1", "visitor:a")

    answer = told(shop.catch_up(), CHECKLISTS, now=hours(100))

    assert states(answer) == {"call": {"kept": 1, "missed": 2}}


def test_a_run_that_is_called_off_asks_no_more(shop: Shop) -> None:
    """What was missed by then stays missed; what was done counts."""
    in_force(shop, shipped("delivery"))
    shop.tell(order("o-1"), ShipmentDispatched(order="o-1", parcel="p"))
    shop.tell(OrderCancelled(order="o-1", currency="GBP", total_minor=100), time=hours(1))
    shop.tell(order("o-2"))
    shop.tell(OrderCancelled(order="o-2", currency="GBP", total_minor=100), time=hours(24 * 4))

    answer = told(shop.catch_up(), CHECKLISTS, now=hours(24 * 30))

    assert states(answer) == {"sent": {"kept": 1, "missed": 1}, "delivered": {"called_off": 2}}
    assert answer.figures["due"] == 0


def test_a_complaint_that_was_reopened_is_not_solved(shop: Shop) -> None:
    """Its trigger may ask for a channel and a store; a tick does where no event tells."""
    text = shipped("complaint")
    in_force(shop, msgspec.structs.replace(text, trigger=Trigger(event=text.trigger.event, channels=["mail"])))
    for number, channel in ((1, "mail"), (2, "mail"), (3, "phone")):
        key = f"c-{number}"
        raised = ComplaintRaised(complaint=key, channel=channel, store="leeds")
        shop.tell(raised, ComplaintReplied(complaint=key), ComplaintResolved(complaint=key))
        shop.tell(ComplaintAcknowledged(complaint=key), time=hours(3))
    shop.tell(ComplaintReopened(complaint="c-2"), time=hours(2))
    shop.tell(tick("complaint", "c-2", "acknowledge", "leeds"), time=hours(1))

    answer = told(shop.catch_up(), CHECKLISTS, now=hours(24 * 8), store="leeds")

    assert states(answer) == {
        "acknowledge": {"kept": 1, "late": 1},
        "reply": {"kept": 2},
        "make_it_good": {"kept": 1, "missed": 1},
        "ask_again": {"open": 2},
    }
    assert {row["store"] for row in answer.tables["stores"]} == {"leeds"}
    assert answer.tables["stores"][0]["step"] == "acknowledge"


def test_a_playbook_of_the_nth_has_one_run_a_person(shop: Shop) -> None:
    """Whatever the source calls the run; orders count over all stores and identifiers, the trigger's store is asked."""
    in_force(shop, shipped("new_regular"))
    for number, by, store in ((1, "customer:1", "web"), (2, "visitor:a", "leeds"), (3, "customer:1", "york")):
        shop.tell(order(f"o-{number}", store), by=by, time=hours(number))
    shop.tell(order("o-4"), order("o-5"), by="customer:2")
    shop.tell(tick("new_regular", "whatever", "thank_by_hand"), by="visitor:a", time=hours(4))
    shop.tell(tick("new_regular", "x", "thank_by_hand"), by="customer:2", time=hours(4))
    shop.link("customer:1", "visitor:a")

    answer = told(shop.catch_up(), CHECKLISTS, now=hours(24 * 3))

    assert [(row["person"], row["run"], row["store"]) for row in answer.tables["runs"]] == [
        ("customer:1", "o-3", "york")
    ]
    assert states(answer)["thank_by_hand"] == {"kept": 1}
    assert [row["runs"] for row in answer.tables["stray"]] == [1]


def test_visits_begin_checklists_in_the_stores_that_are_named(shop: Shop) -> None:
    """Of a visit with a session, by its first moment; there are no runs of what happens on the web."""
    text = "name: door\ntrigger: {event: regulars.visit.started, stores: [leeds, york]}\n"
    in_force(shop, parse(f"{text}steps:\n  - {{name: greet, within: 1m}}\n", "door.yaml"))
    for store, session in (("leeds", "s-1"), ("leeds", ""), ("web", "s-2")):
        shop.tell(VisitStarted(store=store, session=session))
    shop.tell(tick("door", "s-1", "greet", "leeds"), time=hours(0.01))

    answer = told(shop.catch_up(), CHECKLISTS, now=hours(1))

    assert [(row["run"], row["store"]) for row in answer.tables["runs"]] == [("s-1", "leeds")]
    assert states(answer) == {"greet": {"kept": 1}}


def test_a_policy_that_is_no_playbook_has_no_runs_and_breaks_nothing(shop: Shop) -> None:
    """Whoever published it, and however: the report and the page answer."""
    for number, said in enumerate(BROKEN):
        content = {"event": "regulars.order.placed"} | said
        policy = f"checklist.x{number}"
        shop.tell(PolicyPublished(policy=policy, version="1", content=content), by=f"policy:{policy}", time=BEFORE)
    shop.tell(order("o-1"))
    connection = shop.catch_up()

    answer = told(connection, CHECKLISTS, now=hours(1))

    assert (answer.figures["runs"], answer.tables["runs"]) == (0, [])
    assert next_steps(connection, "customer:1", hours(1)) == []
    assert [bool(each.problem) for each in published(connection)] == [True] * (len(BROKEN) - 1)
