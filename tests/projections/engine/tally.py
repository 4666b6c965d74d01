"""A small projection to try the engine on: it counts searches, and can be made to fail in every way there is."""

from datetime import datetime

from events.catalog.searches import SearchPerformed
from events.envelope import Envelope
from projections._engine.columns import Key, Max, Sum
from projections._engine.declaration import Projection, Row, Signal, folds, signals
from tests.projections.shop import NOON

UNREADABLE = frozenset({"poison", "poison too"})
understood: set[str] = set()
"""Searches for what is unreadable fail, until they are understood: as if a table that the fold reads were completed."""


class Tally(Projection, version=1):
    """Searches of a subject, and the sum of the results; a search in vain is signalled."""

    subject: Key[str]
    searches: Sum
    found: Sum
    last: Max[datetime]

    @folds(SearchPerformed)
    def search(self, event: SearchPerformed, envelope: Envelope) -> Row:
        """Count a search, with N results for ``sum:N``; raises ValueError for what nobody understands."""
        if event.query in UNREADABLE - understood:
            message = f"nobody understands {event.query}"
            raise ValueError(message)
        kind, _, number = event.query.partition(":")
        found = int(number) if kind == "sum" else event.result_count
        return self.row(envelope.subject, searches=1, found=found, last=envelope.time)

    @signals(SearchPerformed)
    def in_vain(self, event: SearchPerformed, envelope: Envelope) -> Signal | None:
        """Tell of a search in vain."""
        return Signal("asked_in_vain", envelope.subject, {"query": event.query}) if not event.result_count else None


class Beside(Projection, version=1):
    """Counts the same searches, understands all of them, and tells nobody."""

    subject: Key[str]
    searches: Sum

    @folds(SearchPerformed)
    def search(self, _event: SearchPerformed, envelope: Envelope) -> Row:
        """Count every search."""
        return self.row(envelope.subject, searches=1)


def search(number: int | str, query: str = "kettle", *, by: str = "customer:1", found: int = 1) -> Envelope:
    """Return a search; the number makes its id."""
    data = SearchPerformed(query=query, result_count=found)
    return Envelope(id=f"search-{number}", source="urn:regulars:engine", time=NOON, subject=by, data=data)


def searches(count: int, *, first: int = 0, found: int = 1) -> list[Envelope]:
    """Return searches of several subjects in turn."""
    return [search(number, by=f"customer:{number % 7}", found=found) for number in range(first, first + count)]
