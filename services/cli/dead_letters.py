"""``regulars deadletters``: the events that some projection could not take."""

from typing import Annotated, Any

from typer import Argument, Exit, Option

from events.errors import Fault
from projections import PROJECTIONS
from projections._engine import dead_letters as engine
from projections._engine.dead_letters import DeadLetter, Redriven
from projections._engine.registry import Connection, live_tables
from projections._engine.status import parked
from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import built, opened
from services.cli.terminal import AsJson, cell, emit, plural, printable, write, write_table

Place = Annotated[str, Argument(metavar="PARTITION@OFFSET", help="Where the event lies on the log, such as 3@17.")]
Places = Annotated[
    list[str] | None, Argument(metavar="PARTITION@OFFSET", help="Where the events lie on the log, such as 3@17.")
]
OfFault = Annotated[
    str | None, Option("--fault", metavar="FAULT", help="Only those of this kind of fault, such as fold.")
]
OfLog = Annotated[
    str | None,
    Option("--log", metavar="LOG_ID", help="Of which log, where several have an event parked at the same place."),
]
Limit = Annotated[int, Option("--limit", min=1, metavar="N", help="How many to list, the oldest first.")]
All = Annotated[bool, Option("--all", help="All that are parked.")]


def list_letters(fault: OfFault = None, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List the events that are parked: where they lie, what is wrong, and which tables lack them.

    A parked event is still on the log; its neighbours went on without it.
    """
    with opened() as installation, installation.connect() as connection:
        letters = engine.listed(connection, fault, limit)
        total = parked(connection)
        tables = {table.name for table in live_tables(connection, PROJECTIONS)}
    if as_json:
        emit({"parked": total, "dead_letters": [_document(letter) for letter in letters]})
        return
    several = len({letter.log_id for letter in letters}) > 1
    if letters:
        rows = [
            [
                f"{_place(each)} of {each.log_id}" if several else _place(each),
                each.fault,
                f"{each.field}: {each.reason}",
                _missed(each, tables),
                each.parked_at,
            ]
            for each in letters
        ]
        write_table(["place", "fault", "reason", "missed by", "parked at"], rows)
        write()
    write(f"{plural(total, 'event')} parked." if total else "No event is parked.")


def show(place: Place, log_id: OfLog = None, as_json: AsJson = False) -> None:
    """Show one parked event with all its bytes. The exit code is 1 where nothing is parked at that place.

    Where several logs have an event parked there it is the one that was parked last, unless --log names another.
    """
    with opened() as installation, installation.connect() as connection:
        letter, *others = _found(connection, place, log_id)
    if as_json:
        emit(_document(letter))
        return
    write(f"{_place(letter)}, parked at {cell(letter.parked_at)}", bold=True)
    write(f"log        {letter.log_id}")
    write(f"fault      {letter.fault}")
    write(f"reason     {printable(letter.field)}: {printable(letter.reason)}")
    write(f"missed by  {cell(letter.missed) or 'none; it was redriven'}")
    write(f"bytes      {printable(letter.value.decode(errors='backslashreplace'))}")
    for other in others:
        write(f"At the same place of another log lies one too: --log {other.log_id}")


def redrive(places: Places = None, log_id: OfLog = None, everything: All = False, as_json: AsJson = False) -> None:
    """Apply parked events to the tables that lack them, each exactly once.

    Do it after the fold, or what it could not take, was mended. The exit code is 3 where an event is still parked. A
    conflict stays parked: another event has its id, and that one counts.
    """
    if bool(places) == everything:
        message = "Name the places of the events, or give --all."
        raise Failure(message)
    for place in places or ():
        points.coordinates(place)
    with opened() as installation, installation.connect() as connection:
        tables = live_tables(connection, PROJECTIONS) or built(connection, PROJECTIONS)
        if everything:
            letters = engine.listed(connection, limit=max(1, parked(connection)))
        else:
            letters = [_only(connection, place, log_id) for place in places or ()]
        done = engine.redrive(installation.connect, tables, letters)
    if as_json:
        emit({"redriven": [_outcome(each) for each in done]})
    else:
        for letter, each in zip(letters, done, strict=True):
            _show_outcome(letter, each)
        still = sum(bool(each.reason) for each in done)
        write(f"{plural(len(done) - still, 'event')} applied, {still:,} still parked.", bold=True)
    if any(each.reason for each in done):
        raise Exit(ExitCode.PARTLY)


def _found(connection: Connection, place: str, log_id: str | None) -> list[DeadLetter]:
    """Return what was parked at a place, newest first. Raises Failure where it is nothing."""
    letters = engine.at_place(connection, *points.coordinates(place))
    if log_id is not None:
        letters = [letter for letter in letters if letter.log_id == log_id]
    if not letters:
        of_log = f" of log {log_id}" if log_id else ""
        message = f"Nothing is parked at {place}{of_log}: 'regulars deadletters list' shows what is."
        raise Failure(message, ExitCode.NO)
    return letters


def _only(connection: Connection, place: str, log_id: str | None) -> DeadLetter:
    """Return what is parked at a place. Raises Failure where it is nothing, or several logs have something there."""
    found = _found(connection, place, log_id)
    waiting = [letter for letter in found if letter.missed]
    if len(waiting) > 1:
        logs = " or ".join(f"--log {letter.log_id}" for letter in waiting)
        message = f"At {place} there is a parked event of each of {len(waiting)} logs: say which with {logs}."
        raise Failure(message)
    return (waiting or found)[0]


def _place(letter: DeadLetter | Redriven) -> str:
    return f"{letter.partition}@{letter.offset}"


def _missed(letter: DeadLetter, tables: set[str]) -> str:
    """Return which tables lack an event, briefly where it is all of them."""
    return "every projection" if tables and tables <= set(letter.missed) else cell(letter.missed)


def _document(letter: DeadLetter) -> dict[str, Any]:
    return letter._asdict() | {"value": letter.value.decode(errors="backslashreplace")}


def _outcome(redriven: Redriven) -> dict[str, Any]:
    return {**redriven._asdict(), "parked": bool(redriven.reason)}


def _show_outcome(letter: DeadLetter, redriven: Redriven) -> None:
    if letter.fault == Fault.CONFLICT:
        write(f"{_place(redriven)}: a conflict cannot be redriven: {printable(letter.reason)}")
        return
    applied = f"applied to {', '.join(redriven.applied)}" if redriven.applied else "applied to nothing"
    still = f"; still parked: {printable(redriven.reason)}" if redriven.reason else ""
    write(f"{_place(redriven)}: {applied}{still}")
