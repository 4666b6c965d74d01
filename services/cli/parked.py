"""The events that some projection could not take, as ``regulars deadletters`` names, finds and shows them."""

from collections.abc import Sequence
from typing import Any

from events.errors import Fault
from projections._engine import dead_letters
from projections._engine.dead_letters import DeadLetter, Redriven
from projections._engine.registry import Connection
from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.terminal import cell, plural, printable, write, write_table


def found(connection: Connection, place: str, log_id: str | None) -> list[DeadLetter]:
    """Return what was parked at a place, newest first. Raises Failure where it is nothing."""
    letters = dead_letters.at_place(connection, *points.coordinates(place))
    if log_id is not None:
        letters = [letter for letter in letters if letter.log_id == log_id]
    if not letters:
        of_log = f" of log {log_id}" if log_id else ""
        message = f"Nothing is parked at {place}{of_log}: 'regulars deadletters list' shows what is."
        raise Failure(message, ExitCode.NO)
    return letters


def only(connection: Connection, place: str, log_id: str | None) -> DeadLetter:
    """Return what is parked at a place. Raises Failure where it is nothing, or several logs have something there."""
    letters = found(connection, place, log_id)
    waiting = [letter for letter in letters if letter.missed]
    if len(waiting) > 1:
        logs = " or ".join(f"--log {letter.log_id}" for letter in waiting)
        message = f"At {place} there is a parked event of each of {len(waiting)} logs: say which with {logs}."
        raise Failure(message)
    return (waiting or letters)[0]


def place_of(letter: DeadLetter | Redriven) -> str:
    """Return where an event lies, as one types it."""
    return f"{letter.partition}@{letter.offset}"


def document(letter: DeadLetter) -> dict[str, Any]:
    """Return a parked event for JSON."""
    return letter._asdict() | {"value": letter.value.decode(errors="backslashreplace")}


def outcome(redriven: Redriven) -> dict[str, Any]:
    """Return what a redrive did for JSON."""
    return {**redriven._asdict(), "parked": bool(redriven.reason)}


def write_letters(letters: Sequence[DeadLetter], tables: set[str]) -> None:
    """Print a table of parked events; ``tables`` are those that are live."""
    several = len({letter.log_id for letter in letters}) > 1
    rows = [
        [
            f"{place_of(each)} of {each.log_id}" if several else place_of(each),
            each.fault,
            f"{each.field}: {each.reason}",
            _missed(each, tables),
            each.parked_at,
        ]
        for each in letters
    ]
    write_table(["place", "fault", "reason", "missed by", "parked at"], rows)
    write()


def write_letter(letter: DeadLetter, others: Sequence[DeadLetter]) -> None:
    """Print all of a parked event, and that other logs have one at the same place."""
    write(f"{place_of(letter)}, parked at {cell(letter.parked_at)}", bold=True)
    write(f"log        {letter.log_id}")
    write(f"fault      {letter.fault}")
    write(f"reason     {printable(letter.field)}: {printable(letter.reason)}")
    write(f"missed by  {cell(letter.missed) or 'none; it was redriven'}")
    if letter.dismissed_at is not None:
        write(f"dismissed  at {cell(letter.dismissed_at)}: {printable(letter.dismissed)}")
    write(f"bytes      {printable(letter.value.decode(errors='backslashreplace'))}")
    for other in others:
        write(f"At the same place of another log lies one too: --log {other.log_id}")


def write_outcomes(letters: Sequence[DeadLetter], done: Sequence[Redriven]) -> None:
    """Print what a redrive did with each event, and how many are still parked."""
    for letter, each in zip(letters, done, strict=True):
        _write_outcome(letter, each)
    still = sum(bool(each.reason) for each in done)
    write(f"{plural(len(done) - still, 'event')} applied, {still:,} still parked.", bold=True)


def _write_outcome(letter: DeadLetter, redriven: Redriven) -> None:
    if letter.fault == Fault.CONFLICT:
        dismiss = "; once that is seen to, 'regulars deadletters dismiss' ends it"
        write(f"{place_of(redriven)}: a conflict cannot be redriven: {printable(letter.reason)}{dismiss}")
        return
    applied = f"applied to {', '.join(redriven.applied)}" if redriven.applied else "applied to nothing"
    still = f"; still parked: {printable(redriven.reason)}" if redriven.reason else ""
    write(f"{place_of(redriven)}: {applied}{still}")


def _missed(letter: DeadLetter, tables: set[str]) -> str:
    """Return which tables lack an event, briefly where it is all of them."""
    return "every projection" if tables and tables <= set(letter.missed) else cell(letter.missed)
