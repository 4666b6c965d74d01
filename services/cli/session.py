"""What most commands begin with: the installation that the settings name, and projections that have seen it all."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import NamedTuple

from events.log import EventLog
from events.log.cluster import Cluster
from projections import PROJECTIONS
from projections._engine import checkpoint
from projections._engine.declaration import Projection
from projections._engine.projector import Projector, stored
from projections._engine.registry import Connection, Table, live_tables
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.terminal import plural, progress, say
from services.installation import Installation, open_installation
from services.relay.journaling import relay_now
from services.settings import Settings
from services.variables import KAFKA, TOPIC_PREFIX

LOOK_SECONDS = 0.1

# The table of each projection that this database keeps: the live one, or the one that is being built.
KEPT = """
SELECT DISTINCT ON (name) table_name, state = 'live' FROM engine.projection
 WHERE state <> 'retired' AND name = ANY (%s) ORDER BY name, state = 'live' DESC, generation DESC
"""

NAMES = "SELECT DISTINCT name FROM engine.projection WHERE state <> 'retired'"

# Which logs the tables were filled from, and in how many partitions.
FILLED_FROM = """
SELECT c.log_id, count(DISTINCT c.partition)
  FROM engine.checkpoint AS c JOIN engine.projection AS p USING (table_name)
 WHERE p.state <> 'retired' GROUP BY c.log_id ORDER BY c.log_id
"""


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

    Without Kafka what the desk has decided is brought onto the log first: nobody else may be there to do it. Raises
    Failure where that one takes longer than ``patience_seconds``, or the projections are of another log.
    """
    begun = time.monotonic()
    connect = partial(installation.connect, f"regulars {command}, process {os.getpid()}")
    log = installation.log()
    with installation.connect() as connection:
        refuse_another_log(connection, log)
        if not relay_now(installation) and installation.kafka is None:
            say("What the desk decided is not all on the log yet: see 'regulars doctor'.")
        ends = log.ends()
        at_first = behind(connection, log, ends)
        with (
            closing(Projector(log, connect, kept_here(connection, log))) as projector,
            progress("Folding new events") as advance,
        ):
            while not projector.lead():
                left = behind(connection, log, ends)
                if left == 0:
                    return Projected(here=False, events=at_first, parked=0)
                advance(at_first - left, at_first)
                if time.monotonic() - begun > patience_seconds:
                    seconds = f"{patience_seconds:.0f} seconds"
                    message = f"The process that projects has {left:,} events to fold after {seconds}."
                    raise Failure(message, ExitCode.UNAVAILABLE)
                time.sleep(LOOK_SECONDS)
            done = projector.catch_up(lambda so_far: advance(so_far.events, at_first))
    return Projected(here=True, events=done.events, parked=done.parked)


def say_parked(projected: Projected) -> None:
    """Say where to look, where events were parked."""
    if projected.parked:
        say(f"{plural(projected.parked, 'event')} parked: see 'regulars deadletters list'.")


def log_to_append(installation: Installation) -> EventLog:
    """Return the log of record, to append to. Raises Failure where the projections are of another one."""
    log = installation.log()
    with installation.connect() as connection:
        refuse_another_log(connection, log)
    return log


def with_rows(kafka: Cluster | None) -> list[Projection]:
    """Return the projections that have rows of their own: over Kafka the timeline is one, which the journal serves."""
    return list(PROJECTIONS) if kafka else stored(PROJECTIONS)


def kept_here(connection: Connection, log: EventLog) -> list[Projection]:
    """Return the projections that are kept in this database: some, where pumps over Kafka share them out, or all.

    Where everything but what keeps the events is there, that one is new: the journal had it for them.
    """
    names = {name for (name,) in connection.execute(NAMES).fetchall()}
    missing = [each for each in PROJECTIONS if each.name not in names and not each.keeps_events]
    shared_out = not log.queryable and names and missing
    return [each for each in PROJECTIONS if each.name in names] if shared_out else list(PROJECTIONS)


def projections_named(names: list[str] | None, kafka: Cluster | None) -> list[Projection]:
    """Return the projections of these names that have rows of their own, or all of them. Raises Failure."""
    keeping = with_rows(kafka)
    known = [projection.name for projection in keeping]
    for name in names or ():
        if name not in known:
            message = f"There is no projection {name!r} with rows of its own; there are: {', '.join(known)}."
            raise Failure(message)
    return [projection for projection in keeping if not names or projection.name in names]


def built(connection: Connection, wanted: Sequence[Projection]) -> list[Table]:
    """Return the live tables of these projections. Raises Failure where one was never built."""
    tables = live_tables(connection, wanted)
    if len(tables) == len(wanted):
        return tables
    message = "The projections are not built yet: run 'regulars up', or import something."
    if any(live_tables(connection, PROJECTIONS)):
        there = {table.projection.name for table in tables}
        missing = ", ".join(projection.name for projection in wanted if projection.name not in there)
        message = f"Not built in this database: {missing}. 'regulars projections' shows what is."
    raise Failure(message, ExitCode.UNAVAILABLE)


def past_is_kept(connection: Connection, kafka: Cluster | None) -> None:
    """Raise Failure where this database lacks what the past is read from: every event by subject, and the links."""
    built(connection, [projection for projection in with_rows(kafka) if projection.keeps_events or projection.graph])


def behind(connection: Connection, log: EventLog, ends: Mapping[int, int]) -> int:
    """Return how many events the table that is furthest behind has yet to fold up to these positions.

    It looks at the tables that are there: a database may keep some of the projections. One that is being built counts
    as behind until it is live.
    """
    names = [projection.name for projection in stored(PROJECTIONS, log)]
    kept = connection.execute(KEPT, [names]).fetchall()
    if not kept:
        return sum(ends.values())
    left = 0
    for table, is_live in kept:
        vector = checkpoint.positions(connection, table)
        lag = sum(max(0, end - vector.get(partition, 0)) for partition, end in ends.items())
        left = max(left, lag if is_live else max(1, lag))
    return left


def refuse_another_log(connection: Connection, log: EventLog) -> None:
    """Raise Failure where the projections are of another log than this one, or of fewer partitions.

    Do it before anything is appended: what is appended to a log that nobody projects is lost from sight.
    """
    for log_id, partitions in connection.execute(FILLED_FROM).fetchall():
        if log_id != log.log_id:
            moving = " If they are of the journal, 'regulars log copy' moves it to Kafka."
            message = (
                f"The projections of this database were filled from log {log_id}, and"
                f" {'the journal' if log.queryable else 'the log on Kafka'} is log {log.log_id}. Nothing was changed."
                f" Set {KAFKA.name} and {TOPIC_PREFIX.name} as they were.{'' if log.queryable else moving}"
            )
            raise Failure(message, ExitCode.UNAVAILABLE)
        if partitions != log.partitions:
            message = (
                f"The log has {log.partitions} partitions, and the projections were filled from {partitions}: a"
                " partition count never changes. Nothing was changed. See 'regulars topics check'."
            )
            raise Failure(message, ExitCode.UNAVAILABLE)
