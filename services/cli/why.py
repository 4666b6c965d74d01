"""``regulars why``: the events behind a figure of a person, and the figure computed again from them alone."""

from typing import Annotated, Any, NamedTuple

from psycopg import IsolationLevel
from typer import Argument, Exit

from projections import PROJECTIONS
from projections._engine import as_of as engine
from projections._engine import checkpoint, why
from projections._engine.as_of import Past, Until
from projections._engine.declaration import Projection
from projections._engine.projector import stored
from projections._engine.registry import Connection, live_tables
from projections._engine.why import Compared, Contribution, Explanation
from services.cli import points
from services.cli.as_of import AtPositions, Happened, Known, MostRows, Subject, When
from services.cli.exit_codes import ExitCode
from services.cli.failures import Failure
from services.cli.session import built, opened, past_is_kept
from services.cli.terminal import AsJson, cell, emit, encoded, plural, write, write_table

Figure = Annotated[
    str | None,
    Argument(metavar="FIGURE", help="Which one, as PROJECTION.COLUMN; without it they are listed."),
]


class _Answer(NamedTuple):
    """An explanation; ``compared`` is None for a point in the past, of which nothing is stored."""

    point: str
    past: Past
    explanation: Explanation
    compared: list[Compared] | None

    @property
    def equal(self) -> bool | None:
        """Whether the stored figure is the computed one."""
        return None if self.compared is None else all(row.computed == row.stored for row in self.compared)


def explain(
    subject: Subject,
    *,
    figure: Figure = None,
    when: When = None,
    known: Known = False,
    happened: Happened = False,
    at_positions: AtPositions = None,
    most_rows: MostRows = 0,
    as_json: AsJson = False,
) -> None:
    """List the events behind a figure of a person, and compute the figure again from them alone.

    Without WHEN it is the figure that is stored now, at the positions that its projection has committed: both are
    printed, and the exit code is 1 where they differ.
    """
    subject = points.subject(subject)
    if figure is None:
        _list_figures(as_json=as_json)
        return
    projection, _ = why.found(stored(PROJECTIONS), figure)
    asked = when is not None or known or happened or at_positions is not None
    point = points.point(when, known=known, happened=happened, at_positions=at_positions) if asked else None
    with opened() as installation, installation.connect() as connection:
        past_is_kept(connection, installation.kafka)
        built(connection, [projection])
        if point is None:
            answer = _now(connection, subject, figure, projection)
        else:
            past, explanation = _explained(connection, subject, figure, point.until)
            answer = _Answer(point.words, past, explanation, None)
    if as_json:
        emit(_document(subject, answer))
    else:
        _show(answer, most_rows)
    if answer.equal is False or not answer.explanation.contributions:
        raise Exit(ExitCode.NO)


def _now(connection: Connection, subject: str, figure: str, projection: Projection) -> _Answer:
    """Explain a figure at the positions that are committed, and read the stored one in the same snapshot.

    Raises Failure while the links, or the events over Kafka, stand elsewhere: other pumps may keep them.
    """
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        needed = [each for each in PROJECTIONS if each is projection or each.keeps_events or each.graph]
        vectors = [checkpoint.positions(connection, table.name) for table in live_tables(connection, needed)]
        positions = vectors[0]
        if any(vector != positions for vector in vectors):
            message = f"{projection.name} and what explains it stand at different positions now: try again in a moment."
            raise Failure(message, ExitCode.UNAVAILABLE)
        past, explanation = _explained(connection, subject, figure, engine.AtPositions(positions))
        compared = why.compared(connection, stored(PROJECTIONS), past.person, explanation)
    return _Answer("now", past, explanation, compared)


def _explained(connection: Connection, subject: str, figure: str, until: Until | None) -> tuple[Past, Explanation]:
    past = engine.as_of(connection, stored(PROJECTIONS), subject, until)
    return past, why.explain(stored(PROJECTIONS), past, figure)


def _list_figures(*, as_json: bool) -> None:
    figures = why.figures(stored(PROJECTIONS))
    if as_json:
        emit({"figures": figures})
    else:
        write("Figures of a person, each as PROJECTION.COLUMN:", bold=True)
        for name in figures:
            write(f"  {name}")


def _document(subject: str, answer: _Answer) -> dict[str, Any]:
    return {
        "subject": subject,
        "person": answer.past.person,
        "figure": answer.explanation.figure,
        "point": answer.point,
        "rows": _rows(answer),
        "equal": answer.equal,
        "events": [_event(contribution) for contribution in answer.explanation.contributions],
    }


def _rows(answer: _Answer) -> list[dict[str, Any]]:
    if answer.compared is not None:
        return encoded(answer.compared)
    column = answer.explanation.figure.partition(".")[2]
    return [
        {"key": {name: value for name, value in row.items() if name != column}, "computed": row[column]}
        for row in answer.explanation.values
    ]


def _event(contribution: Contribution) -> dict[str, Any]:
    record, envelope = contribution.fact
    return {
        "partition": record.partition,
        "offset": record.offset,
        "recorded_at": record.recorded_at,
        "time": envelope.time,
        "type": envelope.data.event_type,
        "id": envelope.id,
        "subject": envelope.subject,
        "said": contribution.said,
    }


def _show(answer: _Answer, most_rows: int) -> None:
    explanation = answer.explanation
    contributions = sorted(explanation.contributions, key=lambda each: each.fact.envelope.time)
    write(f"{explanation.figure} of {answer.past.person}, {answer.point}", bold=True)
    if not contributions:
        write("No event says anything of it.")
        return
    shown = contributions[-most_rows:] if most_rows else contributions
    left_out = f", the last {len(shown):,} of them" if len(shown) < len(contributions) else ""
    write(f"\n{plural(len(contributions), 'event')}{left_out}:")
    places = [f"{each.fact.record.partition}@{each.fact.record.offset}" for each in shown]
    rows = [
        [place, each.fact.envelope.time, each.fact.envelope.data.event_type, cell(each.said)]
        for place, each in zip(places, shown, strict=True)
    ]
    write_table(["place", "happened at", "type", "said"], rows)
    write()
    _show_figure(answer)


def _show_figure(answer: _Answer) -> None:
    column = answer.explanation.figure.partition(".")[2]
    if answer.compared is None:
        rows = [[_key(row, column), row[column]] for row in answer.explanation.values]
        write_table(["row", "computed from these events"], rows)
        return
    table = [[_key(row.key, column), cell(row.computed), cell(row.stored)] for row in answer.compared]
    write_table(["row", "computed from these events", "stored"], table)
    write()
    if answer.equal:
        write("Equal: what is stored is what these events come to.", colour="green")
    else:
        write("DIFFERENT: what is stored is not what these events come to. Run 'regulars verify'.", colour="red")


def _key(row: dict[str, Any], column: str) -> str:
    parts = [cell(value) for name, value in row.items() if name not in ("subject", column)]
    return ", ".join(parts) or "all"
