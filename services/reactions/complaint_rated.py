"""A customer is not content with how we dealt with their complaint: somebody asks why."""

from collections.abc import Iterable

from services.reactions import people, settings, tasking
from services.reactions._engine.reaction import Action, Announce, Hold, Reaction, Signal, World
from services.reactions.answers import case_of
from services.reactions.naming import name_of
from services.reactions.tasking import Wanted

REASON = "low_satisfaction"

ABOUT = """
Whoever rates how we dealt with their complaint with so little or less (setting low_rating) is asked why: a task for
their manager. Webhooks hear of it as complaint.rated_low.
"""


def react(signal: Signal, world: World) -> Iterable[Action]:
    """Have somebody ask why."""
    wanted = settings.in_force(world.connection, world.now)
    rating = int(signal.detail["rating"])
    case = case_of(world, signal)
    if rating > wanted.low_rating:
        yield Hold("content", f"They rated it {rating} of 5: that is not low.")
        return
    if case is None:
        return
    charge = people.in_charge(world, signal.subject, wanted.without_manager)
    who = people.customer(world, signal.subject)
    title = f"Ask {who.name} what we should have done"
    why = f"They rated how we dealt with their complaint {case.complaint} {rating} of 5. {charge.words}".strip()
    due = world.now + wanted.task_time
    task = Wanted(signal.subject, title, REASON, why, due, charge.assignee, case.about, case.store)
    yield tasking.opened(name_of("rated", case.complaint), task)
    yield from people.to_staff(charge.assignee, title, why)
    data = {"complaint": case.complaint, "rating": rating, "store": case.store}
    yield Announce("complaint.rated_low", signal.subject, data)


REACTION = Reaction("complaint_rated", ("complaint_rated",), react, ABOUT.strip())
