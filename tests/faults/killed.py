"""Kill -9 of a pump, at points and at random moments, while another one goes on."""

import time
from itertools import cycle, islice
from random import Random

from tests.faults.ground import Ground
from tests.faults.orders import Point
from tests.faults.outcome import Outcome
from tests.faults.scene import scene

POINTS = (Point.AFTER_FETCH, Point.AFTER_UPSERTS, Point.BEFORE_COMMIT, Point.AFTER_COMMIT)
MOST_BATCHES = 5
LONGEST_LIFE_SECONDS = 2.0


def at_points(ground: Ground, times: int) -> Outcome:
    """Kill one pump at each point, all in the same group, and again, in other batches of their lives."""
    dice = Random(times)
    points = cycle(POINTS)
    with scene(ground) as at:
        at.begin()
        for number in range(0, times, len(POINTS)):
            several = islice(points, min(len(POINTS), times - number))
            victims = [at.pump_soon(point=point, at_batch=dice.randint(1, MOST_BATCHES)) for point in several]
            for victim in victims:
                code, _ = victim.ended()
                assert code < 0, victim.last_words()
        return at.finish(times)


def at_random(ground: Ground, times: int) -> Outcome:
    """Kill two pumps in turn, at any moment of their lives: also of their first, when they make the tables."""
    dice = Random(times)
    with scene(ground) as at:
        pumps = [at.pump(), at.pump()]
        at.produce()
        for number in range(times):
            time.sleep(dice.uniform(0, LONGEST_LIFE_SECONDS))
            place = number % len(pumps)
            pumps[place].kill()
            pumps[place] = at.pump()
        at.load()
        return at.finish(times)
