"""A pump of a group as a process, which may be told to fail at a point, or to be of a build that is broken on purpose.

Run as ``python -m tests.faults.pumping_process ORDER``. It prints ``begun`` and, when it ends, one JSON document: its
progress, or the sentence that it stopped with. It ends when it is told to, and when nobody holds its standard input.
"""

import json
import logging
import os
import resource
import signal
import sys
from dataclasses import asdict
from functools import partial
from threading import Event, Thread
from typing import Any

from events.log.errors import LogError
from events.log.kafka import KafkaLog
from projections import PROJECTIONS
from projections._engine.errors import EngineError
from projections._engine.group_pump import GroupPump
from tests.faults.broken import break_build
from tests.faults.failpoints import FailingConnection, FailingMembership, Failpoint
from tests.faults.orders import Break, PumpOrder

STOPPED = 4
"""The exit code where people have to look."""


def say(document: dict[str, Any] | str) -> None:
    """Print a word or a document on one line, at once."""
    sys.stdout.write(f"{document if isinstance(document, str) else json.dumps(document)}\n")
    sys.stdout.flush()


def until_told(stop: Event) -> None:
    """Have a SIGTERM stop this process, and the end of whoever started it."""
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def alone() -> None:
        sys.stdin.read()
        os._exit(1)

    Thread(target=alone, daemon=True).start()


def pump_of(order: PumpOrder) -> GroupPump:
    """Return the pump that an order wants."""
    failpoint = Failpoint(order)
    FailingMembership.failpoint = failpoint
    join = partial(FailingMembership, order.cluster, order.group, session_seconds=order.session_seconds)
    return GroupPump(
        KafkaLog(order.cluster),
        lambda: FailingConnection.to(order.dsn, failpoint),
        [projection for projection in PROJECTIONS if projection.name not in order.without],
        join,
        batch_events=order.batch_events,
    )


def main(order: PumpOrder) -> int:
    """Pump until told to stop, and return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    stop = Event()
    until_told(stop)
    break_build(Break(order.broken))
    try:
        pump = pump_of(order)
        say("begun")
        pump.run(stop)
    except (EngineError, LogError) as error:
        say({"stopped": type(error).__name__, "sentence": str(error)})
        return STOPPED
    progress = pump.progress
    progress.heard = None
    say(asdict(progress) | {"peak_kilobytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss})
    return 0


if __name__ == "__main__":
    sys.exit(main(PumpOrder.read(sys.argv[1])))
