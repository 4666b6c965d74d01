"""Orders as arrays: by time, with persons for identifiers, and goods alone."""

from datetime import timedelta

from events.catalog.orders import OrderLine, OrderPlaced
from events.catalog.searches import SearchPerformed
from events.log.postgres import Journal
from services.associations.orders import read
from tests.projections.engine.repeating_log import RepeatingLog
from tests.projections.shop import NOON, Shop
from tests.services.associations.baskets import bought, told


def placed(order: str, *lines: tuple[str, str]) -> OrderPlaced:
    """Return an order of products, each with its category."""
    bought = tuple(
        OrderLine(product=product, quantity=1, unit_price_minor=1, name=f"The {product}", category=category)
        for product, category in lines
    )
    return OrderPlaced(order=order, currency="GBP", lines=bought, total_minor=len(lines))


def test_what_the_log_says_of_orders(journal: Journal) -> None:
    """Charges and vouchers are no goods, and an order of them alone is none; a search that says the words is none."""
    journal.append(
        [
            *Shop.facts(
                (placed("2", ("tea", "drinks"), ("post", "charge"), ("tea", "drinks")), NOON + timedelta(days=1)),
                (placed("3", ("gift", "voucher")), NOON),
                (SearchPerformed(query='"regulars.order.placed.v2"', result_count=0), NOON),
                by="card:1",
            ),
            *Shop.facts((placed("1", ("pot", "")), NOON), by="customer:1", first=10),
        ]
    )

    orders = read(journal, journal.ends(), {"card:1": "customer:1"})

    assert (orders.products, orders.names, orders.categories) == (
        ["pot", "tea"],
        ["The pot", "The tea"],
        ["", "drinks"],
    )
    assert [orders.buyers[buyer] for buyer in orders.buyer] == ["customer:1", "customer:1"]
    assert (orders.product.tolist(), orders.start.tolist()) == ([0, 1], [0, 1, 2])


def test_what_lies_behind_the_positions_is_not_read(journal: Journal) -> None:
    """Whoever mines says up to where."""
    journal.append(Shop.facts((placed("1", ("tea", "")), NOON)))

    assert len(read(journal, journal.starts(), {})) == 0
    assert len(read(journal, journal.ends(), {})) == 1


def test_a_log_that_holds_an_order_twice_has_it_once() -> None:
    """As on Kafka, whose log does not know ids; offsets without a record are passed over."""
    log = RepeatingLog(partitions=2)
    log.append(Shop.facts((placed("1", ("tea", "")), NOON)))
    log.skip(3)
    log.append(Shop.facts((placed("1", ("tea", "")), NOON)))
    log.append(Shop.facts((placed("2", ("pot", "")), NOON + timedelta(days=1)), first=1))

    orders = read(log, log.ends(), {})

    assert [orders.products[product] for product in orders.product] == ["tea", "pot"]


def test_orders_are_by_time_whatever_order_they_come_in() -> None:
    """Each keeps its own products."""
    orders = told([("b", 2, "xyz"), ("a", 1, "y"), ("b", 3, ""), ("a", 0, "zx")])

    letters = [
        "".join(orders.products[product] for product in orders.product[begin:end])
        for begin, end in zip(orders.start, orders.start[1:], strict=False)
    ]
    assert [("".join(sorted(one))) for one in letters] == ["xz", "y", "xyz", ""]


def test_some_of_the_orders() -> None:
    """Products and buyers stay as they are."""
    orders = bought("ab", "c", "abc")

    chosen = orders.chosen(orders.sizes > 1)

    assert (chosen.product.tolist(), chosen.sizes.tolist()) == ([0, 1, 0, 1, 2], [2, 3])
    assert chosen.products == orders.products
