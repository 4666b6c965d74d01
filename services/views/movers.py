"""Movers: whose dial rose and fell most since the month before, and what moved it.

Reads the directory and the dials of the last two months. Staff see those of their stores and portfolio.
"""

from typing import Annotated, Any, LiteralString

from msgspec import Meta

from projections._engine import queries
from projections._engine.registry import Connection
from services.access.roles import Capability
from services.dial import wording
from services.directory.filling import READS, state_of
from services.directory.finding import SCOPE
from services.views.search import scope_of
from services.views.view import Document, Parameters, Reading, View

Manager = Annotated[str, Meta(description="Only whom this member of staff looks after.", max_length=128)]
Limit = Annotated[int, Meta(description="The most rows of each list.", ge=1, le=200)]


class Moved(Parameters, frozen=True, kw_only=True):
    """Of whom, and how many."""

    manager: Manager = ""
    limit: Limit = 25


BOTH: LiteralString = f"""
SELECT person, name, dial_before, dial, dial - dial_before AS moved, net_minor, manager
  FROM directory WHERE dial >= 0 AND dial_before >= 0 AND (%(manager)s = '' OR manager = %(manager)s) AND {SCOPE}
"""  # noqa: S608 - made of constants

ROSE: LiteralString = f"{BOTH} AND dial - dial_before > 0 ORDER BY dial - dial_before DESC, person DESC LIMIT %(limit)s"
FELL: LiteralString = f"{BOTH} AND dial - dial_before < 0 ORDER BY dial - dial_before, person LIMIT %(limit)s"

# The dials of the last two months of these, as what moved them is told of.
BESIDE = """
WITH fits AS (
    SELECT month, day, parameters, row_number() OVER (ORDER BY month DESC) AS ago
      FROM dial_fit WHERE currency = %(currency)s AND day <= %(now)s::date ORDER BY month DESC LIMIT 2
)
SELECT n.*, f.day, f.parameters, b.dial AS dial_before, b.now_part AS now_part_before,
       b.heading_part AS heading_part_before, b.potential_part AS potential_part_before, b.days AS days_before,
       b.recent_minor AS recent_minor_before
  FROM fits AS f JOIN dial AS n ON n.month = f.month AND n.currency = %(currency)s
  JOIN dial AS b ON b.person = n.person AND b.currency = n.currency AND b.month = (SELECT month FROM fits WHERE ago = 2)
 WHERE f.ago = 1 AND n.person = ANY (%(persons)s)
"""


def answer(reading: Reading) -> Document:
    """Tell whose dial rose and fell most since the month before, with what moved it."""
    state = state_of(reading.connection)
    currency, month = (state.currency, state.month) if state else ("", None)
    asked = {"manager": reading.asked.manager, "limit": reading.asked.limit, **scope_of(reading.viewer)}
    rose = queries.rows(reading.connection, ROSE, **asked)
    fell = queries.rows(reading.connection, FELL, **asked)
    why = reasons(reading.connection, [row["person"] for row in rose + fell], currency, reading.now)
    return {
        "figures": {"month": month, "currency": currency},
        "tables": {
            "rose": [{**row, "currency": currency, "why": why.get(row["person"], "")} for row in rose],
            "fell": [{**row, "currency": currency, "why": why.get(row["person"], "")} for row in fell],
        },
    }


def reasons(connection: Connection, persons: list[str], currency: str, now: Any) -> dict[str, str]:  # noqa: ANN401
    """Return in words what moved the dials of these persons, as far as both months are there under their name."""
    found = queries.rows(connection, BESIDE, persons=persons, currency=currency, now=now) if persons else []
    return {row["person"]: wording.moved(row) for row in found}


MOVERS_VIEW = View(
    name="movers",
    path="/movers",
    title="Movers",
    answer=answer,
    parameters=Moved,
    reads=READS,
    capability=Capability.PERSONAL,
)
