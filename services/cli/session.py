"""What most commands begin with: the installation that the settings name, and projections that have seen it all."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import NamedTuple

from projections import PROJECTIONS
from projections._engine import checkpoint
from projections._engine.declaration import Projection
from projections._engine.projector import Projector, stored
from projections._engine.registry import Connection, Table, live_tables
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.terminal import progress, say
from services.installation import Installation, open_installation
from services.settings import Settings

LOOK_SECONDS = 0.1


class Projected(NamedTuple):
    """What a catching up came to; ``here`` tells whether this process folded, or another did and we waited."""

    here: bool
    events: int
    parked: int


@contextmanager
def opened(settings: Settings | None = None) -> Iterator[Installation]:
    """Yield the installation; what takes longer than a moment is told on stderr."""
    with open_installation(settings or Settings.from_environment(), say) as installation:
        yield installation


def bring_up_to_date(installation: Installation, command: str, *, patience_seconds: float = float("inf")) -> Projected:
    """Fold what the log holds by now; where another process projects, wait until that one has.

    Raises Failure where that one takes longer than ``patience_seconds``.
    """
    begun = time.monotonic()
    connect = partial(installation.connect, f"regulars {command}, process {os.getpid()}")
    ends = installation.journal().ends()
    with (
        closing(Projector(installation.journal(), connect, PROJECTIONS)) as projector,
        installation.connect() as connection,
        progress("Folding new events") as advance,
    ):
        at_first = behind(connection, ends)
        while not projector.lead():
            left = behind(connection, ends)
            if left == 0:
                return Projected(here=False, events=at_first, parked=0)
            advance(at_first - left, at_first)
            if time.monotonic() - begun > patience_seconds:
                message = f"The process that projects has {left:,} events to fold after {patience_seconds:.0f} seconds."
                raise Failure(message, ExitCode.UNAVAILABLE)
            time.sleep(LOOK_SECONDS)
        done = projector.catch_up(lambda so_far: advance(so_far.events, at_first))
    return Projected(here=True, events=done.events, parked=done.parked)


def projections_named(names: list[str] | None) -> list[Projection]:
    """Return the projections of these names that have rows of their own, or all of them. Raises Failure."""
    keeping = stored(PROJECTIONS)
    known = [projection.name for projection in keeping]
    for name in names or ():
        if name not in known:
            message = f"There is no projection {name!r} with rows of its own; there are: {', '.join(known)}."
            raise Failure(message)
    return [projection for projection in keeping if not names or projection.name in names]


def built(connection: Connection, projections: Sequence[Projection] = PROJECTIONS) -> list[Table]:
    """Return the live tables of these projections. Raises Failure where one was never built."""
    wanted = stored(projections)
    tables = live_tables(connection, wanted)
    if len(tables) < len(wanted):
        message = "The projections are not built yet: run 'regulars up', or import something."
        raise Failure(message, ExitCode.UNAVAILABLE)
    return tables


def behind(connection: Connection, ends: Mapping[int, int]) -> int:
    """Return how many events the table that is furthest behind has yet to fold up to these positions."""
    tables = live_tables(connection, stored(PROJECTIONS))
    if len(tables) < len(stored(PROJECTIONS)):
        return sum(ends.values())
    vectors = [checkpoint.positions(connection, table.name) for table in tables]
    return max(sum(max(0, end - vector[partition]) for partition, end in ends.items()) for vector in vectors)
