"""Every event of a subject, as the log holds it, oldest first.

Reads every event type there is. One row an event, with its type, place, time of recording and bytes. In the embedded
mode the journal serves it through its subject index: there is no second copy. Over Kafka, which has no such index, the
engine keeps the events by subject. Shown by ``regulars as-of``, ``regulars why`` and on a customer's page.
"""

from datetime import datetime

from events.catalog import EVENTS
from events.envelope import Envelope
from events.event import Event
from projections._engine.columns import Key
from projections._engine.declaration import Projection, Row, folds

JOURNAL_VIEW = """
SELECT subject, "time", id, type, partition, "offset", recorded_at, value FROM journal.event
"""

NEWEST_VERSIONS = tuple(event for event in EVENTS if event.upcast_to is None)


class Timeline(Projection, version=1, log_view=JOURNAL_VIEW):
    """What happened to each subject."""

    subject: Key[str]
    time: Key[datetime]
    id: Key[str]

    @folds(*NEWEST_VERSIONS)
    def event(self, event: Event, envelope: Envelope) -> Row:
        """Every event is a row."""
        return self.row(envelope.subject, envelope.time, envelope.id)
