"""How customers would have their goods: which choice of which option, of which product, in which order.

Reads OptionChosen. One row per subject, product, occasion, option and choice. The occasion is the order or,
where none is named, the session, else the day in UTC; choices of one product on one occasion are one combination. In an
order every choice counts; elsewhere somebody only looked, and may have changed their mind: the last one counts, which
is settled at read. Shown in the report ``voice``.

The awkward half: an event names no line of the order. Two mugs of one order with two names on them are one occasion.
"""

from datetime import datetime

from events.catalog.feedback import OptionChosen
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds

IN_ORDER = "order "
MAX_CHARACTERS = 100  # of an option and of a choice, which would be too long for a key together


def occasion_of(event: OptionChosen, envelope: Envelope) -> str:
    """Return what binds choices together, with its kind in front: an order, a session or a day."""
    if event.order:
        return f"{IN_ORDER}{event.order}"
    return f"session {event.session}" if event.session else f"day {envelope.time.date()}"


class OptionsChosen(Projection, version=1):
    """A choice that a subject made of an option of a product on one occasion."""

    subject: Key[str]
    product: Key[str]
    occasion: Key[str]
    option: Key[str]
    choice: Key[str]
    store: Earliest[str]
    quantity: Sum
    times: Sum
    first_chosen: Min[datetime]
    last_chosen: Max[datetime]

    @folds(OptionChosen)
    def chosen(self, event: OptionChosen, envelope: Envelope) -> Row:
        """The same choice twice in an order is two lines of it; their quantities add up."""
        at = envelope.time
        return self.row(
            envelope.subject,
            event.product,
            occasion_of(event, envelope),
            event.option[:MAX_CHARACTERS],
            event.choice[:MAX_CHARACTERS],
            store=event.store,
            quantity=event.quantity,
            times=1,
            first_chosen=at,
            last_chosen=at,
        )
