"""Builds that are broken on purpose, each under the fault that it does not withstand: the oracle has to see it.

They keep no timeline: its primary key would refuse most of what these builds do twice, and we want to see the oracle.
"""

from collections.abc import Callable
from typing import NamedTuple

from tests.faults.ground import Ground
from tests.faults.orders import Break, DoorPoint, Point
from tests.faults.outcome import Outcome
from tests.faults.scene import scene

WITHOUT = ("timeline",)
SOME_BATCHES = 3


def checkpoint_after(ground: Ground) -> Outcome:
    """Kill a pump when its rows are committed and its checkpoint is not yet."""
    return _died(ground, Break.CHECKPOINT_AFTER, Point.AFTER_COMMIT)


def checkpoint_before(ground: Ground) -> Outcome:
    """Kill a pump when its checkpoint is committed and its rows are not yet."""
    return _died(ground, Break.CHECKPOINT_BEFORE, Point.BEFORE_COMMIT)


def _died(ground: Ground, broken: Break, point: Point) -> Outcome:
    with scene(ground, WITHOUT) as at:
        at.make_live()
        victim = at.pump(broken=broken, point=point, at_batch=SOME_BATCHES)
        at.produce()
        code, _ = victim.ended()
        assert code < 0, victim.last_words()
        at.pump(broken=broken)
        at.load()
        at.settle()
        return at.judge(1)


def no_fencing(ground: Ground) -> Outcome:
    """Freeze a pump that is about to write a batch until another one has folded that, and let it write."""
    with scene(ground, WITHOUT) as at:
        at.make_live()
        zombie = at.pump(broken=Break.NO_FENCING, point=Point.BEFORE_WRITE, at_batch=SOME_BATCHES, frozen=True)
        at.produce()
        zombie.wait_frozen()
        at.pump(broken=Break.NO_FENCING)
        at.load()
        at.wait_drained()  # so what the zombie holds is folded, however slow the machine is
        zombie.thaw()
        at.load()
        at.settle()
        return at.judge(1)


def no_window(ground: Ground) -> Outcome:
    """Another producer sends the same events once more."""
    with scene(ground, WITHOUT) as at:
        at.make_live()
        at.pump(broken=Break.NO_WINDOW)
        at.produce()
        at.produce()
        at.load()
        at.settle()
        return at.judge(1)


def answer_first(ground: Ground) -> Outcome:
    """Kill a front door that has answered for more than the log has."""
    with scene(ground._replace(by_door=True), WITHOUT) as at:
        at.make_live()
        victim = at.door(broken=Break.ANSWER_FIRST, point=DoorPoint.BEFORE_APPEND, at_batch=SOME_BATCHES)
        at.pump()
        at.produce()
        code, _ = victim.ended()
        assert code < 0, victim.last_words()
        at.settle()
        return at.judge(1)


class BrokenBuild(NamedTuple):
    """What is broken, and the fault that shows it."""

    broken: Break
    show: Callable[[Ground], Outcome]


BROKEN_BUILDS = (
    BrokenBuild(Break.CHECKPOINT_AFTER, checkpoint_after),
    BrokenBuild(Break.CHECKPOINT_BEFORE, checkpoint_before),
    BrokenBuild(Break.NO_FENCING, no_fencing),
    BrokenBuild(Break.NO_WINDOW, no_window),
    BrokenBuild(Break.ANSWER_FIRST, answer_first),
)
"""Every one of them; the oracle is worth as much as they are red."""
