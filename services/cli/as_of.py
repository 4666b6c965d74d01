"""``regulars as-of``: one person at a point in the past, folded from exactly the events up to there."""

import time
from typing import Annotated, Any

from typer import Argument, Exit, Option

from projections import PROJECTIONS
from projections._engine import as_of as engine
from projections._engine import reference
from projections._engine.as_of import Past
from projections._engine.projector import stored
from services.cli import points
from services.cli.exit_codes import ExitCode
from services.cli.points import Point
from services.cli.rows import write_rows
from services.cli.session import opened, past_is_kept
from services.cli.terminal import AsJson, emit, plural, write

Subject = Annotated[str, Argument(metavar="SUBJECT", help="Whom to look up, as KIND:ID, such as customer:42.")]
When = Annotated[
    str | None,
    Argument(
        metavar="WHEN",
        help="A time with its zone (ISO 8601); a date, which means the end of that day in UTC; or now.",
    ),
]
Known = Annotated[bool, Option("--known", help="What the log had recorded by then: what we could have known.")]
Happened = Annotated[bool, Option("--happened", help="What had happened by then, also if we heard of it later.")]
AtPositions = Annotated[
    str | None,
    Option("--at-positions", metavar="VECTOR", help="A place on the log instead of WHEN: PARTITION:NEXT_OFFSET,…."),
]
MostRows = Annotated[
    int, Option("--rows", min=0, metavar="N", help="How many rows of a table to show, the last ones; 0 for all.")
]


def as_of(
    subject: Subject,
    *,
    when: When = None,
    known: Known = False,
    happened: Happened = False,
    at_positions: AtPositions = None,
    most_rows: MostRows = 10,
    as_json: AsJson = False,
) -> None:
    """Show a person as they were known, or as they were, at a point in time.

    There are two clocks. --known counts what the log had recorded by WHEN; --happened counts what had happened by WHEN,
    also what was recorded later. Who is one person with whom is decided by the same events.
    """
    point = points.point(when, known=known, happened=happened, at_positions=at_positions)
    with opened() as installation, installation.connect() as connection:
        past_is_kept(connection, installation.kafka)
        begun = time.perf_counter()
        past = engine.as_of(connection, stored(PROJECTIONS), points.subject(subject), point.until)
        rows = {
            projection.name: reference.as_mappings(projection, past.states[projection.name])
            for projection in PROJECTIONS
            if projection.name in past.states
        }
        elapsed_ms = 1000 * (time.perf_counter() - begun)
    if as_json:
        emit(_document(subject, point, past, rows) | {"elapsed_ms": round(elapsed_ms, 1)})
    else:
        _show(subject, point, past, rows, most_rows)
    if not past.facts:
        raise Exit(ExitCode.NO)


def _document(subject: str, point: Point, past: Past, rows: dict[str, Any]) -> dict[str, Any]:
    return {
        "subject": subject,
        "clock": point.clock,
        "point": point.words,
        "person": past.person,
        "identifiers": past.identifiers,
        "events": len(past.facts),
        "projections": rows,
    }


def _show(subject: str, point: Point, past: Past, rows: dict[str, Any], most_rows: int) -> None:
    if not past.facts:
        write(f"Nothing is on the log about {subject}, {point.words}.")
        return
    write(f"{past.person}, {point.words}", bold=True)
    write(f"{plural(len(past.facts), 'event')}; identifiers: {', '.join(past.identifiers)}")
    for name, listed in rows.items():
        if listed:
            write_rows(name, [{key: row[key] for key in row if key != "subject"} for row in listed], most_rows)
