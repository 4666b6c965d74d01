"""What customers allow: the last word on each purpose and channel.

Reads ConsentGiven, ConsentWithdrawn, ErasureRequested. One row per subject, purpose and channel; an empty channel is
any of them, and an empty purpose is every purpose. Whether a consent stands is settled at read: it was given, and
nothing that covers it was withdrawn later, be it for this channel, for every channel, or for everything. Who wishes to
be forgotten has withdrawn everything. Of two words at the same instant the one with the greater event id counts.
"""

from events.catalog.consent import ConsentGiven, ConsentWithdrawn, ErasureRequested
from events.envelope import Envelope
from projections._engine.columns import Key, Latest
from projections._engine.declaration import Projection, Row, folds

EVERYTHING = ""


class Consents(Projection, version=1):
    """A subject's last word on a purpose, on one channel or on any."""

    subject: Key[str]
    purpose: Key[str]
    channel: Key[str]
    given: Latest[bool]
    text_version: Latest[str]

    @folds(ConsentGiven)
    def was_given(self, event: ConsentGiven, envelope: Envelope) -> Row:
        """They agreed, to the text that they saw."""
        text = event.text_version or None
        return self.row(envelope.subject, event.purpose, event.channel, given=True, text_version=text)

    @folds(ConsentWithdrawn)
    def was_withdrawn(self, event: ConsentWithdrawn, envelope: Envelope) -> Row:
        """They took it back."""
        return self.row(envelope.subject, event.purpose, event.channel, given=False)

    @folds(ErasureRequested)
    def forgets(self, event: ErasureRequested, envelope: Envelope) -> Row:
        """Whoever wishes to be forgotten allows nothing any more."""
        return self.row(envelope.subject, EVERYTHING, EVERYTHING, given=False)
