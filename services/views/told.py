"""Asks a view: in one snapshot, of now or of a past, and says as of what it is answered."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from projections import PROJECTIONS
from projections._engine.as_of import AtPositions, Until
from projections._engine.past import look_at, made
from projections._engine.person_past import looking_back
from projections._engine.registry import Connection
from services.access.viewer import Viewer
from services.house.clock import Clock
from services.reports.asking import folded_up_to, made_of, projections_named, snapshot
from services.views.scope import CHECKED_BY, checked
from services.views.view import BadParameter, Document, House, Past, Reading, Row, View

PATIENCE_SECONDS = 0.2
"""So long a page waits for what is being worked out over everybody; then it says so, and comes by itself."""

LONG_SECONDS = 3600.0
"""A CSV has a connection of its own, and waits."""


@dataclass(frozen=True)
class Asking:
    """Who asks, what, of which point in time, and by which clock."""

    viewer: Viewer
    asked: Any
    path: Mapping[str, str]
    until: Until | None
    clock: Clock
    house: House
    wanted: Mapping[int, int] = field(default_factory=dict)
    patience_seconds: float = PATIENCE_SECONDS


class Told(NamedTuple):
    """A view's answer, with the positions that it is as of, and the time by which it was reckoned."""

    document: Document
    positions: dict[int, int]
    now: datetime


def tell(connection: Connection, view: View, asking: Asking) -> Told:
    """Return a view's answer, as of the oldest that it is made of.

    Raises BadParameter, NotFound, NotYours, and StillWorking where it takes long and was never worked out.
    """
    with _reading(connection, view, asking) as (reading, positions):
        document = view.answer(reading)
        return Told(document, *_oldest(reading, positions))


def told_rows(connection: Connection, view: View, asking: Asking) -> Iterator[Row]:
    """Yield the rows of a view's CSV, while the snapshot lasts. Raises BadParameter, NotFound, NotYours."""
    with _reading(connection, view, replace(asking, patience_seconds=LONG_SECONDS)) as (reading, _):
        if view.rows is not None and not asking.asked.table:
            yield from view.rows(reading)
        else:
            yield from table_of(view.answer(reading), asking.asked.table)


def table_of(document: Document, name: str) -> list[Row]:
    """Return one of a document's tables, the first by itself. Raises BadParameter."""
    tables: Mapping[str, list[Row]] = document.get("tables", {})
    if name and name not in tables:
        message = f"table: there is no {name[:64]!r}; there is: {', '.join(tables) or 'none'}."
        raise BadParameter(message)
    return list(tables[name] if name else next(iter(tables.values()), []))


@contextmanager
def _reading(connection: Connection, view: View, asking: Asking) -> Iterator[tuple[Reading, dict[int, int]]]:
    until, now = asking.until, _clock(asking)
    if until is not None and view.past is Past.NOBODY:
        message = f"as_of: {view.title} can only be asked of now."
        raise BadParameter(message)
    with snapshot(connection, CHECKED_BY if view.personal else ()):
        asking = replace(asking, asked=checked(connection, view, asking.viewer, asking.path, asking.asked))
    if until is not None and view.past is Past.EVERYBODY:
        past = made(made_of(view.reads), asking.house.log(), asking.house.connect, until)
        look_at(connection, past)
        try:
            with snapshot(connection):
                yield _as_asked(connection, asking, now), past.positions
        finally:
            look_at(connection, None)
        return
    if until is not None:
        with looking_back(connection, PROJECTIONS, asking.path["subject"], until):
            yield _as_asked(connection, asking, now), positions_of(connection, view)
        return
    with snapshot(connection, view.reads):
        yield _as_asked(connection, asking, now), positions_of(connection, view)


def _as_asked(connection: Connection, asking: Asking, now: datetime) -> Reading:
    said = (asking.viewer, asking.asked, asking.path, now, asking.until, asking.house)
    return Reading(connection, *said, asking.wanted, asking.patience_seconds)


def _oldest(reading: Reading, positions: Mapping[int, int]) -> tuple[dict[int, int], datetime]:
    """Return the positions and the clock of the oldest part of an answer: what is kept may be older than the rest."""
    oldest, now = dict(positions), reading.now
    for folded, made_at in reading.made_of:
        oldest |= {partition: min(at, oldest.get(partition, at)) for partition, at in folded.items()}
        now = min(now, made_at)
    return oldest, now


def _clock(asking: Asking) -> datetime:
    until = asking.until
    return asking.clock.now() if until is None or isinstance(until, AtPositions) else until.instant


def positions_of(connection: Connection, view: View) -> dict[int, int]:
    """Return up to where everything that a view reads has been folded."""
    return folded_up_to(connection, projections_named(view.reads))
