"""Who of the house looked at whom: look by look, or counted by customer, by user, or by day.

Reads ``accesses``, looks at one customer, and ``list_accesses``, looks at lists, searches, reports and Live, with whom
they named where they were few. Counted is at whom somebody looked, in a list or by themselves.
"""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from projections._engine import queries
from services.access import sessions
from services.access.roles import Capability
from services.access.telling import hashed
from services.views.paging import After, PageLimit, after, paged
from services.views.view import Document, Parameters, Reading, View

By = Annotated[Literal["looks", "customer", "user", "day"], Meta(description="One by one, or counted by what.")]
OfSubject = Annotated[str, Meta(description="Of this customer, under any identifier of theirs.", max_length=192)]
OfActor = Annotated[str, Meta(description="Of this user alone.", max_length=128)]
Kind = Annotated[
    Literal["all", "customers", "lists", "csv"], Meta(description="At one customer, at lists, or lists taken as CSV.")
]
OfView = Annotated[str, Meta(description="At this view alone, such as customers.", max_length=128)]
Typed = Annotated[str, Meta(description="Searches for this alone: it is kept as a keyed hash.", max_length=200)]
OfDay = Annotated[date, Meta(description="Of this day, in UTC.")]

KEYS = ("last_looked", "subject", "actor", "what", "how", "asked")
KINDS = (datetime, str, str, str, str, str)
MOST_ROWS = 200

# Looks at one customer, and looks at lists: those that name a person where one is asked for, else each look once.
# Arguments that are null leave all in.
PERSON = """
    SELECT %(subject)s::text UNION SELECT identifier FROM person_of
     WHERE person = coalesce((SELECT person FROM person_of WHERE identifier = %(subject)s), %(subject)s)
"""
WHICH = """
    (%(actor)s::text IS NULL OR actor = %(actor)s) AND (%(day)s::date IS NULL OR day = %(day)s)
    AND (%(what)s::text IS NULL OR what = %(what)s)
    AND (%(last_looked)s::timestamptz IS NULL OR (last_looked, subject, actor, what, how, asked) <
         (%(last_looked)s, %(after_subject)s, %(after_actor)s, %(after_what)s, %(after_how)s, %(after_asked)s))
"""
PLACE = "last_looked DESC, subject DESC, actor DESC, what DESC, how DESC, asked DESC"
AT_ONE = f"""
    SELECT * FROM (SELECT subject, day, actor, role, what, '' AS how, '' AS asked, times, of_the_past,
                          1::bigint AS people, 0::bigint AS rows, first_looked, last_looked FROM accesses) AS a
     WHERE {WHICH} AND (%(subject)s::text IS NULL OR subject IN ({PERSON}))
       AND %(kind)s IN ('all', 'customers') AND %(typed)s::text IS NULL
"""  # noqa: S608 - made of constants
AT_LISTS = f"""
    SELECT * FROM (SELECT whom AS subject, day, actor, role, what, how, asked, times, of_the_past,
                          people, rows, first_looked, last_looked FROM list_accesses) AS l
     WHERE {WHICH} AND (subject = '' AND %(subject)s::text IS NULL OR subject <> '' AND subject IN ({PERSON}))
       AND (%(kind)s IN ('all', 'lists') OR %(kind)s = 'csv' AND how = 'csv')
       AND (%(typed)s::text IS NULL OR strpos(asked, %(typed)s) > 0)
"""  # noqa: S608 - as above
# At whom: ``times`` is how often they were seen, in a list or by themselves; ``looks`` counts each look once.
NAMED = f"""
WITH named AS (
    SELECT subject, day, actor, role, times, times AS looks, last_looked FROM ({AT_ONE}) AS a
    UNION ALL
    SELECT nullif(whom, ''), day, actor, role, times, CASE whom WHEN '' THEN times ELSE 0 END, last_looked
      FROM list_accesses
     WHERE (%(subject)s::text IS NULL OR whom IN ({PERSON})) AND (%(what)s::text IS NULL OR what = %(what)s)
       AND (%(actor)s::text IS NULL OR actor = %(actor)s) AND (%(day)s::date IS NULL OR day = %(day)s))
"""  # noqa: S608 - as above

LOOKS = f"""
SELECT a.subject, (SELECT traits -> 'name' ->> 2 FROM profile_of(a.subject)) AS name, a.day, a.actor,
       coalesce(u.shown_as, a.actor) AS shown_as, a.role, a.what, a.how, a.asked, a.times, a.of_the_past, a.people,
       a.rows, a.first_looked, a.last_looked
  FROM ((({AT_ONE} ORDER BY {PLACE} LIMIT %(limit)s) UNION ALL ({AT_LISTS} ORDER BY {PLACE} LIMIT %(limit)s))
         ORDER BY {PLACE} LIMIT %(limit)s) AS a
  LEFT JOIN access.user AS u ON u.name = a.actor
 ORDER BY {PLACE}
"""  # noqa: S608 - as above

BY_CUSTOMER = f"""
{NAMED}
SELECT c.*, (SELECT traits -> 'name' ->> 2 FROM profile_of(c.subject)) AS name FROM (
    SELECT subject, sum(times)::bigint AS times, count(DISTINCT actor) AS users, max(last_looked) AS last_looked
      FROM named WHERE subject IS NOT NULL GROUP BY subject
     ORDER BY 2 DESC, 1 LIMIT %(limit)s) AS c
 ORDER BY c.times DESC, c.subject
"""  # noqa: S608 - as above

BY_USER = f"""
{NAMED}
SELECT a.actor, coalesce(max(u.shown_as), a.actor) AS shown_as, max(a.role) AS role,
       sum(CASE WHEN %(subject)s::text IS NULL THEN a.looks ELSE a.times END)::bigint AS times,
       count(DISTINCT a.subject) AS customers, max(a.last_looked) AS last_looked
  FROM named AS a LEFT JOIN access.user AS u ON u.name = a.actor
 GROUP BY a.actor ORDER BY 4 DESC, 1 LIMIT %(limit)s
"""  # noqa: S608 - as above

BY_DAY = f"""
{NAMED}
SELECT day, sum(CASE WHEN %(subject)s::text IS NULL THEN looks ELSE times END)::bigint AS times,
       count(DISTINCT actor) AS users, count(DISTINCT subject) AS customers
  FROM named GROUP BY day ORDER BY day DESC LIMIT %(limit)s
"""  # noqa: S608 - as above

COUNTED = {"customer": BY_CUSTOMER, "user": BY_USER, "day": BY_DAY}


class Which(Parameters, frozen=True, kw_only=True):
    """Which looks, and how they are counted."""

    by: By = "looks"
    kind: Kind = "all"
    what: OfView | None = None
    typed: Typed | None = None
    subject: OfSubject | None = None
    actor: OfActor | None = None
    day: OfDay | None = None
    after: After = ""
    limit: PageLimit = 50


def answer(reading: Reading) -> Document:
    """List who looked at whom, the last look first, or count the looks by customer, by user or by day."""
    asked = reading.asked
    names = ("last_looked", "after_subject", "after_actor", "after_what", "after_how", "after_asked")
    said = {
        "subject": asked.subject,
        "actor": asked.actor,
        "day": asked.day,
        "what": asked.what,
        "kind": asked.kind,
        "typed": hashed(sessions.secret(reading.connection), asked.typed) if asked.typed else None,
    }
    if asked.by != "looks":
        anywhere = {**dict.fromkeys(names), "kind": "all", "typed": None, "limit": max(asked.limit, MOST_ROWS)}
        rows = queries.rows(reading.connection, COUNTED[asked.by], **{**said, **anywhere})
        return {"next": "", "tables": {"looks": rows}}
    place = after(asked.after, KINDS) or [None] * len(KINDS)
    said |= {**dict(zip(names, place, strict=True)), "limit": asked.limit + 1}
    rows = queries.rows(reading.connection, LOOKS, **said)
    page, following = paged(list(rows), asked.limit, KEYS)
    return {"next": following, "tables": {"looks": page}}


AUDIT_LOOKS_VIEW = View(
    name="audit_looks",
    path="/audit/looks",
    title="Who looked at whom",
    answer=answer,
    parameters=Which,
    reads=("accesses", "list_accesses", "profile", "identity"),
    capability=Capability.AUDIT,
)
