"""The answer to a COMMIT is cut on its way: the pump cannot know whether it took effect, and has to ask."""

import time

from tests.faults.ground import Ground
from tests.faults.outcome import Outcome
from tests.faults.scene import scene
from tests.faults.wire import Cut, wire_to

LONGEST_SECONDS = 30.0
LOOK_SECONDS = 0.01


def commit_unanswered(ground: Ground, times: int) -> Outcome:
    """Cut in turn an answer that was given and nobody heard, and a server that may still be busy with it."""
    with scene(ground) as at, wire_to(at.dsn) as wire:
        at.begin(dsn=wire.dsn)
        for number in range(times):
            wire.cut(Cut.UNANSWERED if number % 2 else Cut.UNHEARD)
            give_up = time.monotonic() + LONGEST_SECONDS
            while not wire.was_cut:
                assert time.monotonic() < give_up, "nothing was committed"
                time.sleep(LOOK_SECONDS)
            at.load()
        return at.finish(times)
