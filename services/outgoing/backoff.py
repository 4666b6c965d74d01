"""When a delivery that failed is tried again: soon at first, then ever more rarely, as Standard Webhooks recommends.

The tries of what fails together are spread by a fifth to either side, by the delivery's id: a receiver that comes back
is not overrun, and the same delivery is tried at the same times in every run.
"""

from datetime import datetime, timedelta
from hashlib import sha256

WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)

MOST_TRIES = len(WAITS) + 1

SPREAD = 0.2


def next_try(number: int, tries: int, now: datetime, asked: timedelta | None = None) -> datetime | None:
    """Return when delivery ``number`` is tried again after so many tries; None where that was the last one.

    ``asked`` is for how long the receiver asked us to wait, which it gets up to the longest wait.
    """
    if tries >= MOST_TRIES:
        return None
    wait = WAITS[tries - 1] * (1 - SPREAD + 2 * SPREAD * _share(number, tries))
    return now + max(wait, min(asked or wait, WAITS[-1]))


def _share(number: int, tries: int) -> float:
    """Return a share from 0 to 1 that is as good as random, and always the same."""
    return int.from_bytes(sha256(f"{number}:{tries}".encode()).digest()[:4]) / 0xFFFFFFFF
