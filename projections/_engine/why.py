"""Why a figure is what it is: the events behind it, where they lie, and the figure computed again from them alone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from psycopg import sql

from projections._engine import ddl, reference
from projections._engine.as_of import Fact, Past
from projections._engine.declaration import Projection
from projections._engine.registry import Connection

ANY_STAMP = (datetime(1970, 1, 1, tzinfo=UTC), "")
"""Lifts the value that touches nothing, whose state holds no stamp."""


class UnknownFigure(LookupError):
    """There is no such figure; the message lists those there are."""


class Contribution(NamedTuple):
    """One event's part in a figure: what its fold said of the column, for each row it touched."""

    fact: Fact
    said: list[Any]


class Explanation(NamedTuple):
    """A figure of one person, row by row, with the events that made it."""

    figure: str
    values: list[dict[str, Any]]
    contributions: list[Contribution]


class Compared(NamedTuple):
    """One row of a figure: its key, the figure computed from the events alone, and the stored one."""

    key: dict[str, Any]
    computed: Any
    stored: Any


def figures(projections: Sequence[Projection]) -> list[str]:
    """Return the names of all figures of a person, as ``projection.column``."""
    return [
        f"{projection.name}.{column.name}"
        for projection in projections
        if projection.personal and projection.handlers()
        for column in projection.columns
    ]


def explain(projections: Sequence[Projection], past: Past, figure: str) -> Explanation:
    """Return the events behind a person's figure. Raises UnknownFigure."""
    projection, place = found(projections, figure)
    contributions = [Contribution(fact, said) for fact in past.facts if (said := _said(projection, fact, place))]
    states = reference.fold(projection, [contribution.fact.envelope for contribution in contributions])
    rows = reference.as_mappings(projection, reference.as_person(projection, states, past.person))
    kept = [key.name for key in projection.keys] + [projection.columns[place].name]
    return Explanation(figure, [{each: row[each] for each in kept} for row in rows], contributions)


def found(projections: Sequence[Projection], figure: str) -> tuple[Projection, int]:
    """Return a figure's projection, and the place of its column. Raises UnknownFigure."""
    name, _, column_name = figure.partition(".")
    projection = next((each for each in projections if each.name == name and each.personal), None)
    names = [] if projection is None else [column.name for column in projection.columns]
    if projection is None or column_name not in names:
        message = f"there is no figure {figure!r}; there are: {', '.join(figures(projections))}"
        raise UnknownFigure(message)
    return projection, names.index(column_name)


def compared(
    connection: Connection, projections: Sequence[Projection], person: str, explanation: Explanation
) -> list[Compared]:
    """Return the figure beside what the view of persons shows now, in key order.

    They can differ in time: explain the past at the positions that the projection has committed, in one snapshot.
    """
    projection, place = found(projections, explanation.figure)
    column = projection.columns[place]
    names = [key.name for key in projection.keys]
    nothing = reference.plain(column.lift(None, ANY_STAMP))
    computed = {tuple(row[name] for name in names): row[column.name] for row in explanation.values}
    stored = _stored(connection, projection, place, person)
    return [
        Compared(dict(zip(names, key, strict=True)), *pair)
        for key in sorted(computed.keys() | stored.keys())
        if (pair := (computed.get(key, nothing), stored.get(key, nothing))) != (nothing, nothing)
    ]


def _stored(connection: Connection, projection: Projection, place: int, person: str) -> dict[tuple[Any, ...], Any]:
    column = projection.columns[place]
    names = ["person" if key.name == "subject" else key.name for key in projection.keys]
    selected = [*names, *(field.name for field in column.fields())]
    query = sql.SQL("SELECT {} FROM {}.{} WHERE person = %s").format(
        sql.SQL(", ").join(map(sql.Identifier, selected)),
        sql.Identifier(ddl.SCHEMA),
        sql.Identifier(f"{projection.name}_by_person"),
    )
    rows = connection.execute(query, [person]).fetchall()
    return {row[: len(names)]: reference.plain(column.load(row[len(names) :])) for row in rows}


def _said(projection: Projection, fact: Fact, place: int) -> list[Any]:
    """Return what an event says of a column: nothing where its lifted state is the empty one."""
    stamp = (fact.envelope.time, fact.envelope.id)
    column = projection.columns[place]
    empty = column.lift(None, stamp)
    try:
        rows = reference.deltas(projection, fact.envelope)
    except Exception:  # noqa: BLE001 - the pump parks what a fold cannot take; it is behind no figure
        return []
    return [row[1 + place] for row in rows if column.lift(row[1 + place], stamp) != empty]
