"""Which stores there are to choose from: those in which anything was bought or anybody came in.

Staff choose among their own. The list is kept, since it is worked out over all purchases and visits: with very many
customers the first who ask are given none, and write a store's name; a store that is new comes after a while.
"""

from dataclasses import replace
from typing import LiteralString

from projections._engine import queries
from services.views.keeping import is_much, kept
from services.views.view import Reading

STORES: LiteralString = """
SELECT store FROM (SELECT DISTINCT store FROM projection.purchases UNION SELECT DISTINCT store FROM projection.visits
                  ) AS s WHERE store <> '' ORDER BY store
"""


def stores_of(reading: Reading) -> list[str]:
    """Return the stores that a viewer can choose from, of now also where a past is asked for."""
    if reading.viewer.narrowed:
        return sorted(reading.viewer.stores)
    live = replace(reading, until=None, patience_seconds=0.0)
    found: list[str] | None = kept(live, "stores", (), _stores, much=is_much(live, ("purchases", "visits")))
    return found or []


def _stores(reading: Reading) -> list[str]:
    return [row["store"] for row in queries.rows(reading.connection, STORES)]
