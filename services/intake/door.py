"""Lets records of the intake in, a batch at a time, as a member of a group whose members share the partitions out.

The offsets of a batch are committed when the brokers have its events and the database what was refused of it; so
nothing is lost, and what a crash repeats counts once by its id. While one batch is being acknowledged the next one is
read and checked. Events keep the order of their partition of the intake: producers write with the subject as key.
"""

import gc
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from events.errors import Fault
from events.log import Chunk, Positions
from events.log.cluster import Cluster
from events.log.errors import LogRefused, RecordsGone
from events.log.group import SESSION_SECONDS, Membership
from events.log.kafka import KafkaLog
from services.ingest import tallies, verdicts
from services.ingest.counting import Counts
from services.ingest.registry import Directory
from services.installation import Connection
from services.intake.checking import Checked, Checker
from services.intake.figures import CHECK, READ, WAIT, DoorFigures

BATCH_RECORDS = 20_000
REGISTRY_SECONDS = 1.0
COLLECT_SECONDS = 30.0


class _Underway(NamedTuple):
    """A batch that is being acknowledged, and where each partition goes on after it."""

    positions: Positions
    done: Future[None]


class Door:
    """A member of the door's group. One thread runs it, and another makes its batches durable."""

    def __init__(  # noqa: PLR0913 - what it works with, and how
        self,
        cluster: Cluster,
        log: KafkaLog,
        connection: Connection,
        figures: DoorFigures,
        *,
        skip_lost: bool = False,
        session_seconds: float = SESSION_SECONDS,
    ) -> None:
        """Join the group. ``log`` and ``connection`` are its own; ``skip_lost`` goes on where records are gone."""
        self._cluster = cluster
        self._log = log
        self._connection = connection
        self._figures = figures
        self._skip_lost = skip_lost
        self._directory = Directory()
        self._read_at = float("-inf")
        self._collected_at = time.monotonic()
        self._checker = Checker(self._directory.source)
        self._counts = Counts()
        self._keeper = ThreadPoolExecutor(1, "acknowledged")
        self._underway: _Underway | None = None
        self._uncommitted: dict[int, int] = {}
        self._group = Membership(
            cluster, cluster.doors, self._assigned, self._revoked, session_seconds, topic=cluster.intake
        )

    def turn(self) -> bool:
        """Read and check what there is, and hand it over to be stored; return whether there was anything.

        Raises LogUnavailable, psycopg.OperationalError, and RecordsGone where the intake no longer holds what is next.
        """
        begun = time.monotonic()
        self._refresh(begun)
        found = self._group.read(BATCH_RECORDS)
        chunks = [chunk for chunk in found if chunk.values and chunk.partition in self._group.partitions]
        read = time.monotonic()
        self._figures.seconds[READ] += read - begun
        self._figures.rebalances = self._group.rebalances
        checked = self._checker.check(chunks)
        self._figures.seconds[CHECK] += time.monotonic() - read
        self._settle()
        if chunks:
            self._figures.read += sum(len(chunk.values) for chunk in chunks)
            positions = {chunk.partition: chunk.next_offset for chunk in chunks}
            self._underway = _Underway(positions, self._keeper.submit(self._keep, checked))
            self._tell_lag(chunks)
        return bool(chunks)

    def close(self) -> None:
        """Have acknowledged what was read, and leave the group at once, so that others go on."""
        try:
            self._settle()
        finally:
            self._keeper.shutdown()
            self._group.leave()
        self._write_counts()

    def abandon(self) -> None:
        """Leave after something failed: what is not committed is read again."""
        self._underway = None
        self._keeper.shutdown()
        self._group.leave()

    def _settle(self) -> None:
        """Wait until the batch that is underway is durable, and commit its offsets."""
        underway, self._underway = self._underway, None
        begun = time.monotonic()
        if underway is not None:
            underway.done.result()
            self._uncommitted |= underway.positions
            self._figures.batches += 1
        if self._uncommitted and self._group.commit(self._uncommitted):
            self._uncommitted.clear()
        self._figures.seconds[WAIT] += time.monotonic() - begun

    def _keep(self, checked: Checked) -> None:
        verdicts.store(self._connection, checked.refused)  # first: doing it again changes nothing but a count
        self._log.append_encoded(checked.events)
        self._figures.stored += len(checked.events)
        self._figures.refused += len(checked.refused)
        self._figures.blocked += sum(each.error.fault is Fault.UNPLANNED for each in checked.refused)
        self._counts.add(checked.tallies, checked.violations)

    def _assigned(self, partitions: Sequence[int]) -> Positions:
        committed = self._group.committed(partitions)
        return {partition: self._beginning(partition, committed.get(partition)) for partition in partitions}

    def _beginning(self, partition: int, committed: int | None) -> int:
        """Return where to read on: where the group was, or at the first record where it was never here."""
        held = self._group.held(partition)
        if committed is None:
            return held.start
        if held.start <= committed <= held.stop:
            return committed
        if self._skip_lost:
            return held.start
        if committed > held.stop:
            message = (
                f"The intake {self._cluster.intake} was made anew: its partition {partition} ends at {held.stop}, and"
                f" was read up to {committed}. 'regulars door --skip-lost' begins at its first record."
            )
            raise LogRefused(message)
        message = (
            f"The intake {self._cluster.intake} lost {held.start - committed:,} records of partition {partition} before"
            f" they were let in: it kept them no longer, from {committed} to {held.start - 1}. 'regulars door"
            " --skip-lost' goes on after them."
        )
        raise RecordsGone(message)

    def _revoked(self, partitions: Sequence[int]) -> None:
        self._settle()
        for partition in partitions:
            self._uncommitted.pop(partition, None)  # whoever has it next reads some of it again
            self._figures.lag.pop(partition, None)

    def _refresh(self, now: float) -> None:
        """Read the registry and write the counts down, where the last time was a while ago and nobody else writes."""
        if now - self._read_at < REGISTRY_SECONDS:
            return
        self._settle()  # it uses the connection
        self._read_at = now
        self._directory.refresh(self._connection)
        self._write_counts()
        if now - self._collected_at > COLLECT_SECONDS:
            self._collected_at = now
            gc.collect()  # it is off beside

    def _write_counts(self) -> None:
        counted, against = self._counts.taken()
        if counted or against:
            tallies.add(self._connection, counted, against)

    def _tell_lag(self, chunks: Sequence[Chunk]) -> None:
        for chunk in chunks:
            end = self._group.end(chunk.partition)
            if end is not None:
                self._figures.lag[chunk.partition] = max(0, end - chunk.next_offset)
