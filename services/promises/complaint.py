"""A complaint as it stands at a time: its steps by then, in the order in which they happened.

Steps come in any order; of those of one instant their kinds decide, then their events. A complaint is open until it is
resolved, and again when it is reopened. The promise's clock stands still from when we ask the customer until they say
something (an answer, that it is not solved, that it is) or we hold it for solved.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.promises.clock import Pause

WAITING = "waiting"
ENDS_WAITING = frozenset({"answered", "reopened", "confirmed", "resolved"})
KINDS = (
    "raised",
    "acknowledged",
    "waiting",
    "answered",
    "replied",
    "requested",
    "declined",
    "gesture",
    "escalated",
    "reopened",
    "resolved",
)
RANK = {kind: rank for rank, kind in enumerate((*KINDS, "confirmed", "rated"))}


class Step(msgspec.Struct, array_like=True, frozen=True):
    """One step, as ``complaint_cases`` keeps it."""

    at: datetime
    kind: str
    event: str
    word: str = ""
    amount_minor: int = 0
    currency: str = ""
    by: str = ""


class Gesture(NamedTuple):
    """What we offered to make it good."""

    kind: str
    amount_minor: int
    currency: str


class Standing(NamedTuple):
    """How a complaint stands: what has happened by the clock. ``resolved`` is None while it is open."""

    opened: datetime | None
    first_reply: datetime | None
    first_resolved: datetime | None
    resolved: datetime | None
    reopened: int
    pauses: tuple[Pause, ...]
    gestures: tuple[Gesture, ...]
    rating: int | None

    @property
    def waiting(self) -> bool:
        """Return whether we wait for the customer."""
        return bool(self.pauses) and self.pauses[-1].end is None


_DECODER = msgspec.json.Decoder(Step)


def standing(written: Iterable[str], now: datetime) -> Standing:
    """Return how a complaint stands by the clock, from its steps as they are kept."""
    steps = [step for step in map(_DECODER.decode, written) if step.at <= now]
    steps.sort(key=lambda step: (step.at, RANK.get(step.kind, len(RANK)), step.event))
    first: dict[str, datetime] = {}
    for step in steps:
        first.setdefault(step.kind, step.at)
    ratings = [int(step.word) for step in steps if step.kind == "rated"]
    return Standing(
        first.get("raised"),
        first.get("replied"),
        first.get("resolved"),
        _resolved(steps),
        _times_reopened(steps),
        _pauses(steps),
        tuple(Gesture(step.word, step.amount_minor, step.currency) for step in steps if step.kind == "gesture"),
        ratings[-1] if ratings else None,
    )


def requested(steps: Iterable[Step]) -> Step | None:
    """Return the step by which somebody asked for a gesture above their authority, while that is not settled.

    It is when it was approved, and so offered, or declined, and when the complaint was resolved.
    """
    asked: Step | None = None
    for step in steps:
        if step.kind == "requested":
            asked = step
        elif step.kind in {"declined", "resolved"} or (step.kind == "gesture" and step.amount_minor):
            asked = None
    return asked


def _resolved(steps: Iterable[Step]) -> datetime | None:
    """Return when it was resolved for good: the first resolution that no reopening follows."""
    resolved: datetime | None = None
    for step in steps:
        if step.kind == "reopened":
            resolved = None
        elif step.kind == "resolved" and resolved is None:
            resolved = step.at
    return resolved


def _times_reopened(steps: Iterable[Step]) -> int:
    """Return how often it was reopened after it had been resolved."""
    times, settled = 0, False
    for step in steps:
        if step.kind == "resolved":
            settled = True
        elif step.kind == "reopened" and settled:
            times, settled = times + 1, False
    return times


def _pauses(steps: Iterable[Step]) -> tuple[Pause, ...]:
    pauses: list[Pause] = []
    since: datetime | None = None
    for step in steps:
        if step.kind == WAITING and since is None:
            since = step.at
        elif since is not None and step.kind in ENDS_WAITING:
            pauses.append(Pause(since, step.at))
            since = None
    return (*pauses, Pause(since)) if since is not None else tuple(pauses)
