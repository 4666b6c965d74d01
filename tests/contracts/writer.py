"""A process that writes to the journal until it is done or killed, and prints what was acknowledged, a line a batch.

Run as ``python -m tests.contracts.writer DSN SEED``. Every writer sends the same facts, in an order and in batches of
its own. It begins anew each time it is started: what was stored before is a duplicate.
"""

import json
import sys
from collections.abc import Sequence
from random import Random

from events.envelope import Envelope
from events.log.postgres import Journal
from services.installation import connect
from tests.contracts.facts import facts

COUNT = 4_000
LONGEST_BATCH = 40


def orderly(dice: Random) -> list[Envelope]:
    """Return the facts as this writer sends them: somewhere in the middle first, then round to where it began."""
    told = facts(COUNT)
    start = dice.randrange(COUNT)
    return told[start:] + told[:start]


def say(heard: Sequence[tuple[str, str, int, int]]) -> None:
    """Print what was acknowledged, so that it is out before the next batch begins."""
    sys.stdout.write(json.dumps(heard) + "\n")
    sys.stdout.flush()


def main(dsn: str, seed: int) -> None:
    """Append everything, in batches of random length."""
    dice = Random(seed)
    told = orderly(dice)
    with connect(dsn, f"writer {seed}") as connection:
        journal = Journal(connection)
        say([])
        at = 0
        while at < len(told):
            batch = told[at : at + dice.randint(1, LONGEST_BATCH)]
            receipts = journal.append(batch)
            heard = [(sent.id, *receipt) for sent, receipt in zip(batch, receipts, strict=True)]
            say(heard)
            at += len(batch)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
