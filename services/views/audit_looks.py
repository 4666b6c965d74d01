"""Who of the house looked at whom: look by look, or counted by customer, by user, or by day. Reads ``accesses``."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from projections._engine import queries
from services.access.roles import Capability
from services.views.paging import After, PageLimit, after, paged
from services.views.view import Document, Parameters, Reading, View

By = Annotated[Literal["looks", "customer", "user", "day"], Meta(description="One by one, or counted by what.")]
OfSubject = Annotated[str, Meta(description="Of this customer, under any identifier of theirs.", max_length=192)]
OfActor = Annotated[str, Meta(description="Of this user alone.", max_length=128)]
OfDay = Annotated[date, Meta(description="Of this day, in UTC.")]

KEYS = ("last_looked", "subject", "actor", "what")
KINDS = (datetime, str, str, str)
MOST_ROWS = 200

# What is asked for; arguments that are null leave all in.
ASKED = """
WITH asked AS (
    SELECT a.* FROM accesses AS a
     WHERE (%(actor)s::text IS NULL OR a.actor = %(actor)s) AND (%(day)s::date IS NULL OR a.day = %(day)s)
       AND (%(subject)s::text IS NULL OR a.subject IN (
                SELECT %(subject)s UNION SELECT identifier FROM person_of
                 WHERE person = coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s))))
"""

LOOKS = f"""
{ASKED}
SELECT a.subject, (SELECT traits -> 'name' ->> 2 FROM profile_of(a.subject)) AS name, a.day, a.actor,
       coalesce(u.shown_as, a.actor) AS shown_as, a.role, a.what, a.times, a.of_the_past, a.first_looked, a.last_looked
  FROM (SELECT * FROM asked
         WHERE %(last_looked)s::timestamptz IS NULL OR (last_looked, subject, actor, what) <
               (%(last_looked)s, %(after_subject)s, %(after_actor)s, %(after_what)s)
         ORDER BY last_looked DESC, subject DESC, actor DESC, what DESC LIMIT %(limit)s) AS a
  LEFT JOIN access.user AS u ON u.name = a.actor
 ORDER BY a.last_looked DESC, a.subject DESC, a.actor DESC, a.what DESC
"""  # noqa: S608 - made of constants

BY_CUSTOMER = f"""
{ASKED}
SELECT c.*, (SELECT traits -> 'name' ->> 2 FROM profile_of(c.subject)) AS name FROM (
    SELECT subject, sum(times)::bigint AS times, count(DISTINCT actor) AS users, max(last_looked) AS last_looked
      FROM asked GROUP BY subject ORDER BY 2 DESC, 1 LIMIT %(limit)s) AS c ORDER BY c.times DESC, c.subject
"""  # noqa: S608 - as above

BY_USER = f"""
{ASKED}
SELECT a.actor, coalesce(max(u.shown_as), a.actor) AS shown_as, max(a.role) AS role, sum(a.times)::bigint AS times,
       count(DISTINCT a.subject) AS customers, max(a.last_looked) AS last_looked
  FROM asked AS a LEFT JOIN access.user AS u ON u.name = a.actor
 GROUP BY a.actor ORDER BY 4 DESC, 1 LIMIT %(limit)s
"""  # noqa: S608 - as above

BY_DAY = f"""
{ASKED}
SELECT day, sum(times)::bigint AS times, count(DISTINCT actor) AS users, count(DISTINCT subject) AS customers
  FROM asked GROUP BY day ORDER BY day DESC LIMIT %(limit)s
"""  # noqa: S608 - as above

COUNTED = {"customer": BY_CUSTOMER, "user": BY_USER, "day": BY_DAY}


class Which(Parameters, frozen=True, kw_only=True):
    """Which looks, and how they are counted."""

    by: By = "looks"
    subject: OfSubject | None = None
    actor: OfActor | None = None
    day: OfDay | None = None
    after: After = ""
    limit: PageLimit = 50


def answer(reading: Reading) -> Document:
    """List who looked at whom, the last look first, or count the looks by customer, by user or by day."""
    asked = reading.asked
    said = {"subject": asked.subject, "actor": asked.actor, "day": asked.day}
    if asked.by != "looks":
        rows = queries.rows(reading.connection, COUNTED[asked.by], **said, limit=max(asked.limit, MOST_ROWS))
        return {"next": "", "tables": {"looks": rows}}
    place = after(asked.after, KINDS) or [None] * len(KINDS)
    names = ("last_looked", "after_subject", "after_actor", "after_what")
    rows = queries.rows(
        reading.connection, LOOKS, **said, **dict(zip(names, place, strict=True)), limit=asked.limit + 1
    )
    page, following = paged(list(rows), asked.limit, KEYS)
    return {"next": following, "tables": {"looks": page}}


AUDIT_LOOKS_VIEW = View(
    name="audit_looks",
    path="/audit/looks",
    title="Who looked at whom",
    answer=answer,
    parameters=Which,
    reads=("accesses", "profile", "identity"),
    capability=Capability.AUDIT,
)
