"""How customers rate us, from one (worst) to five: by what it was about, by store and day.

Reads FeedbackGiven. One row per subject, store, day in UTC, what it was about, and rating. Shown in the report `voice`.
The words beside a rating are not kept here: the timeline has them.
"""

from datetime import date, datetime

from events.catalog.feedback import FeedbackGiven
from events.envelope import Envelope
from projections._engine.columns import Key, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds


class Ratings(Projection, version=1):
    """How often a subject gave one rating to one thing on one day."""

    subject: Key[str]
    store: Key[str]
    day: Key[date]
    about: Key[str]
    rating: Key[int]
    times: Sum
    first_given: Min[datetime]
    last_given: Max[datetime]

    @folds(FeedbackGiven)
    def given(self, event: FeedbackGiven, envelope: Envelope) -> Row:
        """Every rating counts, also a second one of the same order."""
        at = envelope.time
        key = (envelope.subject, event.store, at.date(), event.about, event.rating)
        return self.row(*key, times=1, first_given=at, last_given=at)
