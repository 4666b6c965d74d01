"""Asks a report: settles the clock, the currency and the past that are meant, and says as of what it is answered."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from psycopg import IsolationLevel, sql

from events.log import EventLog
from projections import PROJECTIONS, profile, purchases
from projections._engine import checkpoint
from projections._engine.as_of import AtPositions, Until
from projections._engine.ddl import SCHEMA
from projections._engine.declaration import Projection
from projections._engine.past import Heard, look_at, made
from projections._engine.registry import Connection, live_tables
from services.reports.report import Answer, BadQuestion, Question, Report

MOST_ROWS = 10_000
NO_CURRENCY = ""

WORK_MEMORY = "SET LOCAL work_mem = '128MB'"
"""A report sorts and joins everybody; with the little that suits short queries it would do so on disk."""

HOLD = sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE")


@dataclass(frozen=True)
class Asked:
    """What somebody asks, before it is settled what that means; None is what suits the report."""

    store: str | None = None
    begin: date | None = None
    end: date | None = None
    currency: str | None = None
    limit: int = 10
    about: str | None = None
    now: datetime | None = None


class LookBack(NamedTuple):
    """A point in the past, and what a past is made with: the log, a way to connect, and who hears how far it is."""

    until: Until
    log: EventLog
    connect: Callable[[], Connection]
    heard: Heard | None = None


class Told(NamedTuple):
    """An answer, with the question as it was settled, the positions that it is as of, and the past it was asked of."""

    report: Report
    question: Question
    positions: dict[int, int]
    answer: Answer

    @property
    def headline(self) -> str:
        """Return what matters most, in a sentence."""
        return self.report.headline(self.question, self.answer)

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "report": self.report.name,
            "title": self.report.title,
            "headline": self.headline,
            "question": asdict(self.question),
            "positions": {str(partition): offset for partition, offset in self.positions.items()},
            "figures": self.answer.figures,
            "tables": self.answer.tables,
        }


def ask(connection: Connection, report: Report, asked: Asked, look_back: LookBack | None = None) -> Told:
    """Return a report's answer, of now or of a past. Everything is read in one snapshot. Raises BadQuestion."""
    _check(report, asked)
    if look_back is None:
        with snapshot(connection, report.reads):
            question = settled(connection, asked, None)
            return Told(
                report, question, folded_up_to(connection, made_of(report.reads)), report.answer(connection, question)
            )
    past = made(made_of(report.reads), look_back.log, look_back.connect, look_back.until, look_back.heard)
    look_at(connection, past)
    try:
        with snapshot(connection):
            question = settled(connection, asked, look_back.until)
            return Told(report, question, past.positions, report.answer(connection, question))
    finally:
        look_at(connection, None)


def _check(report: Report, asked: Asked) -> None:
    """Refuse what a report cannot be narrowed to, so that nobody takes the whole for a part. Raises BadQuestion."""
    if report.about == "" and asked.about is not None:
        message = f"about: the report {report.name} cannot be narrowed."
        raise BadQuestion(message)
    narrowed = {"store": asked.store, "from": asked.begin, "to": asked.end}
    for parameter in [name for name, value in narrowed.items() if report.everywhere and value is not None]:
        kept = "store" if parameter == "store" else "day"
        message = f"{parameter}: {report.everywhere} are not kept by {kept}, so the report {report.name} tells of all."
        raise BadQuestion(message)


def settled(connection: Connection, asked: Asked, until: Until | None) -> Question:
    """Return the question with what was left open: the clock is the past's, else that of the last event."""
    if asked.begin is not None and asked.end is not None and asked.begin > asked.end:
        message = f"from: {asked.begin} is after the end of the period, {asked.end}."
        raise BadQuestion(message)
    if not 0 < asked.limit <= MOST_ROWS:
        message = f"limit: {asked.limit} is not between 1 and {MOST_ROWS:,}."
        raise BadQuestion(message)
    now = asked.now or (None if until is None or isinstance(until, AtPositions) else until.instant)
    if now is None:
        last = profile.period(connection)["last_seen"]
        now = min(last or datetime.now(UTC), datetime.now(UTC))
    currency = asked.currency or next(iter(purchases.currencies(connection)), NO_CURRENCY)
    return Question(now, currency, asked.store, asked.begin, asked.end, asked.limit, asked.about)


def made_of(names: Iterable[str]) -> list[Projection]:
    """Return the projections that a past is made of: those that are read, who is who, the events, and the clock's."""
    wanted = {*names, "profile", "purchases"}
    return [each for each in PROJECTIONS if each.graph or each.keeps_events or each.name in wanted]


def projections_named(names: Iterable[str]) -> list[Projection]:
    """Return the projections of these names."""
    wanted = frozenset(names)
    return [each for each in PROJECTIONS if each.name in wanted]


def folded_up_to(connection: Connection, projections: Sequence[Projection]) -> dict[int, int]:
    """Return up to where all of these projections have been folded."""
    positions: dict[int, int] = {}
    for table in live_tables(connection, projections):
        for partition, offset in checkpoint.positions(connection, table.name).items():
            positions[partition] = min(offset, positions.get(partition, offset))
    return positions


@contextmanager
def snapshot(connection: Connection, reads: Iterable[str] = ()) -> Iterator[None]:
    """Read everything as it is at one instant, with memory enough to sort everybody.

    What is read of these projections is not swapped meanwhile: names are looked up as of now, whatever the instant, so
    that a table that was filled since would seem to be empty. A swap waits until the reading is over.
    """
    held = live_tables(connection, projections_named(reads)) if reads else []
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            connection.execute(WORK_MEMORY)
            if held:
                views = [sql.Identifier(SCHEMA, table.projection.name) for table in held]
                connection.execute(HOLD.format(sql.SQL(", ").join(views)))  # no query: the instant is chosen after it
            yield
    finally:
        connection.isolation_level = before
