"""What customers suggest, who is for it and against it, and what became of it.

Reads SuggestionMade, SuggestionVoted, SuggestionDecided. One row per subject and suggestion: of whoever made it what
they said and what we decided, of whoever voted their last word. Votes are counted at read, so that one person has one
vote under however many identifiers. Shown in the report ``voice``.

The awkward half: of a vote that was changed the one before is not kept. A past has it.
"""

from datetime import datetime

from events.catalog.feedback import SuggestionDecided, SuggestionMade, SuggestionVoted
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Latest, Min, Sum
from projections._engine.declaration import Projection, Row, folds


class Suggestions(Projection, version=1, indexes=("suggestion, made",)):
    """What one subject has to do with a suggestion."""

    subject: Key[str]
    suggestion: Key[str]
    made: Min[datetime]
    theme: Earliest[str]
    wording: Earliest[str]
    channel: Earliest[str]
    store: Earliest[str]
    in_favour: Latest[bool]
    votes: Sum
    status: Latest[str]
    reason: Latest[str]
    decider: Latest[str]
    first_decided: Min[datetime]

    @folds(SuggestionMade)
    def suggested(self, event: SuggestionMade, envelope: Envelope) -> Row:
        """Made again under its key, it is what it was at first."""
        return self.row(
            envelope.subject,
            event.suggestion,
            made=envelope.time,
            theme=event.theme,
            wording=event.text,
            channel=event.channel,
            store=event.store,
        )

    @folds(SuggestionVoted)
    def voted(self, event: SuggestionVoted, envelope: Envelope) -> Row:
        """The last word counts; how often somebody changed their mind is kept beside it."""
        return self.row(envelope.subject, event.suggestion, in_favour=event.up, votes=1)

    @folds(SuggestionDecided)
    def decided(self, event: SuggestionDecided, envelope: Envelope) -> Row:
        """The last decision counts, and when there was a first one."""
        return self.row(
            envelope.subject,
            event.suggestion,
            status=event.status,
            reason=event.reason,
            decider=event.by,
            first_decided=envelope.time,
        )
