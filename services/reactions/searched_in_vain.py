"""A regular searched for something and found nothing: their manager hears of it, with the reasons."""

from collections.abc import Iterable
from typing import LiteralString

from projections._engine import queries
from projections.unmet_demand import normalised
from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.naming import name_of
from services.reactions.people import Customer
from services.reactions.settings import Settings
from services.reactions.tasking import Wanted

REASON = "searched_in_vain"

ABOUT = """
A regular is a known customer with so many orders (setting regular_orders, 3 as in the report unmet_demand) or with such
a dial (setting regular_dial). When one searches for something and nothing is found, their manager gets a task with the
reasons: once a day for the same query in the same store. Webhooks hear of it as search.in_vain.
"""

ASKED: LiteralString = """
SELECT coalesce(sum(without_result), 0)::bigint AS times, min(first_asked) AS first_asked
  FROM unmet_demand_of(%(subject)s) WHERE query = %(query)s AND without_result > 0
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Tell the manager of a regular."""
    wanted = settings.in_force(world.connection, world.now)
    who = people.customer(world, signal.subject)
    if not regular(who, wanted):
        yield Hold("no_regular", f"{who.person} is no regular: {who.orders} orders, and dial {who.dial}.")
        return
    said, store = " ".join(signal.detail["query"].split()), signal.detail["store"]
    query = normalised(said)
    charge = people.in_charge(world, signal.subject, wanted.without_manager)
    title = f"{who.name} looked for {said!r} and found nothing"
    why = f"{_why(who, world, signal, query)} {charge.words}".strip()
    about, due = name_of("search", query), world.now + wanted.task_time
    day = signal.happened_at.date().isoformat()
    task = Wanted(signal.subject, title, REASON, why, due, charge.assignee, about, store)
    yield tasking.opened(name_of("in_vain", who.person, day, store, query), task)
    yield from people.to_staff(charge.assignee, title, why)
    yield Announce("search.in_vain", signal.subject, {"query": said, "store": store, "orders": who.orders})


def regular(who: Customer, wanted: Settings) -> bool:
    """Return whether somebody is a regular: known by name, with so many orders or such a dial."""
    return who.known and (who.orders >= wanted.regular_orders or (who.dial or 0) >= wanted.regular_dial)


def _why(who: Customer, world: World, signal: Signal, query: str) -> str:
    """Return why they are a regular, and how often they asked for it."""
    row = queries.row(world.connection, ASKED, subject=signal.subject, query=query)
    dial = f" and dial {who.dial}" if who.dial is not None else ""
    told = f"A regular: {who.orders:,} orders{dial}. They looked for it in {signal.detail['store']}"
    if row["times"] > 1:
        first = row["first_asked"]
        return f"{told}, {row['times']:,} times in vain since {first.day} {first:%B %Y}."
    return f"{told}, for the first time."


REACTION = Reaction("searched_in_vain", ("searched_in_vain",), react, ABOUT.strip())
