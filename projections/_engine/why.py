"""Why a figure is what it is: the events behind it, where they lie, and the figure computed again from them alone."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from projections._engine import reference
from projections._engine.as_of import Fact, Past
from projections._engine.declaration import Projection


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
    name, _, column_name = figure.partition(".")
    projection = next((each for each in projections if each.name == name and each.personal), None)
    names = [] if projection is None else [column.name for column in projection.columns]
    if projection is None or column_name not in names:
        message = f"there is no figure {figure!r}; there are: {', '.join(figures(projections))}"
        raise UnknownFigure(message)
    place = names.index(column_name)
    contributions = [Contribution(fact, said) for fact in past.facts if (said := _said(projection, fact, place))]
    states = reference.fold(projection, [contribution.fact.envelope for contribution in contributions])
    rows = reference.as_mappings(projection, reference.as_person(projection, states, past.person))
    kept = [key.name for key in projection.keys] + [column_name]
    return Explanation(figure, [{each: row[each] for each in kept} for row in rows], contributions)


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
