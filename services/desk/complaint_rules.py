"""What the commands about a complaint have in common: whether there is one, whether it is open, and when it happens."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from events.event import Event
from services.desk.complaint_case import Case
from services.desk.deciding import Fact, Refused, Setting

FAST_CLOCK = timedelta(minutes=1)
"""By how much another's clock may be ahead of ours, so that what we answer is still told after what we answered."""


def be_known(state: Case) -> None:
    """Raise Refused where nobody raised a complaint, or several did who are not one person."""
    if not state.subject:
        message = f"There is no complaint {state.id}: raise it first."
        raise Refused("no_such_complaint", message)
    if not state.own_subject and len(state.subjects) > 1:
        told = ", ".join(state.subjects)
        message = f"Several customers have a complaint {state.id} ({told}): raise it here under an id of its own."
        raise Refused("ambiguous", message)


def be_open(state: Case) -> None:
    """Raise Refused where a complaint is not open."""
    be_known(state)
    if state.standing.resolved:
        message = f"Complaint {state.id} is resolved: reopen it first."
        raise Refused("resolved", message)


def fact_after(state: Case, setting: Setting, data: Event) -> Sequence[Fact]:
    """Return what happens; it happens after what is known, also where two things happen at once."""
    return [Fact(state.subject, data, _moment(state.last_at, setting.now))]


def _moment(last_at: datetime | None, now: datetime) -> datetime:
    if last_at is None or not now <= last_at <= now + FAST_CLOCK:
        return now
    return last_at + timedelta(microseconds=1)
