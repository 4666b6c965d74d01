"""Staff: who looks after customers, where they are reached, whom they ask next, and up to how much they decide alone.

Reads PortfolioOpened, PortfolioClosed, AuthoritySet. One row per member of staff. ``state`` is ``open`` or ``closed``
by the last word. ``authority`` maps currencies to ``[microseconds, event id, text]``, the text being whole minor units.
Who stands in for whom is in ``covers``. Read by the desk and by the reactions, which ask whom to tell.
"""

from typing import Any

from events.catalog.staff import AuthoritySet, PortfolioClosed, PortfolioOpened
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest, LatestBy
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection


class Staff(Projection, version=1):
    """One member of staff."""

    manager: Key[str]
    state: Latest[str]
    manager_name: Latest[str]
    email: Latest[str]
    store: Latest[str]
    escalates_to: Latest[str]
    authority: LatestBy

    @folds(PortfolioOpened)
    def was_opened(self, event: PortfolioOpened, envelope: Envelope) -> Row:
        """Said again, the latest word counts, and what is empty in it is known no more."""
        return self.row(
            event.manager,
            state="open",
            manager_name=event.name,
            email=event.email,
            store=event.store,
            escalates_to=event.escalates_to,
        )

    @folds(PortfolioClosed)
    def was_closed(self, event: PortfolioClosed, envelope: Envelope) -> Row:
        """They look after nobody any more; what is known of them stays."""
        return self.row(event.manager, state="closed")

    @folds(AuthoritySet)
    def may_decide(self, event: AuthoritySet, envelope: Envelope) -> Row:
        """The last limit in a currency counts."""
        return self.row(event.manager, authority={event.currency: str(event.limit_minor)})


# The members of staff of these names, or all of them: whether their portfolio is open, and their limits by currency.
MEMBERS = """
SELECT manager, coalesce(state = 'open', false) AS open, coalesce(manager_name, '') AS manager_name,
       coalesce(email, '') AS email, coalesce(store, '') AS store, coalesce(escalates_to, '') AS escalates_to,
       (SELECT coalesce(jsonb_object_agg(a.currency, (a.held ->> 2)::bigint), '{}')
          FROM jsonb_each(s.authority) AS a (currency, held)) AS authority
  FROM staff AS s
 WHERE %(managers)s::text[] IS NULL OR manager = ANY (%(managers)s)
 ORDER BY manager
"""


def members(connection: Connection, *managers: str) -> list[dict[str, Any]]:
    """Return manager, open, manager_name, email, store, escalates_to and authority (minor units by currency) of each.

    Of those of these names, or of everybody. What is not known is empty. As of all that is known.
    """
    return queries.rows(connection, MEMBERS, managers=list(managers) or None)
