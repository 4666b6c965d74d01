"""A customer's volume dial fell: their manager hears of it, with the reasons in words."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import LiteralString

from projections._engine import queries
from projections._engine.registry import Connection
from services.dial import wording
from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.naming import name_of
from services.reactions.tasking import Wanted

KIND = "dial_fell"

ABOUT = """
When a dial fell by so much or more (setting dial_fall) since the month before, from such a height or above (setting
dial_least), the customer's manager gets a task that says what moved it. Of a month those are heard that fell the most,
so many (setting dial_most). Dials are made by 'regulars refresh'; after it a sweep finds those that fell. Webhooks hear
of it as dial.fell.
"""

# Of each currency the last month that is dialled, and the month before it.
FALLEN: LiteralString = """
WITH last AS (
    SELECT currency, max(month) AS month FROM dial_fit WHERE day <= (%(now)s::timestamptz)::date GROUP BY currency
), fell AS (
    SELECT n.person, n.currency, n.month, n.dial, b.dial AS dial_before
      FROM last AS l JOIN dial AS n ON n.currency = l.currency AND n.month = l.month
      JOIN dial AS b ON b.person = n.person AND b.currency = n.currency
                    AND b.month = (l.month - interval '1 month')::date
     WHERE n.person LIKE 'customer:%%' AND b.dial >= %(least)s AND b.dial - n.dial >= %(fall)s
)
SELECT person, currency, month, dial, dial_before
  FROM (SELECT f.*, row_number() OVER (PARTITION BY currency ORDER BY dial_before - dial DESC, person) AS place
          FROM fell AS f) AS f
 WHERE place <= %(most)s ORDER BY currency, place
"""

MOVED: LiteralString = """
SELECT n.*, f.day, f.parameters, b.dial AS dial_before, b.now_part AS now_part_before,
       b.heading_part AS heading_part_before, b.potential_part AS potential_part_before, b.days AS days_before,
       b.recent_minor AS recent_minor_before
  FROM dial AS n JOIN dial_fit AS f USING (month, currency)
  JOIN dial AS b ON b.person = n.person AND b.currency = n.currency AND b.month = (n.month - interval '1 month')::date
 WHERE n.person = %(person)s AND n.currency = %(currency)s AND n.month = %(month)s::date
"""


def look(connection: Connection, now: datetime) -> Iterator[Signal]:
    """Yield a signal for each dial that fell, once a month and currency."""
    wanted = settings.in_force(connection, now)
    asked = {"now": now, "fall": wanted.dial_fall, "least": wanted.dial_least, "most": wanted.dial_most}
    for row in queries.rows(connection, FALLEN, **asked):
        month, person = row["month"].isoformat(), row["person"]
        detail = {"currency": row["currency"], "month": month}
        same = f"{KIND}:{month[:7]}:{row['currency']}:{person}"
        yield Signal(id=same, kind=KIND, subject=person, event_id=same, happened_at=now, raised_at=now, detail=detail)


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Tell the manager why it fell."""
    month, currency = date.fromisoformat(signal.detail["month"]), signal.detail["currency"]
    rows = queries.rows(world.connection, MOVED, person=signal.subject, currency=currency, month=month)
    wanted = settings.in_force(world.connection, world.now)
    if not rows or rows[0]["dial_before"] - rows[0]["dial"] < wanted.dial_fall:
        yield Hold("dialled_anew", "The dials were made anew since, and this one did not fall so far.")
        return
    (row,) = rows
    name = name_of(KIND, month.isoformat()[:7], currency, signal.subject)
    if (held := tasking.known(world, signal.subject, name)) is not None:
        yield held
        return
    charge = people.in_charge(world, signal.subject, wanted.without_manager)
    who = people.customer(world, signal.subject)
    title = f"The dial of {who.name} fell from {row['dial_before']} to {row['dial']}"
    why = f"In {month:%B %Y}: {wording.moved(row)} {wording.why(row)} {charge.words}".strip()
    due = world.now + wanted.task_time
    task = Wanted(signal.subject, title, KIND, why, due, charge.assignee, name_of("dial", currency), row["store"])
    yield tasking.opened(name, task)
    yield from people.to_staff(charge.assignee, title, why)
    data = {"currency": currency, "month": month.isoformat(), "dial": row["dial"], "dial_before": row["dial_before"]}
    yield Announce("dial.fell", signal.subject, data)


REACTION = Reaction(KIND, (KIND,), react, ABOUT.strip())
