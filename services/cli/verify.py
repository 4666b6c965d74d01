"""``regulars verify``: the whole log folded again by the plain reference, digest against digest."""

import time
from typing import Annotated, Any

from typer import Argument, Exit

from projections import PROJECTIONS
from projections._engine.projector import stored
from projections._engine.registry import Connection, Table
from projections._engine.verify import Verdict
from projections._engine.verify import verify as fold_again
from services.cli.exit_codes import ExitCode
from services.cli.session import built, opened, projections_named
from services.cli.terminal import AsJson, emit, plural, progress, write
from services.house.folding_again import VERIFY, persons_verified, verified
from services.house.jobs import Done, noted
from services.installation import Installation
from services.settings import Settings

Names = Annotated[
    list[str] | None, Argument(metavar="NAME", help="Which projections; all of them where none is named.")
]


def verify(names: Names = None, as_json: AsJson = False) -> None:
    """Fold the whole log again, plainly, and compare digests.

    A reader that shares nothing with the live one but the fold functions folds every event up to the positions that
    are committed. The exit code is 1 where a digest differs, where an event is neither folded nor parked, or where who
    is one person with whom is not what all links say.
    """
    settings = Settings.from_environment()
    named = projections_named(names, settings.kafka)
    with opened(settings) as installation, installation.connect() as connection:
        tables = built(connection, named)
        verdicts, persons = verified_and_noted(installation, connection, tables, "regulars verify")
    if as_json:
        emit(document_of(verdicts, persons))
    else:
        show(verdicts, persons)
    if not all_equal(verdicts, persons):
        raise Exit(ExitCode.NO)


def verified_and_noted(
    installation: Installation, connection: Connection, tables: list[Table], by: str
) -> tuple[list[Verdict], bool | None]:
    """Return a verdict for each table, and for the persons, or None where the identity graph is not among the tables.

    A bar tells how far the log is read. What came of it stands on the page for auditors, too, as done ``by`` somebody.
    """
    begun = time.monotonic()
    with progress("Folding the log again") as advance:
        verdicts = fold_again(connection, tables, installation.log(), advance)
    persons = persons_verified(connection, tables)
    what = "" if len(tables) == len(stored(PROJECTIONS)) else ", ".join(table.projection.name for table in tables)
    done = Done(VERIFY, what, by, time.monotonic() - begun)
    noted(connection, done, verified(verdicts, persons=persons))
    return verdicts, persons


def show(verdicts: list[Verdict], persons: bool | None) -> None:
    """Print both digests of each projection, and the verdict."""
    for verdict in verdicts:
        held = verdict.held
        events = sum(held.positions.values())
        parked = f", {plural(verdict.parked, 'event')} parked" if verdict.parked else ""
        write(f"{held.projection}: {plural(held.rows, 'row')} at {plural(events, 'event')}{parked}", bold=True)
        write(f"  stored        {held.digest}")
        write(f"  folded again  {verdict.expected}")
        if verdict.equal:
            write("  equal", colour="green")
            continue
        write(f"  DIFFERENT: {plural(verdict.expected_rows, 'row')} folded again", colour="red")
        if verdict.unaccounted:
            write(f"  {plural(verdict.unaccounted, 'event')} neither folded nor parked", colour="red")
    if persons is not None:
        write("persons: what the links say", bold=True)
        write("  equal" if persons else "  DIFFERENT", colour="green" if persons else "red")


def document_of(verdicts: list[Verdict], persons: bool | None) -> dict[str, Any]:
    """Return the verdicts as a JSON document has them."""
    return {
        "equal": all_equal(verdicts, persons),
        "projections": [_document(verdict) for verdict in verdicts],
        "persons_equal": persons,
    }


def all_equal(verdicts: list[Verdict], persons: bool | None) -> bool:
    """Return whether nothing differs."""
    return all(verdict.equal for verdict in verdicts) and persons is not False


def _document(verdict: Verdict) -> dict[str, Any]:
    return {
        "name": verdict.held.projection,
        "equal": verdict.equal,
        "stored": verdict.held.digest,
        "folded_again": verdict.expected,
        "rows": verdict.held.rows,
        "rows_folded_again": verdict.expected_rows,
        "parked": verdict.parked,
        "unaccounted": verdict.unaccounted,
        "positions": verdict.held.positions,
    }
