"""What staff decided at the desk: command by command, with who gave it. Reads the desk's receipts."""

from typing import Annotated

from msgspec import Meta

from projections._engine import queries
from services.access.roles import Capability
from services.views.paging import After, PageLimit, after, paged
from services.views.view import Document, Parameters, Reading, View

OfActor = Annotated[str, Meta(description="Of this user alone.", max_length=128)]
OfAggregate = Annotated[str, Meta(description="On this kind of thing alone, such as complaint.", max_length=64)]

# The event that the log has of a decision's first fact, where the log lies in the database.
DECISIONS = """
SELECT c.id, c.decided_at, c.actor, coalesce(u.shown_as, c.actor) AS shown_as,
       split_part(c.originator, ':', 1) AS aggregate, substr(c.originator, strpos(c.originator, ':') + 1) AS name,
       c.command, c.version, cardinality(c.events) AS events, e.partition, e."offset"
  FROM (SELECT * FROM desk.command
         WHERE (%(actor)s::text IS NULL OR actor = %(actor)s)
           AND (%(aggregate)s::text IS NULL OR starts_with(originator, %(aggregate)s || ':'))
           AND (%(id)s::bigint IS NULL OR id < %(id)s)
         ORDER BY id DESC LIMIT %(limit)s) AS c
  LEFT JOIN access.user AS u ON u.name = c.actor
  LEFT JOIN journal.event AS e ON e.id = c.events[1]
 ORDER BY c.id DESC
"""


class Which(Parameters, frozen=True, kw_only=True):
    """Which of them."""

    actor: OfActor | None = None
    aggregate: OfAggregate | None = None
    after: After = ""
    limit: PageLimit = 50


def answer(reading: Reading) -> Document:
    """List what was decided at the desk, by whom and on what, the last first."""
    asked = reading.asked
    place = after(asked.after, (int,)) or [None]
    said = {"actor": asked.actor, "aggregate": asked.aggregate, "id": place[0], "limit": asked.limit + 1}
    page, following = paged(list(queries.rows(reading.connection, DECISIONS, **said)), asked.limit, ("id",))
    return {"next": following, "tables": {"decisions": page}}


AUDIT_DECISIONS_VIEW = View(
    name="audit_decisions",
    path="/audit/decisions",
    title="Decisions",
    answer=answer,
    parameters=Which,
    capability=Capability.AUDIT,
)
