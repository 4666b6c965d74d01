"""The house: what it lists and stocks, the rules that it gave itself, and its routine for whoever becomes a regular."""

from datetime import timedelta
from random import Random

from events.catalog.operations import ChecklistStepDone, PolicyPublished, ProductListed, StockArrived
from projections.unmet_demand import REGULAR_ORDERS
from services.demo.simulation.cast import Shop
from services.demo.simulation.complaints import PROMISE_HOURS, STAFF
from services.demo.simulation.stage import Stage, after, by_day
from services.segments.definitions import POLICY

DELIVERIES_A_WEEK = 25
SEGMENTS = (
    (
        "drifting",
        "Good customers who have gone quiet",
        "net_12_months >= 500 GBP and last_order_days > 45 and not complaint_open",
    ),
    ("gardeners", "Garden and flowers", 'bought_category "garden" and not dislikes "garden" and orders >= 2'),
    ("new-regulars", "New regulars", "orders >= 3 and first_order_days <= 90"),
)
WELCOME_STEPS = ("thank_by_hand", "ask_for_needs", "show_the_account")


def tell_house(shop: Shop, stage: Stage, dice: Random) -> None:
    """Tell what the house does itself."""
    _tell_rules(stage)
    for product in shop.catalogue.products.values():
        listed = ProductListed(
            product=product.product,
            name=product.name,
            category=product.category,
            price_minor=product.price_minor,
            currency=product.currency,
            store=shop.best[0].last.store,
        )
        at = max(stage.begin + timedelta(hours=6), by_day(dice, product.first_sold, -3))
        stage.tell(min(at, product.first_sold), f"product:{product.product}", listed)
    for week in range((shop.end - shop.begin).days // 7 + 1):
        for _ in range(DELIVERIES_A_WEEK):
            product = dice.choice(shop.catalogue.shelf)
            arrived = StockArrived(product=product.product, quantity=12 * (1 + dice.randrange(20)))
            at = by_day(dice, shop.begin, 7 * week + dice.randrange(6))
            stage.tell(at, f"product:{product.product}", arrived)
    _tell_welcomes(shop, stage, dice)


def _tell_rules(stage: Stage) -> None:
    promise = PolicyPublished(
        policy="complaint_promise", version="2010-12", content={"hours": str(PROMISE_HOURS)}, by="staff:harriet"
    )
    stage.tell(stage.begin, "policy:complaint_promise", promise)
    gestures = PolicyPublished(
        policy="gestures", version="2010-12", content={"staff_alone_up_to_minor": "1000"}, by="staff:harriet"
    )
    stage.tell(stage.begin, "policy:gestures", gestures)
    for name, title, rule in SEGMENTS:
        policy = f"{POLICY}{name}"
        content = {"rule": rule, "title": title}
        segment = PolicyPublished(policy=policy, version="1", content=content, by="staff:harriet")
        stage.tell(stage.begin, f"policy:{policy}", segment)


def _tell_welcomes(shop: Shop, stage: Stage, dice: Random) -> None:
    """Whoever orders for the third time is a regular from then on; now and then a step is left out."""
    for customer in shop.customers:
        if not customer.is_regular:
            continue
        at = customer.purchases[REGULAR_ORDERS - 1].at
        by = dice.choice(STAFF)
        for step in WELCOME_STEPS[: 1 + dice.randrange(3)]:
            at = after(dice, at, 3, 50)
            done = ChecklistStepDone(checklist="new_regular", run=f"new-regular-{customer.number}", step=step, by=by)
            stage.tell(at, customer.subject, done)
