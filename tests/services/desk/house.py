"""A house with a desk: facts are told as others tell them, commands are given, and what came of them is looked at."""

from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest

from events.envelope import Envelope
from events.event import Event
from events.log.postgres import Journal
from projections.checklist_steps import ChecklistSteps
from projections.complaint_cases import ComplaintCases
from projections.consents import Consents
from projections.contact_plans import ContactPlans
from projections.contacts import Contacts
from projections.covers import Covers
from projections.identity import Identity
from projections.managers import Managers
from projections.policies import Policies
from projections.profile import Profile
from projections.staff import Staff
from projections.tasks import Tasks
from services import installation
from services.desk.deciding import Command, Order, Refused
from services.desk.desk import Desk
from tests.projections.engine.tables import pump

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
DAY = timedelta(days=1)
HEARD = (
    *(Staff(), Covers(), Managers(), ContactPlans(), Consents(), Identity(), Policies(), Profile()),
    *(ComplaintCases(), ChecklistSteps(), Contacts(), Tasks()),
)


class House:
    """One desk and its journal; the projections see what was told, not what the desk decided."""

    def __init__(self, dsn: str, desk: Desk) -> None:
        """Begin with projections of an empty journal."""
        self.desk = desk
        self._dsn = dsn
        self._ids = count(1)
        self.tell()

    def tell(self, *data: Event, by: str = "house:regulars", at: datetime = NOW - DAY) -> None:
        """Let others tell facts about one subject, a microsecond apart, and the projections see them."""
        with installation.connect(self._dsn) as connection:
            journal = Journal(connection)
            journal.append(
                [
                    Envelope(
                        id=f"told-{next(self._ids)}",
                        source="urn:regulars:others",
                        time=at + timedelta(microseconds=number),
                        subject=by,
                        data=each,
                    )
                    for number, each in enumerate(data)
                ]
            )
            pump(journal, partial(installation.connect, self._dsn), HEARD)

    def give(self, aggregate: str, name: str, command: Command, by: str = "boss", at: datetime = NOW) -> list[Event]:
        """Give the desk a command, and return the facts that it came to. Raises Refused."""
        before = len(self.desk.history(aggregate, name))
        self.desk.perform(Order(aggregate, name, command, by), at)
        return [decided.envelope.data for decided in self.desk.history(aggregate, name)[before:]]

    def refuses(
        self, aggregate: str, name: str, command: Command, by: str = "boss", at: datetime = NOW
    ) -> tuple[str, str]:
        """Give the desk a command that it refuses, and return the code and the sentence."""
        with pytest.raises(Refused) as refused:
            self.give(aggregate, name, command, by, at)
        return refused.value.code, refused.value.message

    def state(self, aggregate: str, name: str) -> Any:  # noqa: ANN401 - each aggregate has its own
        """Return how one of an aggregate stands."""
        return self.desk.state(aggregate, name).state
