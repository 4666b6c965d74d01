"""The monthly routine: reads every customer's history, fits, records the fit on the log, and keeps the month's dials.

A fit is on the log before its dials are kept: whatever interrupts it, they can be made of it. ``fill_dials`` does the
months that have none yet.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import NamedTuple

from psycopg import IsolationLevel

from events.catalog.operations import ModelFitted
from events.log import EventLog, Outcome
from projections import PROJECTIONS, purchases
from projections._engine import checkpoint, queries
from projections._engine.as_of import AtPositions
from projections._engine.past import look_at, made
from projections._engine.registry import Connection, live_tables
from services.dial import history, keeping, model
from services.dial.dialling import dialled
from services.dial.formula import FORMULA, Formula
from services.dial.history import History
from services.dial.keeping import Fit
from services.forecasting.fitting import NotFitted
from services.reports.asking import Asked, settled

Connect = Callable[[], Connection]
Heard = Callable[[int, int], None]

READ = [each for each in PROJECTIONS if each.graph or each.name == "purchases"]
"""What a history is read from."""

MOST_MONTHS = 36

FIRST_DAY = "SELECT min(day) AS day FROM purchases WHERE currency = %(currency)s AND orders > 0"

FITTED = "SELECT month, day FROM projection.dial_fit WHERE currency = %(currency)s"


class Wanted(NamedTuple):
    """Which dials: of customers in a currency, by a day, made by a formula."""

    currency: str
    day: date
    formula: Formula = FORMULA


class Months(NamedTuple):
    """Which months: up to a day, by itself that of the last event, in one currency or in all, by a formula."""

    last: date | None = None
    currency: str | None = None
    formula: Formula = FORMULA


MONTHS = Months()


class Done(NamedTuple):
    """What became of one month: how many customers have a dial, or why nobody has."""

    currency: str
    day: date
    customers: int
    event_id: str = ""
    reason: str = ""


def today(connection: Connection) -> date:
    """Return the last day that counts: the last event's, and not after the real one."""
    return settled(connection, Asked(), None).now.date()


def currencies(connection: Connection, wanted: str | None) -> list[str]:
    """Return the one currency, or all that orders were placed in, the commonest first."""
    return [wanted] if wanted else purchases.currencies(connection)


def fit_month(connection: Connection, log: EventLog, connect: Connect, wanted: Wanted) -> Done:
    """Fit by a day, record it, and replace the dials of that day's month."""
    positions, told = _history(connection, log, connect, wanted)
    try:
        made_of = model.fitted(told, *wanted)
    except NotFitted as error:
        return Done(wanted.currency, wanted.day, 0, reason=str(error))
    envelope = model.recorded(made_of, positions, told)
    (receipt,) = log.append([envelope])
    if receipt.outcome is Outcome.CONFLICT or not isinstance(envelope.data, ModelFitted):
        message = f"the log holds another fit under the id {envelope.id}"
        raise ValueError(message)
    fit = Fit(envelope.id, envelope.data.positions, envelope.data.parameters)
    keeping.keep(connection, made_of, fit, dialled(model.read(envelope.data), told))
    return Done(wanted.currency, wanted.day, len(told.days), envelope.id)


def fill_dials(
    connection: Connection,
    log: EventLog,
    connect: Connect,
    months: Months = MONTHS,
    heard: Heard | None = None,
) -> list[Done]:
    """Fit each month of the last three years of the history that has no dials by its last day yet; again adds nothing.

    ``heard`` is told how many months of how many.
    """
    last = months.last or today(connection)
    wanted = [
        Wanted(currency, each, months.formula)
        for currency in currencies(connection, months.currency)
        for each in _missing(connection, currency, last)
    ]
    done = []
    for number, one in enumerate(wanted, start=1):
        done.append(fit_month(connection, log, connect, one))
        if heard:
            heard(number, len(wanted))
    return done


def _missing(connection: Connection, currency: str, last: date) -> list[date]:
    """Return the last day of each month, or of the history, for which there are no dials."""
    kept = {row["month"]: row["day"] for row in queries.rows(connection, FITTED, currency=currency)}
    first = queries.row(connection, FIRST_DAY, currency=currency)["day"]
    if first is None:
        return []
    # One order with a wrong year does not make a thousand months.
    recent = list(_months(first, last))[-MOST_MONTHS:]
    return [day for day in recent if kept.get(day.replace(day=1)) != day]


def _months(first: date, last: date) -> Iterator[date]:
    """Yield the last day of each month, and the last day at the end."""
    day = first.replace(day=1)
    while day <= last:
        end = day.replace(day=monthrange(day.year, day.month)[1])
        yield min(end, last)
        day = end + timedelta(days=1)


def _history(connection: Connection, log: EventLog, connect: Connect, wanted: Wanted) -> tuple[dict[int, int], History]:
    """Return the histories and the positions that they are of, read in one snapshot.

    Where purchases and links are folded by different pumps, they may stand at different places: then a past is made
    of what both have seen.
    """
    with snapshot(connection):
        vectors = [dict(checkpoint.positions(connection, table.name)) for table in live_tables(connection, READ)]
        if all(vector == vectors[0] for vector in vectors):
            history.worked_out(connection, wanted.currency, wanted.day, wanted.formula)
            return vectors[0], history.read(connection)
    least = {partition: min(vector.get(partition, 0) for vector in vectors) for partition in vectors[0]}
    return least, history_at(connection, log, connect, least, wanted)


def history_at(
    connection: Connection, log: EventLog, connect: Connect, positions: dict[int, int], wanted: Wanted
) -> History:
    """Return the histories as of a place on the log: that past is folded, and kept for the next time."""
    past = made(READ, log, connect, AtPositions(positions))
    look_at(connection, past)
    try:
        with snapshot(connection):
            history.worked_out(connection, wanted.currency, wanted.day, wanted.formula)
            return history.read(connection)
    finally:
        look_at(connection, None)


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Have everything that is read within see the same state."""
    before = connection.isolation_level
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    try:
        with connection.transaction():
            yield
    finally:
        connection.isolation_level = before
