"""More comes in than usual: a backlog that the pumps have to work off, in the memory that they have."""

import time

from tests.faults.ground import Ground
from tests.faults.orders import RATE
from tests.faults.outcome import Outcome
from tests.faults.scene import scene

MANY = 5
FLOOD_SECONDS = 1.5
MOST_KILOBYTES = 500_000
APPEND_EVENTS = 500


def five_times_the_rate(ground: Ground, times: int) -> Outcome:
    """Send five times as much as usual for a while, and have nobody pump; then a pump has to reach the end."""
    with scene(ground) as at:
        (pump,) = at.begin()
        for number in range(times):
            at.said.append(pump.stop())
            flood = at.produce(seed=7 + number, rate=(MANY - 1) * RATE, append_events=APPEND_EVENTS)
            time.sleep(FLOOD_SECONDS)
            flood.stop()
            pump = at.pump()
            at.load()
        outcome = at.finish(times)
        assert max(said["peak_kilobytes"] for said in at.said) < MOST_KILOBYTES, at.said
        return outcome
