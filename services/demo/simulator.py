"""Simulates the life around real orders, which the data does not tell: visits, searches, complaints, answers and more.

Everything it makes has the source ``urn:regulars:simulated`` and lies between the shop's first day and its last order.
The same orders and the same seed give the same events with the same ids, so loading them twice adds nothing.
"""

from collections.abc import Callable, Iterable
from random import Random

from events.envelope import Envelope
from services.demo.simulation.cast import Shop, cast
from services.demo.simulation.complaints import tell_complaints
from services.demo.simulation.contacts import tell_contacts
from services.demo.simulation.desk import tell_desk
from services.demo.simulation.house import tell_house
from services.demo.simulation.parcels import tell_parcels
from services.demo.simulation.people import tell_people
from services.demo.simulation.routines import tell_routines
from services.demo.simulation.stage import SOURCE, Stage
from services.demo.simulation.strangers import tell_shared_devices, tell_strangers, tell_undefined
from services.demo.simulation.ties import tell_ties
from services.demo.simulation.visits import tell_visits
from services.demo.simulation.voices import tell_voices

__all__ = ["SOURCE", "simulated"]

STORIES: tuple[Callable[[Shop, Stage, Random], None], ...] = (
    tell_people,
    tell_ties,
    tell_visits,
    tell_strangers,
    tell_shared_devices,
    tell_undefined,
    tell_parcels,
    tell_complaints,
    tell_contacts,
    tell_voices,
    tell_house,
    tell_routines,
    tell_desk,
)
"""Every story there is. Each has dice of its own, so that a change to one does not change the others.

The desk's follows from what the others told, and so comes last.
"""


def simulated(orders: Iterable[Envelope], dice: Random) -> list[Envelope]:
    """Return the simulated events around these orders and returns, in the order in which they happened."""
    shop = cast(orders, dice)
    stage = Stage(shop.begin, shop.end)
    for story in STORIES:
        story(shop, stage, Random(dice.getrandbits(64)))
    return sorted(stage.told.values(), key=lambda envelope: (envelope.time, envelope.id))
