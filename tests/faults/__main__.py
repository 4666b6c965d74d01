"""``python -m tests.faults``: tries every fault, and builds that are broken on purpose, and prints what came of them.

What producers send goes through a front door; for the broken builds, to the broker at once. With words, only the faults
whose names hold one of them. Exits with 1 where anything was lost, doubled or otherwise not as the log says, or where
the oracle did not see what was broken.
"""

import sys
import time
from collections.abc import Iterator

from tests.faults.broken_builds import BROKEN_BUILDS, BrokenBuild
from tests.faults.ground import Ground, ground
from tests.faults.registry import FAULTS, Fault

LINE = "{:<40} {:>6} {:>13} {:>6} {:>8} {:>14}  {}"
FAULT_HEAD = LINE.format("fault", "times", "acknowledged", "lost", "doubled", "longest stall", "")
BROKEN_LINE = "{:<70} {:>6} {:>8}  {}"
BROKEN_HEAD = BROKEN_LINE.format("broken on purpose", "lost", "doubled", "the oracle")


def show(line: str) -> None:
    """Print a line at once: a run takes a while."""
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


def tried(fault: Fault, at: Ground) -> bool:
    """Try a fault, print its line, and return whether all is as it should be."""
    begun = time.monotonic()
    try:
        outcome = fault.try_it(at, fault.whole)
    except AssertionError as error:
        show(LINE.format(fault.name, fault.whole, "", "", "", "", f"RED\n{error}"))
        return False
    stall, took = f"{outcome.stall_seconds:.1f} s", f"({time.monotonic() - begun:.0f} s)"
    show(LINE.format(fault.name, outcome.times, outcome.acknowledged, outcome.lost, outcome.doubled, stall, took))
    return True


def seen(build: BrokenBuild, at: Ground) -> bool:
    """Have a broken build work, print its line, and return whether the oracle saw it."""
    outcome = build.show(at)
    red = bool(outcome.verdict["findings"])
    show(BROKEN_LINE.format(build.broken.value, outcome.lost, outcome.doubled, "is red" if red else "SAW NOTHING"))
    return red


def run(words: list[str], at: Ground) -> Iterator[bool]:
    """Try what is asked for, and yield for each whether it is as it should be."""
    show(FAULT_HEAD)
    for fault in FAULTS:
        if not words or any(word in fault.name for word in words):
            at.broker.start()  # where the last fault failed with it down
            yield tried(fault, at._replace(by_door=True))
    show("")
    show(BROKEN_HEAD)
    for build in BROKEN_BUILDS:
        if not words or any(word in build.broken for word in words):
            yield seen(build, at)


def main(words: list[str]) -> int:
    """Print the table, and return the exit code."""
    begun = time.monotonic()
    with ground() as at:
        right = list(run(words, at))
    show(f"\n{sum(right)} of {len(right)} as it should be, in {(time.monotonic() - begun) / 60:.0f} minutes")
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
