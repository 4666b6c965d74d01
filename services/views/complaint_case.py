"""One complaint: how it stands against the promise, every step that led there with its event, and what can be done."""

from typing import Any

import msgspec

from projections._engine import queries
from services.access.roles import Capability
from services.promises.complaint import Step
from services.views.complaint_cases import COLUMNS, cases, steps_of
from services.views.event_places import Lies, events_named
from services.views.people import staff, versions_of, with_people
from services.views.scope import seen
from services.views.view import Document, NotFound, NotYours, Parameters, Past, Reading, Row, View

WORDS = {
    "raised": "Complained",
    "acknowledged": "We said that we heard them",
    "replied": "We replied",
    "waiting": "We asked them something",
    "answered": "They answered",
    "gesture": "We offered something",
    "requested": "Somebody asked to offer",
    "declined": "It is not offered",
    "escalated": "Passed on",
    "resolved": "Held for solved",
    "confirmed": "They say that it is solved",
    "reopened": "It was not solved",
    "rated": "They rated it",
}
STEPS = "SELECT subject, steps FROM complaint_cases WHERE complaint = %(complaint)s ORDER BY opened, subject"
MORE = ("text", "reason", "outcome", "channel")


def answer(reading: Reading) -> Document:
    """One complaint with its promise and its steps; each step says who did it, what was said, and its event."""
    name = reading.path["complaint"]
    found = list(cases(reading, complaint=name)) if "\0" not in name else []
    if not found:
        message = f"There is no complaint {name[:128]}."
        raise NotFound(message)
    viewer = reading.viewer
    if viewer.narrowed:
        allowed = seen(reading.connection, viewer, {row["person"] for row in found})
        found = [row for row in found if row["person"] in allowed]
        if not found:
            message = (
                f"You may not look at complaint {name[:128]}: it is of nobody who came to your stores, nor of yours."
            )
            raise NotYours(message)
    live = reading.until is None
    told = with_people(reading.connection, found, reading.now, live=live)
    case = told[0]
    case["owner"] = case["owner"] or case["looked_after_by"] or ""
    case["version"] = versions_of(reading.connection, "complaint", [name]).get(name, 0) if live else 0
    return {
        "case": {**case, "column": COLUMNS[case["state"]]},
        "others": told[1:],
        "staff": staff(reading.connection),
        "tables": {"steps": _steps(reading, name)},
    }


def customer_of(document: Document) -> str:
    """Return whose complaint it is."""
    return str(document["case"]["person"])


def _steps(reading: Reading, name: str) -> list[Row]:
    """Return every step by the clock, the first one first."""
    steps: list[tuple[str, Step]] = []
    for row in queries.rows(reading.connection, STEPS, complaint=name):
        steps += [(row["subject"], step) for step in steps_of(row, reading.now)]
    lies = events_named(reading.connection, [(subject, step.at, step.event) for subject, step in steps])
    return [
        _step(step, lies.get(step.event)) for _, step in sorted(steps, key=lambda each: (each[1].at, each[1].event))
    ]


def _step(step: Step, lies: Lies | None) -> dict[str, Any]:
    said: dict[str, Any] = {} if lies is None else msgspec.to_builtins(lies.envelope.data)
    return {
        "at": step.at,
        "kind": step.kind,
        "what": WORDS.get(step.kind, step.kind),
        "by": said.get("by", ""),
        "said": next((str(said[part]) for part in MORE if said.get(part)), ""),
        "word": step.word,
        "amount_minor": step.amount_minor if step.currency else None,
        "currency": step.currency,
        "approved_by": said.get("approved_by", ""),
        "event": step.event,
        "partition": None if lies is None else lies.partition,
        "offset": None if lies is None else lies.offset,
    }


COMPLAINT_CASE = View(
    name="complaint_case",
    path="/complaints/{complaint}",
    title="Complaint",
    answer=answer,
    parameters=Parameters,
    reads=("complaint_cases", "policies", "managers", "profile", "staff"),
    capability=Capability.PERSONAL,
    past=Past.EVERYBODY,
    tells_of=customer_of,
)
