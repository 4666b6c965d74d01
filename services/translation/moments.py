"""Instants as senders write them, in UTC."""

from datetime import UTC, datetime, timedelta

from events.envelope import EARLIEST_TIME, LATEST_TIME
from services.translation.errors import Unfit, shown

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(value: object) -> datetime | None:
    """Return the instant of an ISO 8601 text, or of a number of seconds since 1970; nothing where there is none.

    A text without a zone is taken to be in UTC, and a day alone to be its first moment; what is finer than a
    microsecond is cut off. An instant stays as it is.
    """
    if value is None or value == "":
        return None
    if type(value) is str:
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise _no_time(value) from None
    elif isinstance(value, datetime):
        moment = value
    else:
        return _since_1970(value, 1_000_000)
    return _within(moment, value)


def epoch_ms(value: object) -> datetime | None:
    """Return the instant that is so many milliseconds after 1970; nothing where there is none."""
    return _since_1970(value, 1_000)


def epoch_us(value: object) -> datetime | None:
    """Return the instant that is so many microseconds after 1970; nothing where there is none."""
    return _since_1970(value, 1)


def _since_1970(value: object, unit_microseconds: int) -> datetime | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _no_time(value)
    try:
        moment = EPOCH + timedelta(microseconds=value * unit_microseconds)
    except (OverflowError, ValueError):
        raise _out_of_bounds(value) from None
    return _within(moment, value)


def _within(moment: datetime, value: object) -> datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    elif moment.tzinfo is not UTC:
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise _out_of_bounds(value) from None
    if not EARLIEST_TIME <= moment < LATEST_TIME:
        raise _out_of_bounds(value)
    return moment


def _no_time(value: object) -> Unfit:
    return Unfit(f"is {shown(value)}; a time is written as 2026-03-01T10:00:00Z, or in seconds since 1970")


def _out_of_bounds(value: object) -> Unfit:
    return Unfit(f"is {shown(value)}; a time lies between {EARLIEST_TIME.year} and {LATEST_TIME.year}")
