"""One order as its customer sees it: what was promised, its steps, its parcels and where they were seen.

Nothing else of the order and nobody's other order is in it: no names, no addresses, no prices, nor who received it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from projections._engine import queries
from projections._engine.registry import Connection
from services.reports.order_rows import ONE_ORDER

# Whose an order of that number may be; there may be several people's, as numbers are of a shop and not of the world.
OWNERS = 'SELECT DISTINCT person FROM orders_by_person WHERE "order" = %(order)s AND times_placed > 0 ORDER BY person'
OWNER = 'SELECT person FROM orders_of(%(subject)s) WHERE "order" = %(order)s AND times_placed > 0'


def owners(connection: Connection, order: str, subject: str | None = None) -> list[str]:
    """Return whose an order of that number is; with an identifier whether it is that person's, which costs little."""
    statement = OWNERS if subject is None else OWNER
    return [row["person"] for row in queries.rows(connection, statement, order=order, subject=subject)]


def order_of(connection: Connection, subject: str, order: str, now: datetime) -> dict[str, Any] | None:
    """Return how an order of a person stands, or None where they have no such order."""
    found = queries.rows(connection, ONE_ORDER, subject=subject, order=order, now=now)
    if not found:
        return None
    told = {name: found[0][name] for name in ("order", "store", "state", "ordered", "promised")}
    stops = found[0]["stops"]
    return {
        **told,
        "late": bool(found[0]["late"]),
        "delivered": found[0]["arrived"],
        "cancelled": found[0]["cancelled"],
        "steps": [{name: stop[key] for name, key in STEP.items()} for stop in stops if stop["kind"] == "step"],
        "parcels": _parcels(stop for stop in stops if stop["kind"] != "step"),
    }


STEP = {"at": "at", "step": "word", "place": "place"}


def _parcels(stops: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return each parcel with its stops; one without a number is the whole order, handed over at once."""
    parcels: dict[str, dict[str, Any]] = {}
    for stop in stops:
        parcel = parcels.setdefault(
            stop["parcel"], {"parcel": stop["parcel"], "carrier": "", "sent": None, "arrived": None, "seen": []}
        )
        if stop["kind"] == "seen":
            parcel["seen"].append(
                {name: stop[key] for name, key in {**STEP, "status": "word"}.items() if name != "step"}
            )
        elif parcel[stop["kind"]] is None:
            parcel[stop["kind"]] = stop["at"]
            parcel["carrier"] = parcel["carrier"] or stop["word"]
    return list(parcels.values())
