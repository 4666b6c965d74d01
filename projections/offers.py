"""What was offered to a subject, and what they said: shown, taken, refused.

Reads OfferShown, OfferTaken, OfferRefused. One row per subject, kind and thing: a product, or of a gesture its
``offer``, such as ``birthday``. The next offer goes by it, so that nothing is pressed on whoever declined it.

The awkward half: an offer that was neither taken nor refused was only shown, and nothing says that it was read.
"""

from datetime import datetime

from events.catalog.offers import OfferRefused, OfferShown, OfferTaken
from events.envelope import Envelope
from projections._engine.columns import Key, Latest, Max, Sum
from projections._engine.declaration import Projection, Row, folds

PRODUCT = "product"
GESTURE = "gesture"


def thing_of(event: OfferShown | OfferTaken | OfferRefused) -> str:
    """Return what was offered: the product, or the gesture by the name of its offer."""
    return event.product if event.kind == PRODUCT and event.product else event.offer


class Offers(Projection, version=1):
    """One thing that a subject was offered, however often."""

    subject: Key[str]
    kind: Key[str]
    thing: Key[str]
    shown: Sum
    taken: Sum
    refused: Sum
    last_shown: Max[datetime]
    last_taken: Max[datetime]
    last_refused: Max[datetime]
    shown_for: Latest[str]
    refused_for: Latest[str]

    @folds(OfferShown)
    def was_shown(self, event: OfferShown, envelope: Envelope) -> Row:
        """Each showing counts, with the reason for which it was this one."""
        key = (envelope.subject, event.kind, thing_of(event))
        return self.row(*key, shown=1, last_shown=envelope.time, shown_for=event.reason or None)

    @folds(OfferTaken)
    def was_taken(self, event: OfferTaken, envelope: Envelope) -> Row:
        """They said yes."""
        return self.row(envelope.subject, event.kind, thing_of(event), taken=1, last_taken=envelope.time)

    @folds(OfferRefused)
    def was_refused(self, event: OfferRefused, envelope: Envelope) -> Row:
        """They said no, perhaps with a reason."""
        key = (envelope.subject, event.kind, thing_of(event))
        return self.row(*key, refused=1, last_refused=envelope.time, refused_for=event.reason or None)
