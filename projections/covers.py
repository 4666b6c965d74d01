"""Covers: who stands in for a member of staff, from which day to which.

Reads CoverArranged, CoverCancelled. One row per member of staff and first day, which names a cover: arranged again, the
last word counts, and one that was cancelled may be arranged anew. Read by the desk and by the reactions.

The awkward half: nothing here keeps covers apart that overlap. The desk refuses them; what others say is not asked.
"""

from datetime import date
from typing import Any

from events.catalog.staff import CoverArranged, CoverCancelled
from events.envelope import Envelope
from projections._engine import queries
from projections._engine.columns import Key, Latest
from projections._engine.declaration import Projection, Row, folds
from projections._engine.registry import Connection


class Covers(Projection, version=1):
    """A time in which somebody stands in."""

    manager: Key[str]
    first_day: Key[date]
    state: Latest[str]
    last_day: Latest[date]
    cover: Latest[str]
    reason: Latest[str]

    @folds(CoverArranged)
    def was_arranged(self, event: CoverArranged, envelope: Envelope) -> Row:
        """Somebody stands in, on both days and those between."""
        return self.row(
            event.manager,
            event.first_day,
            state="arranged",
            last_day=event.last_day,
            cover=event.cover,
            reason=event.reason,
        )

    @folds(CoverCancelled)
    def was_cancelled(self, event: CoverCancelled, envelope: Envelope) -> Row:
        """Nobody does any more."""
        return self.row(event.manager, event.first_day, state="cancelled")


# Who stands in for whom on a day, by what is arranged; of several the one that began last, then the first by name.
STANDING_IN = """
SELECT DISTINCT ON (manager) manager, cover, first_day, last_day, reason
  FROM covers
 WHERE state = 'arranged' AND first_day <= %(day)s AND last_day >= %(day)s
   AND (%(managers)s::text[] IS NULL OR manager = ANY (%(managers)s))
 ORDER BY manager, first_day DESC, cover
"""


def standing_in(connection: Connection, day: date, *managers: str) -> dict[str, str]:
    """Return who stands in on a day, by the name of whom they stand in for: of these members of staff, or of all."""
    rows: list[dict[str, Any]] = queries.rows(connection, STANDING_IN, day=day, managers=list(managers) or None)
    return {row["manager"]: row["cover"] for row in rows}
