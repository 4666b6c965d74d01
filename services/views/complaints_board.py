"""The complaints that are open, by how much of the promise is left, and those that were resolved lately.

Reads ``complaint_cases`` and ``policies``, and for the figures what the report ``complaints`` reads: they are of
complaints that were opened in the last DAYS. The columns hold the most urgent ones; CSV has all of them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from msgspec import Meta

from services.access.roles import Capability
from services.reports.complaints import COMPLAINTS
from services.views.complaint_cases import COLUMNS, RESOLVED, cases
from services.views.people import managers_of, staff, versions_of, with_people
from services.views.reports import ByStore, answered
from services.views.view import BadParameter, Document, Parameters, Past, Reading, Row, View

DAYS = 90
A_COLUMN = 12

Store = Annotated[str, Meta(description="Of one store alone.", max_length=128)]
Manager = Annotated[
    str, Meta(description="Of customers whom this one looks after, or which they took.", max_length=128)
]
Cause = Annotated[str, Meta(description="Of one cause, such as late.", max_length=128)]
State = Annotated[str, Meta(description=f"One column: {', '.join(COLUMNS)}.", max_length=32)]
Open = Annotated[str, Meta(description="The complaint whose forms are open.", max_length=128)]
Limit = Annotated[int, Meta(description="The most of a column.", ge=1, le=500)]


class BoardParameters(Parameters, frozen=True, kw_only=True):
    """Which complaints are wanted."""

    store: Store | None = None
    manager: Manager | None = None
    cause: Cause | None = None
    state: State | None = None
    open: Open | None = None
    limit: Limit = A_COLUMN


def answer(reading: Reading) -> Document:
    """Open complaints by promise left, what was resolved in the last week, and how well the promise is kept."""
    found = _found(reading)
    counts = Counter(row["state"] for row in found)
    wanted = [state for state in COLUMNS if reading.asked.state in {None, state}]
    shown = [
        row for state in wanted for row in [each for each in found if each["state"] == state][: reading.asked.limit]
    ]
    told = _with_people(reading, shown)
    report = answered(COMPLAINTS, replace(reading, asked=_of_the_report(reading)))
    figures = report["figures"]
    return {
        "headline": report["headline"],
        "figures": {**figures, **{f"count_{state}": counts[state] for state in COLUMNS}, "days": DAYS},
        "currency": report["question"]["currency"],
        "columns": [
            {
                "state": state,
                "word": COLUMNS[state],
                "count": counts[state],
                "rows": [r for r in told if r["state"] == state],
            }
            for state in wanted
        ],
        "choices": {
            "causes": sorted({row["cause"] for row in report["tables"]["causes"]} - {""}),
            "stores": sorted({row["store"] for row in report["tables"]["stores"]}),
            "staff": staff(reading.connection),
        },
        "tables": {"complaints": told, "causes": report["tables"]["causes"], "late": report["tables"]["late"]},
    }


def rows(reading: Reading) -> Iterable[Row]:
    """Return all of them, the most urgent first."""
    found = [row for row in _found(reading) if reading.asked.state in {None, row["state"]}]
    return _with_people(reading, found)


def _found(reading: Reading) -> list[dict[str, Any]]:
    """Return the complaints that are asked for, column by column, the most urgent first."""
    asked: BoardParameters = reading.asked
    if asked.state is not None and asked.state not in COLUMNS:
        message = f"state: {asked.state[:32]!r} is none; there are {', '.join(COLUMNS)}."
        raise BadParameter(message)
    found = list(cases(reading, store=asked.store, cause=asked.cause))
    if asked.manager is not None:
        managers = managers_of(reading.connection, {row["person"] for row in found}, reading.now)
        found = [row for row in found if asked.manager in {row["owner"], managers.get(row["person"], "")}]
    order = {state: place for place, state in enumerate(COLUMNS)}
    return sorted(found, key=lambda row: (order[row["state"]], *_urgency(row)))


def _urgency(row: Row) -> tuple[float, str]:
    if row["state"] == RESOLVED:
        return -row["resolved"].timestamp(), row["complaint"]
    left = row["left_seconds"]
    return (row["opened"].timestamp() if left is None else left), row["complaint"]


def _with_people(reading: Reading, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    live = reading.until is None
    told = with_people(reading.connection, found, reading.now, live=live)
    versions = versions_of(reading.connection, "complaint", (row["complaint"] for row in told)) if live else {}
    return [
        {**row, "owner": row["owner"] or row["looked_after_by"] or "", "version": versions.get(row["complaint"], 0)}
        for row in told
    ]


def _of_the_report(reading: Reading) -> ByStore:
    begin = (reading.now - timedelta(days=DAYS)).date()
    return ByStore(store=reading.asked.store, begin=begin, limit=50)


COMPLAINTS_BOARD = View(
    name="complaints_board",
    path="/complaints",
    title="Complaints",
    answer=answer,
    parameters=BoardParameters,
    reads=(*COMPLAINTS.reads, "managers", "profile", "staff"),
    capability=Capability.PERSONAL,
    past=Past.EVERYBODY,
    rows=rows,
)
