"""Promises: what we said that we would do by when, for whom, and whether we did.

Reads PromiseMade, PromiseMoved, PromiseKept, PromiseBroken. One row per subject and promise. Of when it is due the last
word counts. A promise is open while it was neither kept nor said to be broken: one that is past due, and of which
nothing was said, is still open here. Shown on a customer's page.

The awkward half: kept and broken are what was said, by the desk or somebody else, and both may have been. The report
``complaints`` computes the promised times of complaints from what happened, whatever anybody said of them.
"""

from datetime import datetime

from events.catalog.promises import PromiseBroken, PromiseKept, PromiseMade, PromiseMoved
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Latest, Min, Sum
from projections._engine.declaration import Projection, Row, folds


class Promises(Projection, version=1):
    """Something that we promised a subject."""

    subject: Key[str]
    promise: Key[str]
    kind: Earliest[str]
    about: Earliest[str]
    store: Earliest[str]
    promiser: Earliest[str]
    made: Min[datetime]
    due: Latest[datetime]
    times_moved: Sum
    kept: Min[datetime]
    broken: Min[datetime]

    @folds(PromiseMade)
    def was_made(self, event: PromiseMade, envelope: Envelope) -> Row:
        """Made again, it is the first promise that counts, by the last day that was said."""
        return self.row(
            envelope.subject,
            event.promise,
            kind=event.kind,
            about=event.about,
            store=event.store,
            promiser=event.by,
            made=envelope.time,
            due=event.due_at,
        )

    @folds(PromiseMoved)
    def was_moved(self, event: PromiseMoved, envelope: Envelope) -> Row:
        """It is due at another time."""
        return self.row(envelope.subject, event.promise, due=event.due_at, times_moved=1)

    @folds(PromiseKept)
    def was_kept(self, event: PromiseKept, envelope: Envelope) -> Row:
        """The first word that it was kept says when."""
        return self.row(envelope.subject, event.promise, kept=envelope.time)

    @folds(PromiseBroken)
    def was_broken(self, event: PromiseBroken, envelope: Envelope) -> Row:
        """The first word that it was broken says when."""
        return self.row(envelope.subject, event.promise, broken=envelope.time)
