"""The pump of one node: takes batches from the log and commits them, as far as it is told.

A lane is a set of tables that stand at the same positions and go on together. A table that is behind, because it is new
or is being rebuilt, has a lane of its own until it has caught up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Self

from events.codec import Codec
from events.log import Chunk, EventLog, Positions
from projections._engine.collector import collector_paused
from projections._engine.pipeline import Pipeline, cut
from projections._engine.progress import Progress
from projections._engine.registry import Connection, Table

BATCH_EVENTS = 24_000


class Lane:
    """Drains the log into tables that stand at the same positions. Use it as a context manager."""

    def __init__(  # noqa: PLR0913 - the last three are options
        self,
        log: EventLog,
        connect: Callable[[], Connection],
        tables: Sequence[Table],
        *,
        batch_events: int = BATCH_EVENTS,
        codec: Codec | None = None,
        partitions: Sequence[int] | None = None,
    ) -> None:
        """Take the tables' partitions over, all or some, from whoever had them. Raises LogChanged, or Fenced."""
        self._log = log
        self._batch_events = batch_events
        self._pipeline = Pipeline(log, connect, tables, codec=codec)
        try:
            self._pipeline.take(range(log.partitions) if partitions is None else partitions)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return the lane."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the lane."""
        self.close()

    @property
    def progress(self) -> Progress:
        """What this lane has done so far."""
        return self._pipeline.progress

    @property
    def positions(self) -> dict[int, int]:
        """Up to where everything is committed."""
        return self._pipeline.positions

    def close(self) -> None:
        """Let the last commit finish and close the connection."""
        self._pipeline.close()

    def drain(self, until: Positions, heard: Callable[[Progress], None] | None = None) -> None:
        """Go on exactly up to these positions, and return when all of it is committed.

        Raises Fenced when another worker takes over; what was committed before stays.
        """
        with collector_paused():
            for chunks in self._reads(until):
                self._pipeline.submit(chunks)
                if heard:
                    heard(self.progress)
            self._pipeline.flush()
            if heard:
                heard(self.progress)

    def _reads(self, until: Positions) -> Iterator[list[Chunk]]:
        at = dict(self.positions)
        while wanted := {partition: at[partition] for partition, end in until.items() if at[partition] < end}:
            chunks = self.progress.timed("read", lambda wanted=wanted: self._log.read(wanted, self._batch_events))  # type: ignore[misc]
            chunks = [cut(chunk, until[chunk.partition]) for chunk in chunks]
            if not chunks:
                return
            at |= {chunk.partition: chunk.next_offset for chunk in chunks}
            yield chunks


def lanes_of(positions: Mapping[str, Positions], tables: Sequence[Table]) -> list[list[Table]]:
    """Return the tables grouped by where they stand, those furthest behind first."""
    lanes: dict[tuple[tuple[int, int], ...], list[Table]] = {}
    for table in tables:
        lanes.setdefault(tuple(sorted(positions[table.name].items())), []).append(table)
    return [lanes[key] for key in sorted(lanes, key=lambda key: sum(offset for _, offset in key))]
