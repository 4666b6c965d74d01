"""Reads what a person types for a point in time or a time span, a place on the log, or a subject."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from events.envelope import Subject
from projections._engine.as_of import AtPositions, HappenedBy, KnownAt, Until
from services.cli.failures import Failure

POSITIONS = re.compile(r"\d{1,9}:\d{1,18}(,\d{1,9}:\d{1,18})*")
COORDINATES = re.compile(r"(\d{1,9})@(\d{1,18})")
DOOR = re.compile(r"door:(\d{1,18})")
DURATION = re.compile(r"(\d{1,5})([dhm])")
DURATIONS = {"d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}


class Point(NamedTuple):
    """A point in the past: which clock, what was asked for, and what the engine makes of it; None is now."""

    clock: str
    words: str
    until: Until | None


def point(when: str | None, *, known: bool, happened: bool, at_positions: str | None) -> Point:
    """Return the point that a command's arguments name. Raises Failure where they do not name exactly one."""
    if at_positions is not None:
        if when is not None or known or happened:
            message = "--at-positions names the point by itself: leave out WHEN, --known and --happened."
            raise Failure(message)
        return Point("positions", f"at positions {at_positions}", AtPositions(positions(at_positions)))
    if when is None:
        message = "WHEN is missing: write a date, a time with its zone, or now; or give --at-positions."
        raise Failure(message)
    if known == happened:
        message = (
            "There are two clocks, choose one: --known for what the log had recorded by then,"
            " --happened for what had happened by then."
        )
        raise Failure(message)
    at = instant(when)
    if known:
        return Point("known", f"known at {_words(at)}", None if at is None else KnownAt(at))
    return Point("happened", f"happened by {_words(at)}", HappenedBy(at or datetime.now(UTC)))


def instant(text: str) -> datetime | None:
    """Return an instant; None stands for now. A date means the end of that day in UTC. Raises Failure."""
    if text == "now":
        return None
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return datetime.combine(date.fromisoformat(text), time.max, UTC)
        at = datetime.fromisoformat(text)
        if at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        message = f"WHEN is {text!r}: write a date, such as 2011-06-30, a time with its zone, or now."
        raise Failure(message) from None
    message = f"WHEN is {text!r} and names no zone: write {text}Z for UTC, or {text}+01:00."
    raise Failure(message)


def positions(text: str) -> dict[int, int]:
    """Return an offset vector from ``0:12,1:7``; a partition that is not named counts as empty. Raises Failure."""
    if not POSITIONS.fullmatch(text):
        message = f"--at-positions is {text!r}: write PARTITION:NEXT_OFFSET pairs, such as 0:12,1:7."
        raise Failure(message)
    pairs = [pair.split(":") for pair in text.split(",")]
    return {int(partition): int(offset) for partition, offset in pairs}


def coordinates(text: str) -> tuple[int, int]:
    """Return a partition and an offset from ``3@17``. Raises Failure."""
    match = COORDINATES.fullmatch(text)
    if match is None:
        message = f"{text!r} is no place on the log: write PARTITION@OFFSET, such as 3@17."
        raise Failure(message)
    return int(match[1]), int(match[2])


def door(text: str) -> int | None:
    """Return the number from ``door:17``, None for what does not begin so. Raises Failure."""
    if not text.startswith("door:"):
        return None
    match = DOOR.fullmatch(text)
    if match is None:
        message = f"{text!r} names nothing that the front door turned away: write door:NUMBER, such as door:17."
        raise Failure(message)
    return int(match[1])


def duration(text: str) -> timedelta:
    """Return a time span from such as ``90d``, ``24h`` or ``30m``. Raises Failure."""
    match = DURATION.fullmatch(text)
    if match is None:
        message = f"{text!r} is no time span: write a number of days, hours or minutes, such as 90d, 24h or 30m."
        raise Failure(message)
    return int(match[1]) * DURATIONS[match[2]]


def day(text: str) -> date:
    """Return a day from such as ``2026-03-31``. Raises Failure."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        message = f"{text!r} is no day: write such as 2026-03-31."
        raise Failure(message) from None


def subject(text: str) -> str:
    """Return a subject. Raises Failure where it is none."""
    try:
        return msgspec.convert(text, Subject)
    except msgspec.ValidationError:
        message = f"SUBJECT is {text!r}: write KIND:ID, such as customer:42."
        raise Failure(message) from None


def _words(at: datetime | None) -> str:
    return "now" if at is None else f"{at:%Y-%m-%d %H:%M:%S} UTC"
