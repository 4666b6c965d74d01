"""The house: what it lists and stocks, and the rules that it gave itself."""

from datetime import timedelta
from random import Random

from events.catalog.operations import PolicyPublished, ProductListed, StockArrived
from services.demo.simulation.cast import Shop
from services.demo.simulation.complaints import PROMISE_HOURS
from services.demo.simulation.stage import Stage, by_day
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


def _tell_rules(stage: Stage) -> None:
    promise = PolicyPublished(
        policy="complaint_promise", version="2010-12", content={"hours": str(PROMISE_HOURS)}, by="harriet"
    )
    stage.tell(stage.begin, "policy:complaint_promise", promise)
    gestures = PolicyPublished(
        policy="gestures", version="2010-12", content={"staff_alone_up_to_minor": "1000"}, by="harriet"
    )
    stage.tell(stage.begin, "policy:gestures", gestures)
    for name, title, rule in SEGMENTS:
        policy = f"{POLICY}{name}"
        content = {"rule": rule, "title": title}
        segment = PolicyPublished(policy=policy, version="1", content=content, by="harriet")
        stage.tell(stage.begin, f"policy:{policy}", segment)
