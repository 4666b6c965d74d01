"""``regulars projections``: every projection with its version, rows, lag and parked events."""

from typing import Any

from projections import PROJECTIONS
from projections._engine.status import SERVED_BY_LOG, Status, leaders, statuses
from services.cli.session import opened
from services.cli.terminal import AsJson, emit, encoded, plural, write, write_table

COLUMNS = ("projection", "version", "state", "rows", "lag events", "lag seconds", "parked", "moved at")


def projections(as_json: AsJson = False) -> None:
    """List the projections: version, rows, lag, parked events.

    The lag is what the log holds and the projection has not folded yet: in events, and by the age of the oldest of
    them. The state "log" means that the log itself serves it: it has no rows of its own.
    """
    with opened() as installation, installation.connect() as connection:
        listed = statuses(connection, PROJECTIONS, installation.log())
        leading = encoded(leaders(connection))
    if as_json:
        emit({"projections": encoded(listed), "leader": next(iter(leading), None), "leaders": leading})
        return
    write_table(COLUMNS, map(_row, listed))
    write()
    names = ", ".join(each["application_name"] for each in leading)
    write(f"Projected by: {names or 'nobody; regulars up does it'}")
    if any(status.parked for status in listed):
        parked = max(status.parked for status in listed)
        write(
            f"Up to {plural(parked, 'event')} parked in one projection: see 'regulars deadletters list'.",
            colour="yellow",
        )


def _row(status: Status) -> list[Any]:
    own = status.state != SERVED_BY_LOG
    return [
        status.name,
        f"v{status.version}",
        status.state,
        status.rows,
        status.lag_events,
        round(status.lag_seconds, 1),
        status.parked,
        status.updated_at if own else None,
    ]
