"""A door in a process of its own, which is killed at the worst moment: the log has its batch, Kafka no offset yet."""

import os
import signal
from collections.abc import Iterable
from multiprocessing import get_context

from events.log.cluster import Cluster
from events.log.kafka import KafkaLog
from services.installation import connect
from services.intake.door import Door
from services.intake.figures import DoorFigures

SESSION_SECONDS = 1.0
"""For how long Kafka believes that a killed door is still there."""


class _Fatal(KafkaLog):
    """A log after whose first append nobody lives on."""

    def append_encoded(self, events: Iterable[tuple[str, bytes]]) -> None:
        """Append, and end as a power cut would."""
        held = list(events)
        super().append_encoded(held)
        if held:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_after_append(cluster: Cluster, database: str) -> int | None:
    """Run a door until it has appended its first batch, and return its exit code."""
    process = get_context("forkserver").Process(target=_let_in, args=(cluster, database), daemon=True)
    process.start()
    process.join()
    return process.exitcode


def _let_in(cluster: Cluster, database: str) -> None:
    door = Door(cluster, _Fatal(cluster), connect(database), DoorFigures(), session_seconds=SESSION_SECONDS)
    while True:
        door.turn()
