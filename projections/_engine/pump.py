"""The pump: takes batches from the log and commits them, the next one folded while the last one is written.

A lane is a set of tables that stand at the same positions and go on together. A table that is behind, because it is new
or is being rebuilt, has a lane of its own until it has caught up.
"""

import gc
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Self, TypeVar

import psycopg

from events.codec import Codec
from events.errors import BadEvent, Fault
from events.log import Chunk, EventLog, Positions
from projections._engine import checkpoint
from projections._engine.checkpoint import Holdings
from projections._engine.folding import Batch, DeadLetter, Folder
from projections._engine.registry import Connection, Table
from projections._engine.store import UNSTORABLE, Store

T = TypeVar("T")

BATCH_EVENTS = 24_000
COLLECT_EVERY_BATCHES = 64


@dataclass
class Progress:
    """What a lane has done so far, in events, batches and seconds by stage."""

    events: int = 0
    batches: int = 0
    rows: int = 0
    parked: int = 0
    seconds: dict[str, float] = field(default_factory=lambda: {"read": 0.0, "fold": 0.0, "commit": 0.0, "wait": 0.0})


class Lane:
    """Drains the log into tables that stand at the same positions. Use it as a context manager."""

    def __init__(
        self,
        log: EventLog,
        connect: Callable[[], Connection],
        tables: Sequence[Table],
        *,
        batch_events: int = BATCH_EVENTS,
        codec: Codec | None = None,
    ) -> None:
        """Take the tables' partitions over from whoever had them. Raises LogChanged, or Fenced."""
        self._log = log
        self._batch_events = batch_events
        self._codec = codec or Codec()
        self._store = Store(connect, tables, log.log_id)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self.progress = Progress()
        try:
            self._holdings = checkpoint.take_over(
                self._store.connection, self._store.table_names, range(log.partitions), log
            )
        except BaseException:
            self.close()
            raise
        names = {table.name: table.projection.name for table in tables}
        signals_from = {
            (names[table], partition): held.signals_from for (table, partition), held in self._holdings.items()
        }
        self._folder = Folder([table.projection for table in tables], self._codec, signals_from)
        first = self._store.table_names[0]
        self.positions = {
            partition: held.next_offset for (table, partition), held in self._holdings.items() if table == first
        }

    def __enter__(self) -> Self:
        """Return the lane."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the lane."""
        self.close()

    def close(self) -> None:
        """Let the last commit finish and close the connection."""
        self._writer.shutdown()
        self._store.close()

    def drain(self, until: Positions, heard: Callable[[Progress], None] | None = None) -> None:
        """Go on exactly up to these positions, and return when all of it is committed.

        Raises Fenced when another worker takes over; what was committed before stays.
        """
        pending: tuple[Future[Holdings], Batch] | None = None
        with _collector_paused():
            for chunks in self._reads(until):
                batch = self._timed("fold", lambda chunks=chunks: self._folder.fold(chunks))  # type: ignore[misc]
                self._settle(pending)
                pending = (self._writer.submit(self._write, batch), batch)
                if heard:
                    heard(self.progress)
            self._settle(pending)
            if heard:
                heard(self.progress)

    def _reads(self, until: Positions) -> Iterator[list[Chunk]]:
        at = dict(self.positions)
        while wanted := {partition: at[partition] for partition, end in until.items() if at[partition] < end}:
            chunks = self._timed("read", lambda wanted=wanted: self._log.read(wanted, self._batch_events))  # type: ignore[misc]
            chunks = [cut for chunk in chunks if (cut := _cut(chunk, until[chunk.partition])).values]
            if not chunks:
                return
            at |= {chunk.partition: chunk.next_offset for chunk in chunks}
            yield chunks

    def _settle(self, pending: tuple[Future[Holdings], Batch] | None) -> None:
        if pending is None:
            return
        future, batch = pending
        self._holdings = self._timed("wait", future.result)
        self.positions |= {chunk.partition: chunk.next_offset for chunk in batch.chunks}
        progress = self.progress
        progress.events += batch.events
        progress.batches += 1
        progress.rows += sum(map(len, batch.rows.values()))
        progress.parked += len(batch.dead_letters)
        if progress.batches % COLLECT_EVERY_BATCHES == 0:
            gc.collect()

    def _write(self, batch: Batch) -> Holdings:
        begun = time.perf_counter()
        try:
            return self._store.commit(batch, self._holdings)
        except UNSTORABLE as error:
            return self._isolate(batch.chunks, self._holdings, error)
        finally:
            self.progress.seconds["commit"] += time.perf_counter() - begun

    def _isolate(self, chunks: Sequence[Chunk], holdings: Holdings, error: psycopg.Error) -> Holdings:
        """Find the event whose row cannot be stored by halving, park it, and commit the rest."""
        if sum(len(chunk.values) for chunk in chunks) == 1:
            return self._store.commit(self._without_unstorable(chunks, error), holdings)
        for half in _halves(chunks):
            try:
                holdings = self._store.commit(self._folder.fold(half), holdings)
            except UNSTORABLE as closer:
                holdings = self._isolate(half, holdings, closer)
        return holdings

    def _without_unstorable(self, chunks: Sequence[Chunk], error: psycopg.Error) -> Batch:
        batch = self._folder.fold(chunks)
        chunk = chunks[0]
        for name, rows in list(batch.rows.items()):
            if rows and not self._store.can_write(name, rows):
                reason = f"its row cannot be stored: {error.diag.message_primary or error}"
                bad = BadEvent(Fault.FOLD, name, reason)
                batch.dead_letters.append(DeadLetter(chunk.partition, chunk.offsets[0], chunk.values[0], bad, name))
                rows.clear()
        return batch

    def _timed(self, stage: str, work: Callable[[], T]) -> T:
        begun = time.perf_counter()
        try:
            return work()
        finally:
            self.progress.seconds[stage] += time.perf_counter() - begun


def _cut(chunk: Chunk, end: int) -> Chunk:
    """Return the part of a chunk that lies before an offset."""
    if chunk.next_offset <= end:
        return chunk
    kept = sum(offset < end for offset in chunk.offsets)
    return Chunk(chunk.partition, chunk.offsets[:kept], chunk.values[:kept], end, chunk.recorded_at)


def _halves(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    if len(chunks) > 1:
        yield list(chunks[: len(chunks) // 2])
        yield list(chunks[len(chunks) // 2 :])
        return
    chunk = chunks[0]
    middle = chunk.offsets[len(chunk.offsets) // 2]
    yield [_cut(chunk, middle)]
    kept = len(chunk.offsets) // 2
    yield [chunk._replace(offsets=chunk.offsets[kept:], values=chunk.values[kept:])]


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector out of the batches: events are made of structs and tuples without cycles."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def lanes_of(positions: Mapping[str, Positions], tables: Sequence[Table]) -> list[list[Table]]:
    """Return the tables grouped by where they stand, those furthest behind first."""
    lanes: dict[tuple[tuple[int, int], ...], list[Table]] = {}
    for table in tables:
        lanes.setdefault(tuple(sorted(positions[table.name].items())), []).append(table)
    return [lanes[key] for key in sorted(lanes, key=lambda key: sum(offset for _, offset in key))]
