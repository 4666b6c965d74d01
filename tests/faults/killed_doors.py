"""Kill -9 of a front door, at points and at random moments: its senders send again what they had no answer for."""

import time
from itertools import cycle, islice
from random import Random

from tests.faults.ground import Ground
from tests.faults.orders import DoorPoint, Wire
from tests.faults.outcome import Outcome
from tests.faults.scene import Scene, scene

POINTS = (DoorPoint.AFTER_APPEND, DoorPoint.BEFORE_ANSWER, DoorPoint.BEFORE_APPEND, DoorPoint.AFTER_ANSWER)
MOST_BATCHES = 8
LONGEST_LIFE_SECONDS = 2.0
OTHER_SEED = 7


def at_points(ground: Ground, times: int) -> Outcome:
    """Kill one front door after the other at each point, in other batches of their lives."""
    dice = Random(times)
    with scene(ground._replace(by_door=True)) as at:
        _begin(at)
        for point in islice(cycle(POINTS), times):
            victim = at.door_soon(
                point=point, at_batch=dice.randint(1, MOST_BATCHES)
            )  # it may die before it can say more
            code, _ = victim.ended()
            assert code < 0, victim.last_words()
        at.door()
        at.load()
        return at.finish(times)


def at_random(ground: Ground, times: int) -> Outcome:
    """Kill one front door after the other at any moment of its life, also before it serves."""
    dice = Random(times)
    with scene(ground._replace(by_door=True)) as at:
        _begin(at)
        for _ in range(times):
            victim = at.door_soon()
            time.sleep(dice.uniform(0, 2 * LONGEST_LIFE_SECONDS))
            victim.kill()
        at.door()
        at.load()
        return at.finish(times)


def _begin(at: Scene) -> None:
    """Begin with a second sender, of the other protocol, and kill the first front door as the last one was started."""
    at.begin()
    at.produce(seed=OTHER_SEED, wire=Wire.SEGMENT)
    at.load()
    at.doors[0].kill()
