"""A process that writes to a log until it is done or killed, and prints what was acknowledged, a line a batch.

Run as ``python -m tests.contracts.writer ADDRESS SEED``. Every writer sends the same facts, in an order and in batches
of its own. It begins anew each time it is started: what was stored before is sent again.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from random import Random

from events.envelope import Envelope
from events.log import EventLog
from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from events.log.postgres import Journal
from services.installation import connect
from tests.contracts.facts import facts

KAFKA = "kafka://"
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


def address_of(cluster: Cluster) -> str:
    """Return how a writer is told to write to this Kafka."""
    return f"{KAFKA}{cluster.servers}/{cluster.prefix}"


@contextmanager
def opened(address: str) -> Iterator[EventLog]:
    """Yield the log at an address: a Kafka's, see ``address_of``, or the DSN of a journal."""
    if not address.startswith(KAFKA):
        with connect(address, "writer") as connection:
            yield Journal(connection)
        return
    servers, _, prefix = address.removeprefix(KAFKA).partition("/")
    with closing(KafkaLog(Cluster(servers, prefix=prefix))) as log:
        yield log


def main(address: str, seed: int) -> None:
    """Append everything, in batches of random length."""
    dice = Random(seed)
    told = orderly(dice)
    with opened(address) as log:
        say([])
        at = 0
        while at < len(told):
            batch = told[at : at + dice.randint(1, LONGEST_BATCH)]
            receipts = log.append(batch)
            heard = [(sent.id, *receipt) for sent, receipt in zip(batch, receipts, strict=True)]
            say(heard)
            at += len(batch)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
