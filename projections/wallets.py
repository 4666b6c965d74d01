"""What customers say they spend in a year in all, with us and elsewhere.

Reads WalletStated. One row a subject, category and currency; an empty category stands for everything. The latest word
counts, and how it was come by; it is what somebody said, and nobody checks it. Compared with what they spend with us in
the report ``share_of_customer``.
"""

from datetime import datetime

from events.catalog.customers import WalletStated
from events.envelope import Envelope
from projections._engine.columns import Key, Latest, Max, Min, Sum
from projections._engine.declaration import Projection, Row, folds


class Wallets(Projection, version=1):
    """A subject's spending in a year on one category, with whomever."""

    subject: Key[str]
    category: Key[str]
    currency: Key[str]
    amount_minor: Latest[int]
    basis: Latest[str]
    stated: Sum
    first_stated: Min[datetime]
    last_stated: Max[datetime]

    @folds(WalletStated)
    def wallet(self, event: WalletStated, envelope: Envelope) -> Row:
        """The amount and its basis are of one statement."""
        at = envelope.time
        return self.row(
            envelope.subject,
            event.category,
            event.currency,
            amount_minor=event.amount_minor,
            basis=event.basis,
            stated=1,
            first_stated=at,
            last_stated=at,
        )
