"""A shop on one day: tells facts, lets the projections catch up, and asks them. What most tests of projections need."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from events.catalog.identity import IdentityLinked
from events.envelope import Envelope
from events.event import Event
from events.log import EventLog
from projections._engine.declaration import Projection
from projections._engine.registry import Connection
from tests.projections.engine.tables import Connect, pump

NOON = datetime(2024, 5, 17, 12, 0, tzinfo=UTC)


def at(clock: str, days: int = 0) -> datetime:
    """Return a time of the day, written ``HH:MM`` or ``HH:MM:SS.ffffff``; ``days`` later, or earlier if negative."""
    return datetime.fromisoformat(f"2024-05-17T{clock}+00:00") + timedelta(days=days)


class Shop:
    """The log, the projections and a connection to ask them; facts get their ids in the order of telling."""

    def __init__(
        self, log: EventLog, connect: Connect, connection: Connection, projections: Sequence[Projection]
    ) -> None:
        """Open with nothing told yet."""
        self.log = log
        self.connect = connect
        self.connection = connection
        self.projections = projections
        self._told = 0

    def tell(self, *data: Event, by: str = "customer:1", time: datetime = NOON) -> None:
        """Append facts of one subject; each happened a microsecond after the one before."""
        times = [time + timedelta(microseconds=number) for number in range(len(data))]
        self.log.append(self.facts(*zip(data, times, strict=True), by=by, first=self._told))
        self._told += len(data)

    def link(self, one: str, other: str) -> None:
        """Tell that two identifiers are one person."""
        self.tell(IdentityLinked(identifier=other), by=one)

    def catch_up(self) -> Connection:
        """Let every projection catch up, and return a connection to ask."""
        pump(self.log, self.connect, self.projections)
        return self.connection

    @staticmethod
    def facts(*told: tuple[Event, datetime], by: str = "customer:1", first: int = 0) -> list[Envelope]:
        """Return facts of one subject, each with its time; ids count up from ``first``."""
        return [
            Envelope(id=f"fact-{number:06}", source="urn:regulars:shop", time=time, subject=by, data=data)
            for number, (data, time) in enumerate(told, start=first)
        ]
