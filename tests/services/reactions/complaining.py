"""Complaints of one customer that go different ways; told once, and asked about by any clock."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from events.catalog.complaints import (
    ComplaintAnsweredByCustomer,
    ComplaintEscalated,
    ComplaintRaised,
    ComplaintReopened,
    ComplaintReplied,
    ComplaintResolved,
    ComplaintWaiting,
    SatisfactionRated,
)
from events.event import Event
from services.reactions._engine.reaction import Action, Remind, Signal
from tests.projections.shop import NOON
from tests.services.reactions.house import DAY, HOUR, House, of_kind, signal

MOMENT = timedelta(microseconds=1)
CLERK = "customer:cy"

WAYS: dict[str, Sequence[tuple[Event, timedelta]]] = {
    "plain": [(ComplaintRaised(complaint="plain", cause="late", order="o-1", store="leeds"), timedelta())],
    "kept": [
        (ComplaintRaised(complaint="kept"), timedelta()),
        (ComplaintReplied(complaint="kept"), DAY),
        (ComplaintResolved(complaint="kept"), 2 * DAY),
        (ComplaintReopened(complaint="kept", reason="again"), 3 * DAY),
        (ComplaintReplied(complaint="kept"), 3 * DAY + 2 * HOUR),
    ],
    "late": [
        (ComplaintRaised(complaint="late"), timedelta()),
        (ComplaintReplied(complaint="late"), DAY + MOMENT),
    ],
    "waits": [
        (ComplaintRaised(complaint="waits"), timedelta()),
        (ComplaintWaiting(complaint="waits"), 20 * HOUR),
        (ComplaintAnsweredByCustomer(complaint="waits"), 60 * HOUR),
    ],
    "asked": [
        (ComplaintRaised(complaint="asked"), timedelta()),
        (ComplaintWaiting(complaint="asked"), HOUR),
        (ComplaintReplied(complaint="asked"), 50 * HOUR),
    ],
    "phone": [
        (ComplaintRaised(complaint="phone"), timedelta()),
        (ComplaintResolved(complaint="phone"), HOUR),
        (SatisfactionRated(complaint="phone", rating=2), 2 * HOUR),
    ],
    "up": [
        (ComplaintRaised(complaint="up"), timedelta()),
        (ComplaintEscalated(complaint="up", to="eve", by="ann"), HOUR),
        (ComplaintEscalated(complaint="up", to="boss", by="reaction:promise_due"), 30 * HOUR),
    ],
    "hours": [(ComplaintRaised(complaint="hours", store="york"), timedelta())],
}


def complain(house: House) -> None:
    """Tell of all of them, of a promise that one store makes, and of the customer."""
    house.staff()
    house.policy(NOON - DAY, "complaint_promise.york", hours="8", days="mon-fri", opens="09:00", closes="17:00")
    house.catch_up()
    house.customer("cy", orders=2)
    for way in WAYS.values():
        for said, after in way:
            house.tell(said, by=CLERK, time=NOON + after)
    house.catch_up()


def heard(house: House, kind: str, complaint: str) -> Signal:
    """Return the first signal of a kind about a complaint, as the projections raised it."""
    rows = house.connection.execute(
        "SELECT event_id, happened_at, detail FROM engine.signal WHERE kind = %s AND detail ->> 'complaint' = %s"
        " ORDER BY id LIMIT 1",
        [kind, complaint],
    ).fetchall()
    ((event_id, at, detail),) = rows
    return signal(kind, CLERK, at=at, event_id=event_id, detail=detail)


def owed(complaint: str, kind: str, at: datetime, **detail: str) -> Signal:
    """Return a reminder of an answer, as it is raised when its time comes."""
    told = {"complaint": complaint, "answer": f"answer:{complaint}", **detail}
    return signal(kind, CLERK, at=at, detail=told)


def reminders(actions: Sequence[Action]) -> list[tuple[str, datetime]]:
    """Return what is to be raised, and when."""
    return [(each.key, each.at) for each in of_kind(actions, Remind)]
