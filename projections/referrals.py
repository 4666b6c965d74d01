"""Who brought in whom: one row for each customer and each whom they are said to have brought in.

Reads ReferralMade. Who of several is the one that brought somebody in, and what came down the tree, is settled at read,
by persons and by when each first said so: the identifiers of both ends may come to be known as others'.
"""

from datetime import datetime

from events.catalog.customers import ReferralMade
from events.envelope import Envelope
from projections._engine.columns import Earliest, Key, Min, Sum
from projections._engine.declaration import Projection, Row, folds


class Referrals(Projection, version=1, indexes=("referred",)):
    """A customer and somebody whom they brought in."""

    subject: Key[str]
    referred: Key[str]
    first_made: Min[datetime]
    times_made: Sum
    channel: Earliest[str]

    @folds(ReferralMade)
    def made(self, event: ReferralMade, envelope: Envelope) -> Row:
        """Said again it is the same referral; the first time counts."""
        return self.row(envelope.subject, event.referred, first_made=envelope.time, times_made=1, channel=event.channel)
