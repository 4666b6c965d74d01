"""Goods came in that people had asked for: somebody tells them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString

from projections._engine import queries
from services.reactions import people, settings, tasking, wishes
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.naming import name_of
from services.reactions.settings import Settings
from services.reactions.tasking import Wanted
from services.reports import words

KIND = "goods_arrived"

ABOUT = """
When goods come in, those are looked for who asked for them in vain in this store within so many days (setting
asked_days), by the product's name, who have not bought them since, and who consented to the purpose personal_offers. A
task names the first of them, those with the highest dials (setting tell_most), and says how many there are in all. It
is one task a day, product and store, and names only those who asked since the last one. Webhooks hear of it as
goods.arrived.
"""

TOLD: LiteralString = """
SELECT max(opened) AS told FROM tasks_of(%(subject)s)
 WHERE reason = 'goods_arrived' AND about = %(about)s AND store = %(store)s
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Have somebody tell those who asked."""
    wanted = settings.in_force(world.connection, world.now)
    product, store = signal.detail["product"], signal.detail["store"]
    name = wishes.name_of_product(world, product, store)
    asked = wishes.queries_for(world, product, name, store)
    rows = _askers(signal, world, asked, wanted)
    allowing = [row for row in rows if row["allows"]]
    if not allowing:
        waiting = words.counted(rows[0]["people"], "known customer") if rows else "Nobody whom we know"
        consented = ", and none of them consented to be told" if rows else ""
        yield Hold("nobody_to_tell", f"{waiting} asked for {name or product} in vain{consented}.")
        return
    charge = people.covered(world, wanted.without_manager)
    title = f"{name} came in: tell {allowing[0]['allowing']:,} who asked for it"
    why = _why(signal, allowing, asked)
    about, due = name_of("product", product), world.now + wanted.task_time
    task = Wanted(signal.subject, title, KIND, why, due, charge.assignee, about, store)
    day = signal.happened_at.date().isoformat()
    yield tasking.opened(name_of("arrived", store, product, day), task)
    yield from people.to_staff(charge.assignee, title, why)
    data = {"product": product, "store": store, "people": allowing[0]["people"], "allowing": allowing[0]["allowing"]}
    yield Announce("goods.arrived", signal.subject, data | {"first": [row["person"] for row in allowing]})


def _askers(signal: Signal, world: World, asked: list[str], wanted: Settings) -> list[dict[str, Any]]:
    if not asked:
        return []
    product, store = signal.detail["product"], signal.detail["store"]
    about = {"subject": signal.subject, "about": name_of("product", product), "store": store}
    told: datetime | None = queries.row(world.connection, TOLD, **about)["told"]
    since = world.now - timedelta(days=wanted.asked_days)
    since = since if told is None else max(told, since)
    arrived = signal.happened_at
    return wishes.askers(
        world, asked, product=product, store=store, arrived=arrived, since=since, most=wanted.tell_most
    )


def _why(signal: Signal, allowing: Sequence[Mapping[str, Any]], asked: Sequence[str]) -> str:
    first = allowing[0]
    queries_said = ", ".join(repr(query) for query in asked[:5])
    people_said = words.counted(first["people"], "known customer")
    named = ", ".join(row["person"] + (f" (dial {row['dial']})" if row["dial"] is not None else "") for row in allowing)
    rest = first["allowing"] - len(allowing)
    more = f", and {rest:,} more" if rest else ""
    return (
        f"{signal.detail['quantity']} came into {signal.detail['store']}. {people_said} asked for {queries_said}"
        f" in vain, {first['allowing']:,} of them consented to be told: {named}{more}."
    )


REACTION = Reaction(KIND, ("stock_arrived",), react, ABOUT.strip())
