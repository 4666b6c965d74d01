"""What the house carries: each product in each store, by its latest listing, and what came in of it.

Reads ProductListed, StockArrived. One row per product and store. A later listing replaces the one before: its price,
and with an empty currency that there is no price any more; a name or a category that it does not tell stays. A product
that came in and was never listed has a row as well. It knows of no sales, so it says what arrived, not what is there.
"""

from datetime import datetime

from events.catalog.operations import ProductListed, StockArrived
from events.envelope import Envelope
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals


class Catalogue(Projection, version=1, indexes=("category, currency, price_minor",)):
    """A product in a store."""

    product: Key[str]
    store: Key[str]
    product_name: Latest[str]
    category: Latest[str]
    price_minor: Latest[int]
    currency: Latest[str]
    first_listed: Min[datetime]
    last_listed: Max[datetime]
    arrivals: Sum
    arrived_quantity: Sum
    last_arrived: Max[datetime]
    last_quantity: Latest[int]

    @folds(ProductListed)
    def listed(self, event: ProductListed, envelope: Envelope) -> Row:
        """A listing tells the price, or by an empty currency that there is none; both have the same stamp."""
        return self.row(
            event.product,
            event.store,
            product_name=event.name or None,
            category=event.category or None,
            price_minor=event.price_minor,
            currency=event.currency,
            first_listed=envelope.time,
            last_listed=envelope.time,
        )

    @folds(StockArrived)
    def arrived(self, event: StockArrived, envelope: Envelope) -> Row:
        """Goods that came in add up, and the last delivery is kept with its size."""
        return self.row(
            event.product,
            event.store,
            arrivals=1,
            arrived_quantity=event.quantity,
            last_arrived=envelope.time,
            last_quantity=event.quantity,
        )

    @signals(StockArrived)
    def came_in(self, event: StockArrived, envelope: Envelope) -> Signal:
        """Those who asked for it may be told."""
        said = {"product": event.product, "store": event.store, "quantity": str(event.quantity)}
        return Signal("stock_arrived", envelope.subject, said)
