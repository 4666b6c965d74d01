"""Who of the house looked at lists, searches, reports and the stream of events, and whom they named.

Reads ListLooked. A look at a list is one row by day, member of the house, view, way and what was asked, with ``whom``
empty; and one more row for each person whom it named, where they were few enough to be told, with what was asked empty.
So both are found: what somebody looked at, and who saw somebody's name in a list. Shown on the page of the audit.

The awkward half: where a list named more than a hundred people, whom is not known, but that it did, and how many. What
was typed is here as a keyed hash alone. It stays when somebody is erased: it has nothing of them but their id.
"""

from collections.abc import Iterator
from datetime import date, datetime

from events.catalog.access import ListLooked
from events.envelope import Envelope
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds

NOBODY = ""


class ListAccesses(Projection, version=1, indexes=("actor", "last_looked")):
    """The looks of one member of the house at one list on one day; or at one person in it."""

    whom: Key[str]
    day: Key[date]
    actor: Key[str]
    what: Key[str]
    how: Key[str]
    asked: Key[str]
    times: Sum
    of_the_past: Sum
    people: Sum
    rows: Sum
    first_looked: Min[datetime]
    last_looked: Max[datetime]
    role: Latest[str]

    @folds(ListLooked)
    def looked(self, event: ListLooked, envelope: Envelope) -> Iterator[Row]:
        """The day is the envelope's, by UTC; who is named twice in one list was seen once."""
        at = envelope.time
        for whom in (NOBODY, *sorted(set(event.whom))):
            yield self.row(
                whom,
                at.date(),
                event.actor,
                event.what,
                event.how,
                NOBODY if whom else event.asked,
                times=1,
                of_the_past=int(bool(event.as_of)),
                people=1 if whom else event.people,
                rows=0 if whom else event.rows,
                first_looked=at,
                last_looked=at,
                role=event.role,
            )
