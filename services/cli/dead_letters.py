"""``regulars deadletters``: the events that some projection could not take."""

from typing import Annotated, Any

from typer import Argument, Exit, Option

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
    if letters:
        rows = [
            [_place(each), each.fault, f"{each.field}: {each.reason}", _missed(each, tables), each.parked_at]
            for each in letters
        ]
        write_table(["place", "fault", "reason", "missed by", "parked at"], rows)
        write()
    write(f"{plural(total, 'event')} parked." if total else "No event is parked.")


def show(place: Place, as_json: AsJson = False) -> None:
    """Show one parked event with all its bytes. The exit code is 1 where nothing is parked at that place."""
    with opened() as installation, installation.connect() as connection:
        letter = _found(connection, place)
    if as_json:
        emit(_document(letter))
        return
    write(f"{_place(letter)}, parked at {cell(letter.parked_at)}", bold=True)
    write(f"fault      {letter.fault}")
    write(f"reason     {printable(letter.field)}: {printable(letter.reason)}")
    write(f"missed by  {cell(letter.missed) or 'none; it was redriven'}")
    write(f"bytes      {printable(letter.value.decode(errors='backslashreplace'))}")


def redrive(places: Places = None, everything: All = False, as_json: AsJson = False) -> None:
    """Apply parked events to the tables that lack them, each exactly once.

    Do it after the fold, or what it could not take, was mended. The exit code is 3 where an event is still parked.
    """
    if bool(places) == everything:
        message = "Name the places of the events, or give --all."
        raise Failure(message)
    asked = [points.coordinates(place) for place in places or ()]
    with opened() as installation, installation.connect() as connection:
        tables = built(connection, PROJECTIONS)
        if everything:
            letters = engine.listed(connection, limit=max(1, parked(connection)))
        else:
            letters = [_found(connection, f"{partition}@{offset}") for partition, offset in asked]
        done = engine.redrive(installation.connect, tables, letters)
    if as_json:
        emit({"redriven": [_outcome(each) for each in done]})
    else:
        for each in done:
            _show_outcome(each)
        still = sum(bool(each.reason) for each in done)
        write(f"{plural(len(done) - still, 'event')} applied, {still:,} still parked.", bold=True)
    if any(each.reason for each in done):
        raise Exit(ExitCode.PARTLY)


def _found(connection: Connection, place: str) -> DeadLetter:
    letter = engine.shown(connection, *points.coordinates(place))
    if letter is None:
        message = f"Nothing is parked at {place}: 'regulars deadletters list' shows what is."
        raise Failure(message, ExitCode.NO)
    return letter


def _place(letter: DeadLetter | Redriven) -> str:
    return f"{letter.partition}@{letter.offset}"


def _missed(letter: DeadLetter, tables: set[str]) -> str:
    """Return which tables lack an event, briefly where it is all of them."""
    return "every projection" if tables and tables <= set(letter.missed) else cell(letter.missed)


def _document(letter: DeadLetter) -> dict[str, Any]:
    return letter._asdict() | {"value": letter.value.decode(errors="backslashreplace")}


def _outcome(redriven: Redriven) -> dict[str, Any]:
    return {**redriven._asdict(), "parked": bool(redriven.reason)}


def _show_outcome(redriven: Redriven) -> None:
    applied = f"applied to {', '.join(redriven.applied)}" if redriven.applied else "applied to nothing"
    still = f"; still parked: {printable(redriven.reason)}" if redriven.reason else ""
    write(f"{_place(redriven)}: {applied}{still}")
