"""A customer's birthday is near: somebody congratulates them, if they consented to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, LiteralString

from projections._engine import queries
from projections._engine.registry import Connection
from services.associations.choosing import days_to
from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.naming import name_of
from services.reactions.tasking import Wanted
from services.reports.next_offer_evidence import CONSENT, GESTURE_PURPOSE

KIND = "birthday"
LEAP_DAY, EVE = "02-29", "02-28"

ABOUT = """
So many days before a known customer's birthday (setting birthday_days) their manager gets a task, due on the day, if
the customer consented to the purpose birthday_card, which is looked at then. Once a year and person; whoever was born
on the 29th of February has their birthday on the 28th in other years. Webhooks hear of it as birthday.due.
"""

# Known people of whom somebody said that their birthday is on one of these days, and the last word on when it is.
NEAR: LiteralString = """
WITH said AS (
    SELECT DISTINCT coalesce(p.person, s.subject) AS person
      FROM preferences AS s LEFT JOIN person_of AS p ON p.identifier = s.subject
     WHERE s.kind = 'birthday' AND s.topic = '' AND right(s.about, 5) = ANY (%(days)s)
)
SELECT person, b.wording AS birthday
  FROM said CROSS JOIN LATERAL (
       SELECT wording FROM preferences_of(said.person)
        WHERE kind = 'birthday' AND topic = '' AND wording_at <= %(now)s
        ORDER BY wording_at DESC, wording_by DESC LIMIT 1) AS b
 WHERE person LIKE 'customer:%%' ORDER BY person
"""

BIRTHDAY: LiteralString = """
SELECT wording AS birthday FROM preferences_of(%(subject)s)
 WHERE kind = 'birthday' AND topic = '' AND wording_at <= %(now)s ORDER BY wording_at DESC, wording_by DESC LIMIT 1
"""

ALLOWED = f"""
WITH told AS (
    SELECT purpose, channel, given, given_at, given_by FROM consents_of(%(subject)s) WHERE given_at <= %(now)s
) {CONSENT.format(purpose="%(purpose)s")}
"""  # noqa: S608 - named pieces; values are always parameters


def look(connection: Connection, now: datetime) -> Iterator[Signal]:
    """Yield a signal for each birthday that is near, once a year and person."""
    ahead = settings.in_force(connection, now).birthday_days
    for row in queries.rows(connection, NEAR, days=_days(now.date(), ahead), now=now):
        days = days_to(row["birthday"], now.date())
        if days is None or days > ahead:
            continue
        day = now.date() + timedelta(days=days)
        same = f"{KIND}:{day.year}:{row['person']}"
        detail = {"day": day.isoformat()}
        yield Signal(
            id=same, kind=KIND, subject=row["person"], event_id=same, happened_at=now, raised_at=now, detail=detail
        )


def _days(today: date, ahead: int) -> Sequence[str]:
    """Return the days of a year from today on, as a birthday ends; the 29th of February goes with the 28th."""
    days = [f"{today + timedelta(days=number):%m-%d}" for number in range(ahead + 1)]
    return [*days, LEAP_DAY] if EVE in days and LEAP_DAY not in days else days


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Have somebody congratulate."""
    day = date.fromisoformat(signal.detail["day"])
    allowed = consent(world, signal.subject, GESTURE_PURPOSE)
    if not allowed["stands"]:
        said = "took back their consent" if allowed["words"] else "have not consented"
        yield Hold("no_consent", f"They {said} to be congratulated ({GESTURE_PURPOSE}).")
        return
    who = people.customer(world, signal.subject)
    name = name_of(KIND, str(day.year), who.person)
    if (held := tasking.known(world, signal.subject, name)) is not None:
        yield held
        return
    wanted = settings.in_force(world.connection, world.now)
    charge = people.in_charge(world, signal.subject, wanted.without_manager)
    title = f"Congratulate {who.name} on {day.day} {day:%B}"
    why = f"Their birthday is on {day.day} {day:%B}, and they consented to be congratulated. {charge.words}".strip()
    due = datetime.combine(day + timedelta(days=1), datetime.min.time(), world.now.tzinfo)
    task = Wanted(signal.subject, title, "birthday", why, due, charge.assignee, "birthday")
    yield tasking.opened(name, task)
    yield from people.to_staff(charge.assignee, title, why)
    yield Announce("birthday.due", signal.subject, {"day": day.isoformat()})


def consent(world: World, subject: str, purpose: str) -> Mapping[str, Any]:
    """Return whether a consent ``stands``, and how many ``words`` there are on it."""
    return queries.row(world.connection, ALLOWED, subject=subject, now=world.now, purpose=purpose)


REACTION = Reaction(KIND, (KIND,), react, ABOUT.strip())
