"""Checklists as they run: which steps are missing and next, of whom, and how consistently each touchpoint is kept.

Reads what the report ``checklists`` reads, which says what everything means.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from services.access.roles import Capability
from services.desk.checklist import id_of
from services.reports.checklists import CHECKLISTS
from services.views.event_places import with_places
from services.views.people import versions_of, with_people
from services.views.reports import ByStore, FirstDay, LastDay, Store, answered
from services.views.view import BadParameter, Document, Parameters, Past, Reading, Row, View

STANDS = {"missing": "A step is missing", "next": "Under way", "done": "Done"}

Checklist = Annotated[str, Meta(description="One checklist, such as first_order.", max_length=64)]
Show = Annotated[str, Meta(description=f"How the runs stand: {', '.join(STANDS)}.", max_length=16)]
Open = Annotated[str, Meta(description="The run whose forms are open: CHECKLIST:CUSTOMER:RUN.", max_length=400)]
Limit = Annotated[int, Meta(description="The most runs that are listed.", ge=1, le=10_000)]


class ChecklistParameters(Parameters, frozen=True, kw_only=True):
    """Which runs are wanted."""

    store: Store | None = None
    begin: FirstDay | None = msgspec.field(default=None, name="from")
    end: LastDay | None = msgspec.field(default=None, name="to")
    checklist: Checklist | None = None
    show: Show | None = None
    open: Open | None = None
    limit: Limit = 20


def answer(reading: Reading) -> Document:
    """All runs of checklists, those with a missing step first, and how each step is kept, in all stores and in each."""
    asked: ChecklistParameters = reading.asked
    if asked.show is not None and asked.show not in STANDS:
        message = f"show: {asked.show!r} is none; there are {', '.join(STANDS)}."
        raise BadParameter(message)
    limit = 10_000 if asked.show else asked.limit
    of_list = ByStore(store=asked.store, begin=asked.begin, end=asked.end, about=asked.checklist, limit=limit)
    report = answered(CHECKLISTS, replace(reading, asked=of_list))
    tables = report["tables"]
    runs = [{**row, "stands": _stands(row)} for row in tables["runs"]]
    wanted = [row for row in runs if asked.show in {None, row["stands"]}][: asked.limit]
    return {
        "headline": report["headline"],
        "figures": report["figures"],
        "words": STANDS,
        "choices": report["choices"],
        "steps_of": {name: [row for row in tables["steps"] if row["checklist"] == name] for name in _names(tables)},
        "tables": {
            "runs": _shown(reading, wanted),
            "playbooks": tables["playbooks"],
            "steps": tables["steps"],
            "stores": tables["stores"],
            "stray": tables["stray"],
        },
    }


def _names(tables: dict[str, list[dict[str, Any]]]) -> list[str]:
    return [row["checklist"] for row in tables["playbooks"]]


def _stands(row: Row) -> str:
    """Return how a run stands: a step is missing, the next one is to come, or nothing is to be done any more."""
    return "missing" if row["missed"] else "next" if row["next"] else "done"


def _shown(reading: Reading, listed: Sequence[Row]) -> list[Row]:
    live = reading.until is None
    placed = with_places(reading.connection, listed, "began", "regulars.")
    told = with_people(reading.connection, placed, reading.now, live=live)
    rows = [{**row, "checklist_id": id_of(row["checklist"], row["person"])} for row in told]
    names = {row["checklist_id"] for row in rows}
    versions = versions_of(reading.connection, "checklist", names) if live else {}
    return [{**row, "version": versions.get(row["checklist_id"], 0)} for row in rows]


CHECKLIST_RUNS = View(
    name="checklist_runs",
    path="/checklists",
    title="Checklists",
    answer=answer,
    parameters=ChecklistParameters,
    reads=(*CHECKLISTS.reads, "managers", "profile"),
    capability=Capability.PERSONAL,
    past=Past.EVERYBODY,
)
