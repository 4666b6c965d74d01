"""Members of a group that come and go, fall silent, and own the same partitions."""

import time
from random import Random

from projections._engine.group_pump import FIRST_PAUSE_SECONDS
from tests.faults.ground import Ground
from tests.faults.orders import Point
from tests.faults.outcome import Outcome
from tests.faults.scene import scene

MOST_MEMBERS = 4
PACE_SECONDS = 1.0
STOPS = (Point.AFTER_FETCH, Point.AFTER_UPSERTS, Point.BEFORE_COMMIT)
SOME_BATCHES = 3


def storm(ground: Ground, times: int) -> Outcome:
    """Have a member join or leave every second."""
    dice = Random(times)
    with scene(ground) as at:
        members = at.begin()
        begun = time.monotonic()
        for number in range(times):
            time.sleep(max(0, begun + number * PACE_SECONDS - time.monotonic()))
            if len(members) == 1 or (len(members) < MOST_MEMBERS and dice.random() < 1 / 2):
                members.append(at.pump_soon())
            else:
                members.pop(0).leave_soon()
        return at.finish(times)


def zombies(ground: Ground, times: int) -> Outcome:
    """Freeze a pump in the middle of a batch until others have its partitions: it is fenced, and counts that."""
    with scene(ground) as at:
        at.begin()
        for number in range(times):
            zombie = at.pump(point=STOPS[number % len(STOPS)], at_batch=SOME_BATCHES, frozen=True)
            zombie.wait_frozen()
            at.load()
            zombie.thaw()
            time.sleep(FIRST_PAUSE_SECONDS)
            at.said.append(zombie.stop())
        outcome = at.finish(times)
        assert at.total("fenced") >= times, at.said
        return outcome


def two_owners(ground: Ground, times: int) -> Outcome:
    """Have two groups, in which every partition belongs to each of two pumps: they take it from each other."""
    with scene(ground) as at:
        at.begin()
        for _ in range(times):
            other = at.pump(group="another")
            time.sleep(2 * FIRST_PAUSE_SECONDS)
            at.said.append(other.stop())
        outcome = at.finish(times)
        assert at.total("fenced") >= times, at.said
        return outcome
