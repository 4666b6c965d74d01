"""Complaints against the promise: each one measured, and many of them counted."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np

from services.promises.clock import due, elapsed
from services.promises.complaint import Standing, standing
from services.promises.in_force import Promises
from services.promises.promise import Promise

KEPT, BROKEN, RUNNING = STATES = ("kept", "broken", "running")
HOUR = timedelta(hours=1)
NOTHING = timedelta()
SATISFIED, DISSATISFIED = 4, 2
PERCENTILES = (50, 90, 95)


class Measured(NamedTuple):
    """How a promise stands: its state, when what was promised came, and what passed until then or until now."""

    state: str
    done: datetime | None
    worked: timedelta
    waited: timedelta


class Complaint(NamedTuple):
    """A complaint by the clock, measured against the promise that held when it was opened."""

    person: str
    complaint: str
    store: str
    cause: str
    opened: datetime
    promise: Promise
    standing: Standing
    reply: Measured
    resolution: Measured

    @property
    def is_open(self) -> bool:
        """Return whether it is not resolved for good."""
        return self.standing.resolved is None

    @property
    def at_risk(self) -> bool:
        """Return whether it is open, or was handled badly."""
        late = self.promise.resolution_stated and self.resolution.state == BROKEN
        bad = late or self.reply.state == BROKEN or self.standing.reopened > 0
        return self.is_open or bad or (self.standing.rating is not None and self.standing.rating <= DISSATISFIED)

    def due(self, promised: timedelta) -> datetime | None:
        """Return by when something is due, or None while we wait for the customer."""
        return due(self.opened, promised, self.promise.hours, self.standing.pauses)


def measured(row: Mapping[str, Any], promises: Promises, now: datetime) -> Complaint:
    """Return a complaint from its row and the promises; it was opened by the clock ``now``."""
    stands = standing(row["steps"], now)
    opened: datetime = row["opened"]
    promise = promises.at(row["store"] or "", opened)

    def against(promised: timedelta, done: datetime | None) -> Measured:
        until = now if done is None else done
        worked = elapsed(opened, until, promise.hours, stands.pauses)
        state = BROKEN if worked > promised else RUNNING if done is None else KEPT
        return Measured(state, done, worked, max(until - opened, NOTHING))

    told = (row["person"], row["complaint"], row["store"] or "", row["cause"] or "", opened, promise, stands)
    return Complaint(*told, against(promise.reply, stands.first_reply), against(promise.resolution, stands.resolved))


def share(part: int, whole: int) -> float | None:
    """Return a share; of nothing there is none."""
    return part / whole if whole else None


def promise_row(name: str, all_measured: Iterable[Measured]) -> dict[str, Any]:
    """Return how many promises were kept and broken; the share is of those that are settled."""
    states = Counter(each.state for each in all_measured)
    counted = {state: states[state] for state in STATES}
    settled = states[KEPT] + states[BROKEN]
    return {"promise": name, "complaints": states.total(), **counted, "kept_share": share(states[KEPT], settled)}


def time_rows(name: str, all_measured: Iterable[Measured]) -> Iterator[dict[str, Any]]:
    """Yield the percentiles of what has come, by the clock on the wall and in working time."""
    came = [each for each in all_measured if each.done is not None]
    clocks: dict[str, Callable[[Measured], timedelta]] = {"wall": lambda m: m.waited, "working": lambda m: m.worked}
    for clock, taken in clocks.items():
        hours = [taken(each) / HOUR for each in came]
        found = np.percentile(hours, PERCENTILES).tolist() if hours else [None] * len(PERCENTILES)
        told = {f"p{percent}_hours": value for percent, value in zip(PERCENTILES, found, strict=True)}
        yield {"measure": name, "clock": clock, "complaints": len(came), **told}


def rating_row(group: str, complaints: Sequence[Complaint]) -> dict[str, Any]:
    """Return how content the customers of these complaints were in the end, where they said so."""
    ratings = [each.standing.rating for each in complaints if each.standing.rating is not None]
    return {
        "group": group,
        "complaints": len(complaints),
        "rated": len(ratings),
        "mean_rating": sum(ratings) / len(ratings) if ratings else None,
        "satisfied_share": share(sum(rating >= SATISFIED for rating in ratings), len(ratings)),
    }


def rating_rows(complaints: Sequence[Complaint]) -> list[dict[str, Any]]:
    """Return the ratings of all complaints, and of groups of them that may be compared."""
    groups: dict[str, Callable[[Complaint], bool]] = {
        "all": lambda _each: True,
        "reply_kept": lambda each: each.reply.state == KEPT,
        "reply_broken": lambda each: each.reply.state == BROKEN,
        "with_gesture": lambda each: bool(each.standing.gestures),
        "without_gesture": lambda each: not each.standing.gestures,
        "reopened": lambda each: each.standing.reopened > 0,
    }
    return [rating_row(name, [each for each in complaints if belongs(each)]) for name, belongs in groups.items()]


def group_rows(
    name: str, complaints: Sequence[Complaint], of: Callable[[Complaint], str], currency: str
) -> list[dict[str, Any]]:
    """Return complaints by cause, or by store, the most first; the share is of all of them."""
    groups: dict[str, list[Complaint]] = {}
    for each in complaints:
        groups.setdefault(of(each), []).append(each)
    rows = [
        {name: key, **_group(found, currency), "share": len(found) / len(complaints)} for key, found in groups.items()
    ]
    return sorted(rows, key=lambda row: (-row["complaints"], row[name]))


def _group(complaints: Sequence[Complaint], currency: str) -> dict[str, Any]:
    reply, resolution = (
        promise_row("", (each.reply for each in complaints)),
        promise_row("", (each.resolution for each in complaints)),
    )
    rated = rating_row("", complaints)
    return {
        "complaints": len(complaints),
        "open": sum(each.is_open for each in complaints),
        "reply_broken": reply[BROKEN],
        "reply_kept_share": reply["kept_share"],
        "resolution_broken": resolution[BROKEN],
        "resolution_kept_share": resolution["kept_share"],
        **reopened_figures(complaints),
        "gestures_cost_minor": gestures_minor(complaints, currency),
        "mean_rating": rated["mean_rating"],
    }


def reopened_figures(complaints: Sequence[Complaint]) -> dict[str, Any]:
    """Return how many were reopened, and the share of those that were resolved at all."""
    resolved = sum(each.standing.first_resolved is not None for each in complaints)
    reopened = sum(each.standing.reopened > 0 for each in complaints)
    return {"reopened": reopened, "reopened_share": share(reopened, resolved)}


def gestures_minor(complaints: Iterable[Complaint], currency: str) -> int:
    """Return what gestures cost in one currency."""
    return sum(
        gesture.amount_minor
        for each in complaints
        for gesture in each.standing.gestures
        if gesture.currency == currency
    )


def late_rows(complaints: Iterable[Complaint], limit: int) -> list[dict[str, Any]]:
    """Return complaints with a broken promise, the first that broke: what still lacks first, then the longest wait."""
    late: list[tuple[Complaint, str, timedelta, Measured]] = []
    for each in complaints:
        if each.reply.state == BROKEN:
            late.append((each, "reply", each.promise.reply, each.reply))
        elif each.resolution.state == BROKEN:
            late.append((each, "resolution", each.promise.resolution, each.resolution))
    late.sort(key=lambda row: (row[3].done is not None, -row[3].waited, row[0].person, row[0].complaint))
    return [
        {
            "person": each.person,
            "complaint": each.complaint,
            "store": each.store,
            "cause": each.cause,
            "promise": promise,
            "opened": each.opened,
            "due": each.due(promised),
            "done": found.done,
            "waited_hours": found.waited / HOUR,
            "working_hours": found.worked / HOUR,
            "open": each.is_open,
        }
        for each, promise, promised, found in late[:limit]
    ]
