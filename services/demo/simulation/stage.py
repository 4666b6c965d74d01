"""Where the simulated events are gathered: all within the shop's period, all marked as simulated."""

from datetime import datetime, timedelta
from hashlib import blake2b
from random import Random

import msgspec

from events.envelope import Envelope
from events.event import Event

SOURCE = "urn:regulars:simulated"
ID_BYTES = 16


class Stage:
    """Takes what the stories tell. An event's id follows from what it says, so telling it again adds nothing."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        """Take events from ``begin`` to ``end``, both included; what lies outside has not happened yet."""
        self.begin = begin
        self.end = end
        self.told: dict[str, Envelope] = {}

    def tell(self, at: datetime, subject: str, event: Event, cause: str = "") -> str:
        """Add an event and return its id, for those that it causes; outside of the period nothing is added."""
        if not self.begin <= at <= self.end:
            return ""
        said = f"{event.event_type} {subject} {at.isoformat()} ".encode() + msgspec.json.encode(event)
        event_id = f"simulated-{blake2b(said, digest_size=ID_BYTES).hexdigest()}"
        self.told[event_id] = Envelope(
            id=event_id, source=SOURCE, time=at, subject=subject, data=event, causationid=cause
        )
        return event_id


def happens(dice: Random, chance: float) -> bool:
    """Return whether something with this chance happens this time."""
    return dice.random() < chance


def after(dice: Random, at: datetime, least_hours: float, most_hours: float) -> datetime:
    """Return an instant that lies between these many hours after another."""
    return at + timedelta(seconds=int(3600 * (least_hours + (most_hours - least_hours) * dice.random())))


def by_day(dice: Random, at: datetime, days: int = 0) -> datetime:
    """Return an instant in the waking hours of the day that lies ``days`` later."""
    minutes = 8 * 60 + int(13 * 60 * dice.random())
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight + timedelta(days=days, minutes=minutes, seconds=int(60 * dice.random()))
