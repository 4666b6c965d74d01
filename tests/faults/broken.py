"""Builds that are broken on purpose, to prove that the oracle sees it: what a pump process of the tests may be told."""

from collections.abc import Sequence

from events.log.window import Entries, Repeats, Window
from projections._engine import checkpoint, pipeline
from projections._engine.checkpoint import Holdings
from projections._engine.folding import Batch
from projections._engine.seen_ids import Seen
from projections._engine.store import Store
from tests.faults.failpoints import FailingMembership
from tests.faults.orders import Break, Point

FENCE = "\n   AND c.epoch = w.epoch AND c.next_offset = w.from_offset"

MOVE = checkpoint.move


class CheckpointAfter(Store):
    """Writes rows in one transaction, and moves the checkpoint in the next."""

    def _write(self, batch: Batch, holdings: Holdings, seen: Sequence[Seen]) -> None:
        super()._write(batch, holdings, seen)
        with self.connection.transaction():
            MOVE(self.connection, self.table_names, batch.chunks, holdings, batch.duplicates)


class CheckpointBefore(Store):
    """Moves the checkpoint in one transaction, and writes rows in the next."""

    def _write(self, batch: Batch, holdings: Holdings, seen: Sequence[Seen]) -> None:
        with self.connection.transaction():
            MOVE(self.connection, self.table_names, batch.chunks, holdings, batch.duplicates)
        super()._write(batch, holdings, seen)


class Unfenced(Store):
    """Has a point just before a batch's transaction, where nothing is held that the server would take away."""

    def _write(self, batch: Batch, holdings: Holdings, seen: Sequence[Seen]) -> None:
        FailingMembership.failpoint.reached(Point.BEFORE_WRITE)
        super()._write(batch, holdings, seen)


BROKEN_STORES = {Break.CHECKPOINT_AFTER: CheckpointAfter, Break.CHECKPOINT_BEFORE: CheckpointBefore}


def everything_counts(_: Window, __: Entries) -> Repeats:
    """Return of events that all of them count."""
    return {}


def break_build(how: Break) -> None:
    """Replace in this process what keeps the promise."""
    match how:
        case Break.CHECKPOINT_AFTER | Break.CHECKPOINT_BEFORE:
            checkpoint.move = lambda *_: None
            pipeline.Store = BROKEN_STORES[how]  # type: ignore[attr-defined]
        case Break.NO_FENCING:
            assert FENCE in checkpoint.MOVE
            checkpoint.MOVE = checkpoint.MOVE.replace(FENCE, "")
            pipeline.Store = Unfenced  # type: ignore[attr-defined]
        case Break.NO_WINDOW:
            Window.admit = everything_counts  # type: ignore[method-assign, assignment]
        case Break.NOTHING | Break.ANSWER_FIRST:  # which is no matter of a pump's
            pass
