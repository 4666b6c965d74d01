"""Searches: what customers look for, and whether we had it."""

from events.catalog.parts import Position
from events.event import Count, Event, Key, Label, Name


class SearchPerformed(Event, type="regulars.search.performed.v2"):
    """A customer searched and saw ``result_count`` results."""

    query: Name
    result_count: Count
    store: Label = "web"
    session: Label = ""


class SearchPerformedV1(Event, type="regulars.search.performed.v1", upcast_to=SearchPerformed):
    """The first version: short names, and the web shop only."""

    q: Name
    hits: Count

    def upcast(self) -> SearchPerformed:
        """Spell the names out."""
        return SearchPerformed(query=self.q, result_count=self.hits)


class SearchResultChosen(Event, type="regulars.search.result_chosen.v1"):
    """A customer picked the result at ``position`` of the list that the search gave."""

    query: Name
    product: Key
    position: Position
    store: Label = "web"
    session: Label = ""


EVENTS = (SearchPerformed, SearchPerformedV1, SearchResultChosen)
