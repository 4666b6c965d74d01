"""The way to the front door is cut, before, while and after it answers: whoever sends cannot know, and sends again."""

import time
from itertools import cycle, islice

from tests.faults.ground import Ground
from tests.faults.orders import Wire
from tests.faults.outcome import Outcome
from tests.faults.scene import scene
from tests.faults.wire import Cut, http_wire_to

WAYS = (Cut.UNHEARD, Cut.UNANSWERED, Cut.AT_REQUEST)
BODY = 2
"""The piece of a request that never comes, where its head did."""

LONGEST_SECONDS = 30.0
LOOK_SECONDS = 0.01


def answer_cut(ground: Ground, times: int) -> Outcome:
    """Cut in turn an answer that was given, a door that is still at work, and a body of which only the head came."""
    with scene(ground._replace(by_door=True)) as at, http_wire_to(at.port) as wire:
        at.begin()
        at.produce(seed=7, port=wire.port, wire=Wire.SEGMENT)
        at.produce(seed=8, port=wire.port)
        for way in islice(cycle(WAYS), times):
            wire.cut(way, request=BODY)
            give_up = time.monotonic() + LONGEST_SECONDS
            while not wire.was_cut:
                assert time.monotonic() < give_up, "nothing was sent"
                time.sleep(LOOK_SECONDS)
            at.load()
        outcome = at.finish(times)
        counts = [said["counts"] for said in at.producers_said]
        assert sum(each.get("cut", 0) for each in counts) >= times, counts
        assert times < len(WAYS) or sum(each.get("duplicate", 0) for each in counts) > 0, counts
        return outcome
