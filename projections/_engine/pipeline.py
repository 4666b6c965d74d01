"""Folds chunks and commits them, the next batch folded while the last one is written: what every pump is made of.

A pipeline owns partitions of a set of tables that stand at the same positions. Who reads the chunks, and who says which
partitions are ours, is the pump's affair.
"""

import gc
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import psycopg

from events.codec import Codec
from events.errors import BadEvent, Fault
from events.log import Chunk, EventLog
from events.log.window import Entries, Repeats, Window, entries_of, merged
from projections._engine import seen_ids
from projections._engine.checkpoint import Holdings
from projections._engine.errors import Fenced
from projections._engine.folding import Batch, Decoded, Folder, dead_letter
from projections._engine.progress import BatchDone, Progress
from projections._engine.registry import Connection, Table
from projections._engine.seen_ids import Seen
from projections._engine.store import UNSTORABLE, Store

COLLECT_EVERY_BATCHES = 64
PIECE_EVENTS = 1_000


class Pipeline:
    """Folds and commits for a set of tables. One thread uses it; another one, its own, writes."""

    def __init__(
        self,
        log: EventLog,
        connect: Callable[[], Connection],
        tables: Sequence[Table],
        *,
        codec: Codec | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Connect; no partition is ours yet."""
        self._log = log
        self._codec = codec or Codec()
        self.tables = tables
        self._store = Store(connect, tables, log.log_id)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="commit")
        self._holdings: Holdings = {}
        self._windows: dict[int, Window] = {}
        self._folder = Folder([table.projection for table in tables], self._codec)
        self._pending: tuple[Future[Holdings], Batch] | None = None
        self._done = BatchDone(0, 0.0, 0.0)
        self._at: dict[int, int] = {}
        self.positions: dict[int, int] = {}
        self.progress = progress or Progress()

    @property
    def reached(self) -> dict[int, int]:
        """Up to where everything was submitted, by partition: what is read next begins there."""
        return self._at

    def close(self) -> None:
        """Let the last commit finish and close the connection."""
        with suppress(Fenced, psycopg.Error):  # then it is not committed, and whoever owns the partition reads it again
            self.flush()
        self._writer.shutdown()
        self._store.close()

    def take(self, partitions: Sequence[int]) -> None:
        """Take partitions over from whoever had them; what we read next of them is at ``positions``.

        Raises LogChanged, or Fenced where a table was swapped; then nothing is ours that was not.
        """
        self.flush()
        names = self._store.table_names
        taken = self._store.take_over(partitions, self._log)
        first = {partition: taken[names[0], partition].next_offset for partition in partitions}
        if not self._log.refuses_known_ids:
            self._windows |= {
                partition: seen_ids.window_at(self._store.connection, self._log, partition, at)
                for partition, at in first.items()
            }
        self._holdings = {**self._holdings, **taken}
        self.positions |= first
        self._at = dict(self.positions)
        self._renew_folder()

    def release(self, partitions: Iterable[int]) -> None:
        """Let go of partitions, once everything that was submitted is committed."""
        self.flush()
        for partition in partitions:
            self.positions.pop(partition, None)
            self._windows.pop(partition, None)
        self._at = dict(self.positions)
        self._holdings = {place: held for place, held in self._holdings.items() if place[1] in self.positions}

    def _renew_folder(self) -> None:
        named = {table.name: table.projection.name for table in self.tables}
        signals_from = {(named[table], place): held.signals_from for (table, place), held in self._holdings.items()}
        self._folder = Folder([table.projection for table in self.tables], self._codec, signals_from)

    def submit(self, chunks: Sequence[Chunk]) -> None:
        """Fold chunks that follow what was submitted before, and hand them to the writer when it is free.

        Raises Fenced when another worker took over: then nothing of this batch, or of the one before, is committed.
        """
        begun = time.perf_counter()
        batch, repeats, seen = self.progress.timed("fold", lambda: self._folded(chunks))
        self.flush()
        self._at |= {chunk.partition: chunk.next_offset for chunk in chunks}
        self._pending = (self._writer.submit(self._write, batch, repeats, seen, begun), batch)

    def flush(self) -> None:
        """Wait until everything that was submitted is committed. Raises Fenced."""
        if self._pending is None:
            return
        future, batch = self._pending
        self._pending = None
        self._holdings = self.progress.timed("wait", future.result)
        self.positions |= {chunk.partition: chunk.next_offset for chunk in batch.chunks}
        progress = self.progress
        progress.events += batch.events
        progress.batches += 1
        progress.rows += sum(map(len, batch.rows.values()))
        progress.parked += len(batch.dead_letters)
        progress.duplicates += sum(batch.duplicates.values())
        if progress.heard is not None:
            progress.heard(self._done)
        if progress.batches % COLLECT_EVERY_BATCHES == 0:
            gc.collect()

    def _folded(self, chunks: Sequence[Chunk]) -> tuple[Batch, dict[int, Repeats], list[Seen]]:
        """Fold piece by piece: what one decodes to is still in the processor's cache when it is folded and freed."""
        batch = self._folder.begin(chunks)
        repeats: dict[int, Repeats] = {}
        seen: list[Seen] = []
        for chunk in chunks:
            entries: list[Entries] = []
            for piece in map(self._folder.decode, pieces(chunk)):
                again = {} if self._log.refuses_known_ids else self._admitted(piece, entries)
                self._folder.add(batch, piece, again)
                repeats.setdefault(chunk.partition, {}).update(again)
            if entries:
                seen.append(Seen(chunk.partition, self._at[chunk.partition], chunk.next_offset, merged(entries)))
        return batch, repeats, seen

    def _admitted(self, piece: Decoded, entries: list[Entries]) -> Repeats:
        ids = [None if envelope is None else envelope.id for envelope in piece.envelopes]
        incoming = entries_of(ids, piece.chunk.values, piece.chunk.offsets)
        entries.append(incoming)
        return self._windows[piece.chunk.partition].admit(incoming)

    def _write(self, batch: Batch, repeats: Mapping[int, Repeats], seen: Sequence[Seen], since: float) -> Holdings:
        begun = time.perf_counter()
        try:
            return self._store.commit(batch, self._holdings, seen)
        except UNSTORABLE as error:
            return self._isolate(batch.chunks, repeats, self._holdings, error)
        finally:
            ended = time.perf_counter()
            self.progress.seconds["commit"] += ended - begun
            self._done = BatchDone(batch.events, ended - since, ended - begun)

    def _isolate(
        self, chunks: Sequence[Chunk], repeats: Mapping[int, Repeats], holdings: Holdings, error: psycopg.Error
    ) -> Holdings:
        """Find the event whose row cannot be stored by halving, park it, and commit the rest."""
        if sum(len(chunk.values) for chunk in chunks) == 1:
            return self._store.commit(self._without_unstorable(chunks, repeats, error), holdings)
        for half in halves(chunks):
            try:
                holdings = self._store.commit(self._again(half, repeats), holdings)
            except UNSTORABLE as closer:
                holdings = self._isolate(half, repeats, holdings, closer)
        return holdings

    def _again(self, chunks: Sequence[Chunk], repeats: Mapping[int, Repeats]) -> Batch:
        return self._folder.fold([self._folder.decode(chunk) for chunk in chunks], repeats)

    def _without_unstorable(
        self, chunks: Sequence[Chunk], repeats: Mapping[int, Repeats], error: psycopg.Error
    ) -> Batch:
        batch = self._again(chunks, repeats)
        chunk = next(chunk for chunk in chunks if chunk.values)
        for name, rows in list(batch.rows.items()):
            if rows and not self._store.can_write(name, rows):
                reason = f"its row cannot be stored: {error.diag.message_primary or error}"
                batch.dead_letters.append(dead_letter(chunk, 0, BadEvent(Fault.FOLD, name, reason), name))
                rows.clear()
        return batch


def cut(chunk: Chunk, end: int) -> Chunk:
    """Return the part of a chunk that lies before an offset."""
    if chunk.next_offset <= end:
        return chunk
    kept = sum(offset < end for offset in chunk.offsets)
    offsets, values, recorded = chunk.offsets[:kept], chunk.values[:kept], chunk.recorded[:kept]
    return Chunk(chunk.partition, offsets, values, end, chunk.recorded_at if kept else None, recorded)


def pieces(chunk: Chunk) -> Iterator[Chunk]:
    """Return a chunk in pieces; signals look at the end of each, which is the chunk's own for the last one."""
    count = len(chunk.values)
    for begin in range(0, count, PIECE_EVENTS):
        end = min(begin + PIECE_EVENTS, count)
        next_offset = chunk.next_offset if end == count else chunk.offsets[end]
        offsets, values, recorded = (each[begin:end] for each in (chunk.offsets, chunk.values, chunk.recorded))
        yield Chunk(chunk.partition, offsets, values, next_offset, chunk.recorded_at, recorded)  # type: ignore[arg-type]


def rest(chunk: Chunk, start: int) -> Chunk:
    """Return the part of a chunk that lies at an offset or after it."""
    if not chunk.offsets or chunk.offsets[0] >= start:
        return chunk
    known = sum(offset < start for offset in chunk.offsets)
    return chunk._replace(offsets=chunk.offsets[known:], values=chunk.values[known:], recorded=chunk.recorded[known:])


def halves(chunks: Sequence[Chunk]) -> Iterator[list[Chunk]]:
    if len(chunks) > 1:
        yield list(chunks[: len(chunks) // 2])
        yield list(chunks[len(chunks) // 2 :])
        return
    chunk = chunks[0]
    kept = len(chunk.offsets) // 2
    yield [cut(chunk, chunk.offsets[kept])]
    yield [rest(chunk, chunk.offsets[kept])]
