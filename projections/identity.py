"""The identity graph: which identifiers were linked, and what staff decided.

Reads IdentityLinked, IdentityUnlinked, CardIssued, MergeConfirmed, MergeRefused. One row for each two identifiers, the
lesser first, since a link has no direction. The engine derives from these rows who is one person
(``person_of``).
"""

from events.catalog.customers import CardIssued
from events.catalog.identity import IdentityLinked, IdentityUnlinked, MergeConfirmed, MergeRefused
from events.envelope import Envelope
from projections._engine.columns import Key, Latest
from projections._engine.declaration import Projection, Row, folds
from projections._engine.persons import CUSTOMER


class Identity(Projection, version=1, graph=True, indexes=("identifier",)):
    """What is said of two identifiers: the latest word counts."""

    subject: Key[str]
    identifier: Key[str]
    linked: Latest[bool]
    decision: Latest[str]

    @folds(IdentityLinked)
    def link(self, event: IdentityLinked, envelope: Envelope) -> Row:
        """Two identifiers were seen to be one person."""
        return self.row(*sorted((envelope.subject, event.identifier)), linked=True)

    @folds(IdentityUnlinked)
    def unlink(self, event: IdentityUnlinked, envelope: Envelope) -> Row:
        """The link is taken back, and between two customers what staff decided about them."""
        one, other = sorted((envelope.subject, event.identifier))
        customers = one.startswith(CUSTOMER) and other.startswith(CUSTOMER)
        return self.row(one, other, linked=False, decision="taken_back" if customers else None)

    @folds(CardIssued)
    def card(self, event: CardIssued, envelope: Envelope) -> Row:
        """A card is its holder's, also after it was closed: what was bought with it stays theirs."""
        return self.row(*sorted((envelope.subject, f"card:{event.card}")), linked=True)

    @folds(MergeConfirmed)
    def confirmed(self, event: MergeConfirmed, envelope: Envelope) -> Row:
        """Staff: two customers are one person."""
        return self.row(*sorted((envelope.subject, event.other)), decision="confirmed")

    @folds(MergeRefused)
    def refused(self, event: MergeRefused, envelope: Envelope) -> Row:
        """Staff: two customers are two people."""
        return self.row(*sorted((envelope.subject, event.other)), decision="refused")
