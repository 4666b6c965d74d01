"""Routines: the checklists that the house put in force, and which of their steps were ticked; now and then one is not.

Steps that something else shows, such as a parcel that leaves, need no tick: the other stories tell of them.
"""

from random import Random

from events.catalog.operations import ChecklistStepDone, PolicyPublished
from projections.unmet_demand import REGULAR_ORDERS
from services.checklists.publishing import POLICY, settings
from services.checklists.reading import shipped
from services.demo.simulation.cast import Customer, Shop
from services.demo.simulation.complaints import STAFF
from services.demo.simulation.stage import Stage, after, happens

PLAYBOOKS = ("first_order", "new_regular", "delivery", "complaint")
FIRST_STEPS = (("welcome", 0.9, 24), ("card_in_the_parcel", 0.7, 72))
"""What is done for who orders for the first time: how often, and within how many hours it should be."""

LATE_CHANCE = 0.08
REGULAR_STEPS = ("thank_by_hand", "ask_for_needs", "show_the_account")


def tell_routines(shop: Shop, stage: Stage, dice: Random) -> None:
    """Put the checklists in force, and tick steps of newcomers and of new regulars."""
    for name in PLAYBOOKS:
        policy = f"{POLICY}{name}"
        published = PolicyPublished(policy=policy, version="1", content=settings(shipped(name)), by="harriet")
        stage.tell(stage.begin, f"policy:{policy}", published)
    for customer in shop.customers:
        _tell_first_order(customer, stage, dice)
        if customer.is_regular:
            _tell_new_regular(customer, stage, dice)


def _tell_first_order(customer: Customer, stage: Stage, dice: Random) -> None:
    for step, chance, hours in FIRST_STEPS:
        if happens(dice, chance):
            least, most = (hours, 2 * hours) if happens(dice, LATE_CHANCE) else (0.1, 0.9 * hours)
            run, by = customer.first.order, dice.choice(STAFF)
            done = ChecklistStepDone(checklist="first_order", run=run, step=step, by=by)
            stage.tell(after(dice, customer.first.at, least, most), customer.subject, done)


def _tell_new_regular(customer: Customer, stage: Stage, dice: Random) -> None:
    """Whoever orders for the third time is a regular from then on; one manager takes the steps, or forgets the rest."""
    third = customer.purchases[REGULAR_ORDERS - 1]
    at, by = third.at, dice.choice(STAFF)
    for step in REGULAR_STEPS[: 1 + dice.randrange(len(REGULAR_STEPS))]:
        at = after(dice, at, 3, 50)
        done = ChecklistStepDone(checklist="new_regular", run=third.order, step=step, by=by)
        stage.tell(at, customer.subject, done)
