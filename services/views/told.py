"""Asks a view: in one snapshot, of now or of a past, and says as of what it is answered."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from projections import PROJECTIONS
from projections._engine.as_of import AtPositions, Until
from projections._engine.past import look_at, made
from projections._engine.person_past import looking_back
from projections._engine.registry import Connection
from services.access.viewer import Viewer
from services.house.clock import Clock
from services.reports.asking import folded_up_to, made_of, snapshot
from services.views.scope import checked
from services.views.view import BadParameter, Document, House, Past, Reading, Row, View


@dataclass(frozen=True)
class Asking:
    """Who asks, what, of which point in time, and by which clock."""

    viewer: Viewer
    asked: Any
    path: Mapping[str, str]
    until: Until | None
    clock: Clock
    house: House


class Told(NamedTuple):
    """A view's answer, with the positions that it is as of, and the time by which it was reckoned."""

    document: Document
    positions: dict[int, int]
    now: datetime


def tell(connection: Connection, view: View, asking: Asking) -> Told:
    """Return a view's answer. Raises BadParameter, NotFound, NotYours."""
    with _reading(connection, view, asking) as (reading, positions):
        return Told(view.answer(reading), positions, reading.now)


def told_rows(connection: Connection, view: View, asking: Asking) -> Iterator[Row]:
    """Yield the rows of a view's CSV, while the snapshot lasts. Raises BadParameter, NotFound, NotYours."""
    with _reading(connection, view, asking) as (reading, _):
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
    with snapshot(connection):
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
    with snapshot(connection):
        yield _as_asked(connection, asking, now), positions_of(connection, view)


def _as_asked(connection: Connection, asking: Asking, now: datetime) -> Reading:
    return Reading(connection, asking.viewer, asking.asked, asking.path, now, asking.until, asking.house)


def _clock(asking: Asking) -> datetime:
    until = asking.until
    return asking.clock.now() if until is None or isinstance(until, AtPositions) else until.instant


def positions_of(connection: Connection, view: View) -> dict[int, int]:
    """Return up to where everything that a view reads has been folded."""
    return folded_up_to(connection, [each for each in PROJECTIONS if each.name in view.reads])
