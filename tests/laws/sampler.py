"""A projection that uses every kind of column over every type of value, so that the laws hold for those to come."""

from collections.abc import Iterator
from datetime import date, datetime

from events.catalog.customers import TraitsChanged
from events.catalog.orders import OrderPlaced
from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from projections import PROJECTIONS
from projections._engine.columns import Counts, Earliest, Key, Latest, LatestBy, Max, Min, Sum, Union
from projections._engine.declaration import Projection, Row, Signal, folds, signals


class Sampler(Projection, version=1, indexes=("day, number",)):
    """Says a little of everything; several rows of one event may have one key."""

    subject: Key[str]
    day: Key[date]
    number: Key[int]
    since: Key[datetime]
    events: Sum
    quantity: Sum
    least: Min[int]
    first_day: Min[date]
    first_text: Min[str]
    last: Max[datetime]
    last_text: Max[str]
    latest_text: Latest[str]
    latest_number: Latest[int]
    latest_day: Latest[date]
    latest_moment: Latest[datetime]
    latest_flag: Latest[bool]
    earliest_text: Earliest[str]
    earliest_number: Earliest[int]
    traits: LatestBy
    names: Union
    tally: Counts

    @folds(OrderPlaced)
    def placed(self, event: OrderPlaced, envelope: Envelope) -> Iterator[Row]:
        """One row a line; lines of products with one quantity share a key."""
        at = envelope.time
        for place, line in enumerate(event.lines):
            yield self.row(
                envelope.subject,
                at.date(),
                line.quantity,
                at,
                events=1,
                quantity=line.quantity,
                least=line.unit_price_minor if place else None,
                first_day=at.date(),
                first_text=line.name,
                last_text=line.name or None,
                latest_moment=event.promised_at if not place else None,
                names=line.options,
                tally={line.product: line.quantity, line.name: -1},
            )

    @folds(SearchPerformed)
    def searched(self, event: SearchPerformed, envelope: Envelope) -> Row:
        """Most columns are touched, each by a value of its type."""
        at = envelope.time
        return self.row(
            envelope.subject,
            at.date(),
            event.result_count,
            at.replace(microsecond=0),
            events=1,
            last=at,
            latest_text=event.query,
            latest_number=event.result_count,
            latest_day=at.date(),
            latest_flag=event.result_count == 0,
            earliest_text=event.session or None,
            earliest_number=event.result_count,
            names=[event.query, event.store],
        )

    @folds(TraitsChanged)
    def changed(self, event: TraitsChanged, envelope: Envelope) -> list[Row]:
        """Two rows of one key, and a row that says nothing but that there is one."""
        at = envelope.time
        key = (envelope.subject, at.date(), 0, at)
        return [
            self.row(*key, traits=event.traits),
            self.row(*key, events=1, tally=dict.fromkeys(event.traits, 1)),
            self.row(envelope.subject, at.date(), 1, at),
        ]

    @signals(SearchPerformed)
    def asks(self, event: SearchPerformed, envelope: Envelope) -> Signal | None:
        """Signal a search in vain."""
        if event.result_count:
            return None
        return Signal("asked_in_vain", envelope.subject, {"query": event.query})


EVERY: tuple[Projection, ...] = (*PROJECTIONS, Sampler())
"""Every registered projection, and the sampler."""

FOLDED: tuple[Projection, ...] = tuple(projection for projection in EVERY if not projection.keeps_events)
"""Those whose rows a merge makes; the others keep the events as they are, or are views over the journal."""
