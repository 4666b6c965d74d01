"""What single events say to projections, by the names of columns, and how sums come of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from projections._engine import reference
from projections._engine.as_of import Fact
from projections._engine.declaration import Projection
from services.figures.figure import Because

Said = Mapping[str, Any]
Holds = Callable[[Said], bool]


def said(projection: Projection, fact: Fact) -> Iterator[Said]:
    """Yield what an event says to a projection: keys and columns by name, without those that it does not touch."""
    names = [*(key.name for key in projection.keys), *(column.name for column in projection.columns)]
    try:
        rows = reference.deltas(projection, fact.envelope)
    except Exception:  # noqa: BLE001 - the pump parks what a fold cannot take; it is behind no figure
        return
    for row in rows:
        key, *values = row
        told = [*key, *values]
        yield {name: value for name, value in zip(names, told, strict=True) if value is not None}


def speaking(projection: Projection, facts: Iterable[Fact], holds: Holds) -> list[Because]:
    """Return the events that say something to a projection for which it holds."""
    return [Because(fact) for fact in facts if any(holds(row) for row in said(projection, fact))]


def counted(
    projection: Projection, facts: Iterable[Fact], holds: Holds, signs: Mapping[str, int], unit: str = ""
) -> tuple[dict[str, int], list[Because]]:
    """Return the sums of some columns, over rows for which it holds, and the events with what each adds or takes."""
    sums = dict.fromkeys(signs, 0)
    events: list[Because] = []
    for fact in facts:
        rows = [row for row in said(projection, fact) if holds(row)]
        told = {name: sum(row.get(name, 0) for row in rows) for name in signs}
        if any(told.values()):
            events.append(Because(fact, sum(signs[name] * told[name] for name in signs), unit))
            sums = {name: sums[name] + told[name] for name in signs}
    return sums, events


def naming(facts: Iterable[Fact], field: str, things: Sequence[str]) -> list[Because]:
    """Return the events that name one of these things in a field, such as the order ``536365``."""
    return [Because(fact) for fact in facts if getattr(fact.envelope.data, field, None) in things]
