"""What happens now: the newest events of the log, whoever sent them, as its readers see them come in.

Reads the log itself, and no projection but for names and stores: it is right before anything was projected. Filters
read the log backwards, so where little is wanted it looks at MOST_RECORDS of each partition and says no more of what
lies before. Further back it is asked ``until`` positions, which a page has for its older ones.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple

from msgspec import Meta

from events.envelope import EARLIEST_TIME
from events.log import EventLog, Record, partition_of
from events.log.newest import Reach, newest
from events.log.vectors import parsed, written
from projections._engine.registry import Connection
from services.access.roles import Capability
from services.views.live_events import ACCESS, LiveEvent, Reader, Wanted
from services.views.stores import stores_of
from services.views.view import BadParameter, Document, Parameters, Reading, View

SHOWN = 50
FILTERED_PAGE = 500
MOST_RECORDS = 5_000
MINUTE = timedelta(minutes=1)
STEP = timedelta(seconds=5)
STEPS = MINUTE // STEP

TYPES = "Only types that contain this text, such as order. Who looked is told where this or a subject asks for it."

CLOCK = "SELECT clock_timestamp()"


class LiveParameters(Parameters, frozen=True, kw_only=True):
    """Which events are wanted."""

    type: Annotated[str, Meta(description=TYPES, max_length=128)] = ""
    subject: Annotated[str, Meta(description="Only events of this subject, such as customer:42.", max_length=192)] = ""
    store: Annotated[
        str | None, Meta(description="Only what happened in this store; staff see what names no store, too.")
    ] = None
    until: Annotated[str, Meta(description="Only what lies before these positions, such as 0:120,3:17.")] = ""

    @property
    def wanted(self) -> Wanted:
        """Which events are wanted."""
        return Wanted(self.type, self.subject, self.store or "", "" if self.type or self.subject else ACCESS)


class Pulse(NamedTuple):
    """How much came in within the last minute, and in each five seconds of it, the latest last.

    Where ``at_least``, not everything of that minute was looked at.
    """

    events: int
    steps: Sequence[int]
    at_least: bool


class Newest(NamedTuple):
    """The newest lines, the newest first, and what was looked at for them: up to where, and when it was recorded.

    Everything that was recorded after ``since`` was looked at.
    """

    lines: list[LiveEvent]
    ends: dict[int, int]
    recorded: list[datetime]
    since: datetime


def answer(reading: Reading) -> Document:
    """Newest events of the log first: who, what, when, where, and the codes and figures that they tell."""
    log, asked = reading.house.log(), reading.asked
    reader = Reader(reading.connection, reading.viewer, asked.wanted)
    found = read_newest(log, reader, asked.wanted, _until(log, asked.until))
    lines = found.lines
    return {
        "figures": {
            "on_the_log": sum(log.ends().values()),
            **pulse(found.recorded, found.since, clock(reading.connection))._asdict(),
        },
        "older": older(lines, found.ends) if len(lines) == SHOWN else "",
        "choices": {"stores": stores_of(reading)},
        "tables": {"events": [line._asdict() for line in lines]},
    }


def read_newest(log: EventLog, reader: Reader, wanted: Wanted, until: Mapping[int, int] | None = None) -> Newest:
    """Return the newest lines that a reader takes, before ``until`` where that is said."""
    ends = dict(until) if until else log.ends()
    recorded: list[datetime] = []
    oldest: dict[int, Record] = {}

    def taken(records: Sequence[Record]) -> Iterable[LiveEvent]:
        recorded.extend(record.recorded_at for record in records)
        oldest.update({record.partition: record for record in records[-1:]})
        return reader.taken(records)

    page = FILTERED_PAGE if wanted.narrowed else SHOWN
    lines = list(newest(log, _of_subject(log, ends, wanted.subject), Reach(SHOWN, page, MOST_RECORDS), taken))
    lines.sort(key=lambda line: (line.recorded_at, line.partition, line.offset), reverse=True)
    starts = log.starts()
    not_all = [record.recorded_at for partition, record in oldest.items() if record.offset > starts[partition]]
    return Newest(reader.named(lines[:SHOWN]), ends, recorded, max(not_all, default=EARLIEST_TIME))


def older(lines: Sequence[LiveEvent], ends: Mapping[int, int]) -> str:
    """Return the positions before which everything is older than these lines."""
    first = {line.partition: line.offset for line in lines}  # the last of each partition is its oldest
    return written({**ends, **first})


def pulse(recorded: Iterable[datetime], since: datetime, now: datetime) -> Pulse:
    """Return how much was recorded within the minute before ``now``, where we know of everything after ``since``."""
    steps = [0] * STEPS
    for at in recorded:
        place = STEPS - 1 - (now - at) // STEP
        if 0 <= place < STEPS:
            steps[place] += 1
    return Pulse(sum(steps), steps, now - since < MINUTE)


def clock(connection: Connection) -> datetime:
    """Return the time by which the log records: the real one, whatever time the house lives in."""
    now: datetime = connection.execute(CLOCK).fetchall()[0][0]
    return now


def rows(reading: Reading) -> Iterator[Mapping[str, Any]]:
    """Yield the lines for a CSV, with what each says as one text."""
    for line in answer(reading)["tables"]["events"]:
        yield {**line, "said": " ".join(f"{name}={value}" for name, value in line["said"].items())}


def _until(log: EventLog, text: str) -> dict[int, int] | None:
    try:
        until = parsed(text) if text else None
    except ValueError as error:
        message = f"until: {error}"
        raise BadParameter(message) from None
    if until is None:
        return None
    return {partition: min(end, until.get(partition, end)) for partition, end in log.ends().items()}


def _of_subject(log: EventLog, ends: Mapping[int, int], subject: str) -> Mapping[int, int]:
    """Return the ends of the partitions that can hold what is wanted."""
    if not subject:
        return ends
    partition = partition_of(subject, log.partitions)
    return {partition: ends[partition]}


LIVE_VIEW = View(
    name="live",
    path="/live",
    title="Live",
    answer=answer,
    parameters=LiveParameters,
    capability=Capability.PERSONAL,
    rows=rows,
)
