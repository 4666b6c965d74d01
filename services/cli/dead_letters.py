"""``regulars deadletters``: the events that some projection could not take, and what the front door turned away."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from projections import PROJECTIONS
from projections._engine import dead_letters as engine
from projections._engine.registry import live_tables
from projections._engine.status import parked as parked_count
from services.cli import parked, points, turned_away
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import bring_up_to_date, built, opened, say_parked
from services.cli.terminal import AsJson, emit, plural, write
from services.ingest import resending, verdicts

PLACES = "Where the events lie on the log, such as 3@17, or what the front door turned away, such as door:17."

Place = Annotated[str, Argument(metavar="PLACE", help=PLACES)]
Places = Annotated[list[str] | None, Argument(metavar="PLACE", help=PLACES)]
Dismissed = Annotated[list[str], Argument(metavar="PLACE", help=PLACES)]
OfFault = Annotated[
    str | None, Option("--fault", metavar="FAULT", help="Only those of this kind of fault, such as fold.")
]
OfSource = Annotated[
    str | None, Option("--source", metavar="NAME", help="Only what the front door turned away from this source.")
]
OfLog = Annotated[
    str | None,
    Option("--log", metavar="LOG_ID", help="Of which log, where several have an event parked at the same place."),
]
Limit = Annotated[int, Option("--limit", min=1, metavar="N", help="How many to list of each, the oldest first.")]
All = Annotated[bool, Option("--all", help="All that are parked or turned away.")]
Mended = Annotated[
    Path | None,
    Option("--with", metavar="FILE", help="The mended body of a message that was turned away; - for what is piped in."),
]
AsNew = Annotated[
    bool, Option("--as-new", help="Send a message that was turned away under an id of its own, such as a conflict.")
]
NoProject = Annotated[bool, Option("--no-project", help="Leave it to others to fold what is new.")]
Because = Annotated[str, Option("--because", metavar="TEXT", help="Why it will never be right; it is kept.")]


def list_letters(fault: OfFault = None, source: OfSource = None, limit: Limit = 100, as_json: AsJson = False) -> None:
    """List the events that are parked, and the messages that the front door turned away, each with the reason.

    A parked event is still on the log; its neighbours went on without it. What was turned away is not on the log: it is
    kept with its body.
    """
    with opened() as installation, installation.connect() as connection:
        letters = [] if source else engine.listed(connection, fault, limit)
        total = parked_count(connection)
        tables = {table.name for table in live_tables(connection, PROJECTIONS)}
        rows = verdicts.listed(connection, source=source, fault=fault, limit=limit)
        away = verdicts.open_count(connection, source)
    if as_json:
        listed = {"parked": total, "dead_letters": [parked.document(letter) for letter in letters]}
        emit({**listed, "turned_away": away, "door": [turned_away.document(row) for row in rows]})
        return
    if letters:
        parked.write_letters(letters, tables)
    if rows:
        turned_away.write_rows(rows)
    write(f"{plural(total, 'event')} parked." if total else "No event is parked.")
    if away:
        write(f"{plural(away, 'message')} turned away by the front door.")


def show(place: Place, log_id: OfLog = None, as_json: AsJson = False) -> None:
    """Show one parked event with all its bytes, or one message that was turned away with its body.

    The exit code is 1 where there is none. Where several logs have an event parked at the place it is the one that was
    parked last, unless --log names another.
    """
    number = points.door(place)
    with opened() as installation, installation.connect() as connection:
        if number is not None:
            row = turned_away.found(connection, number)
            emit(turned_away.document(row)) if as_json else turned_away.write_row(row)
            return
        letter, *others = parked.found(connection, place, log_id)
    if as_json:
        emit(parked.document(letter))
    else:
        parked.write_letter(letter, others)


def redrive(
    places: Places = None,
    *,
    log_id: OfLog = None,
    mended: Mended = None,
    everything: All = False,
    as_new: AsNew = False,
    no_project: NoProject = False,
    as_json: AsJson = False,
) -> None:
    """Apply parked events to the tables that lack them, and send messages that were turned away; each counts once.

    Do it after the fold, the translation or the tracking plan was mended, or with a mended body. A message that is sent
    is on the log then. The exit code is 3 where something is still parked or turned away. A conflict stays one: another
    event has its id, and that one counts. Dismiss it, or, if the front door turned it away, send it --as-new.
    """
    if bool(places) == everything:
        message = "Name the places of the events, or give --all."
        raise Failure(message)
    doors, others = _sorted(places or ())
    if (mended or as_new) and (len(doors), len(others), everything) != (1, 0, False):
        message = "--with and --as-new are for one message that was turned away: name its place, such as door:17."
        raise Failure(message)
    with opened() as installation, installation.connect() as connection:
        if everything:
            letters = engine.listed(connection, limit=max(1, parked_count(connection)))
            doors = list(turned_away.everything(connection))
        else:
            letters = [parked.only(connection, place, log_id) for place in others]
            doors = [turned_away.found(connection, number).id for number in doors]
        sent = turned_away.redriven(installation, doors, mended=mended, as_new=as_new) if doors else []
        tables = (live_tables(connection, PROJECTIONS) or built(connection, PROJECTIONS)) if letters else []
        done = engine.redrive(installation.connect, tables, letters)
        if as_json:
            redriven = [parked.outcome(each) for each in done]
            emit({"redriven": redriven, "door": [turned_away.outcome(each) for each in sent]})
        else:
            if letters or not sent:
                parked.write_outcomes(letters, done)
            if sent:
                turned_away.write_outcomes(sent)
        if any(each.events for each in sent) and not no_project:
            say_parked(bring_up_to_date(installation, "deadletters redrive"))
    if any([*(each.reason for each in done), *(each.reason for each in sent)]):
        raise Exit(ExitCode.PARTLY)


def dismiss(places: Dismissed, because: Because, log_id: OfLog = None, as_json: AsJson = False) -> None:
    """Have nobody wait any more for what will never be right, such as a conflict; it stays on record, with the reason.

    No projection will have it, and 'regulars deadletters redrive --all' leaves it alone.
    """
    doors, others = _sorted(places)
    if not because.strip():
        message = "--because is empty: say why it will never be right."
        raise Failure(message)
    with opened() as installation, installation.connect() as connection:
        rows = [turned_away.found(connection, number) for number in doors]
        letters = [parked.only(connection, place, log_id) for place in others]
        done = [(parked.place_of(letter), engine.dismiss(connection, letter, because)) for letter in letters]
        done += [(f"door:{row.id}", resending.dismiss(connection, row.id, because)) for row in rows]
    if as_json:
        emit({"dismissed": [{"place": place, "now": now} for place, now in done]})
        return
    for place, now in done:
        write(f"{place}: {'dismissed' if now else 'nobody waited for it: it was settled before'}")


def _sorted(places: Sequence[str]) -> tuple[list[int], list[str]]:
    """Return the numbers of what was turned away, and the places on the log. Raises Failure."""
    others = [place for place in places if points.door(place) is None]
    for place in others:
        points.coordinates(place)
    return [number for place in places if (number := points.door(place)) is not None], others
