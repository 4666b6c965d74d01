"""Pumps of a consumer group under test: each in a thread of its own, stopped and looked at when the test says so."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from threading import Event, Thread
from types import TracebackType
from typing import Self

from events.log.cluster import Cluster
from events.log.group import Membership
from events.log.kafka import KafkaLog
from projections._engine.declaration import Projection
from projections._engine.group_pump import GroupPump
from tests.projections.engine.tables import Connect

PATIENCE_SECONDS = 40.0
LOOK_SECONDS = 0.02


class Running:
    """A pump that runs until the block ends, or until it fails; what it failed with is raised where the block ends."""

    def __init__(
        self,
        cluster: Cluster,
        connect: Connect,
        projections: Sequence[Projection],
        *,
        group: str = "pumps",
        batch_events: int = 1000,
    ) -> None:
        """Prepare a member of a group; groups of other names are told nothing of each other."""
        self._stop = Event()
        self._thread = Thread(target=self._run)
        self._log = KafkaLog(cluster)
        join = partial(Membership, cluster, f"{cluster.prefix}.{group}")
        self.pump = GroupPump(self._log, connect, projections, join, batch_events=batch_events)
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop it and wait for its hand-over."""
        self.stop()
        if self.failure is not None and error is None:
            raise self.failure

    def stop(self) -> None:
        """Stop it and wait for its hand-over."""
        self._stop.set()
        self._thread.join()

    def ended(self) -> BaseException | None:
        """Wait until it stops by itself, and return what it failed with."""
        self._thread.join(PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "it goes on"
        failure, self.failure = self.failure, None
        return failure

    def has(self, partitions: int) -> bool:
        """Return whether it owns so many partitions now."""
        return len(self.pump.positions) == partitions

    def _run(self) -> None:
        try:
            self.pump.run(self._stop)
        except BaseException as error:  # noqa: BLE001 - it is raised where the test looks for it
            self.failure = error
        finally:
            self._log.close()


def wait_for(condition: Callable[[], object], *pumps: Running) -> None:
    """Wait until something is so; a pump that fails meanwhile ends the waiting."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        for running in pumps:
            if running.failure is not None:
                raise running.failure
        assert time.monotonic() < give_up, "it does not come to that"
        time.sleep(LOOK_SECONDS)
