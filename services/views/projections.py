"""How every projection stands: its lag, its rows, and what is parked for it."""

from projections import PROJECTIONS
from projections._engine.status import leaders, statuses
from services.views.view import Document, Parameters, Reading, View


def answer(reading: Reading) -> Document:
    """Every projection with its version, rows, lag in events and seconds, and parked events; and who projects."""
    found = [status._asdict() for status in statuses(reading.connection, PROJECTIONS, reading.house.log())]
    return {
        "leaders": [each._asdict() for each in leaders(reading.connection)],
        "tables": {"projections": found},
    }


PROJECTIONS_VIEW = View(
    name="projections",
    path="/projections",
    title="Projections",
    answer=answer,
    parameters=Parameters,
    reads=tuple(each.name for each in PROJECTIONS),
)
