"""Makes a month's dials again from the log alone: the recorded fit, and the events that it was fitted to.

The projections are folded from exactly the events before the fit's positions, and the recorded parameters are used as
they are. The dials have to be the same to the last figure, which their digests tell. The awkward half: on another
processor, or another release of numpy, an exponential may differ in its last digit, and a rounded figure with it.
"""

from datetime import date
from typing import NamedTuple

from events.catalog.operations import ModelFitted
from events.log import EventLog
from projections._engine.as_of import facts_of
from projections._engine.registry import Connection
from services.dial import keeping, model
from services.dial.dialling import dialled
from services.dial.fitting import Connect, Wanted, history_at
from services.dial.keeping import Fit


class NeverFitted(LookupError):
    """The log holds no fit of that month; the message is a sentence."""


class Again(NamedTuple):
    """What came of it: the digests of the dials that were there and of those that the log gives."""

    event_id: str
    customers: int
    before: str
    after: str

    @property
    def equal(self) -> bool:
        """Whether they are the same."""
        return self.before == self.after


def compute_month(connection: Connection, log: EventLog, connect: Connect, month: date, currency: str) -> Again:
    """Replace a month's dials by those of its last recorded fit. Raises NeverFitted."""
    event_id, event = _last_fit(connection, month, currency)
    made_of = model.read(event)
    positions = {int(partition): offset for partition, offset in event.positions.items()}
    wanted = Wanted(currency, made_of.day, made_of.formula)
    told = history_at(connection, log, connect, positions, wanted)
    before = keeping.digest(connection, month, currency)
    keeping.keep(connection, made_of, Fit(event_id, event.positions, event.parameters), dialled(made_of, told))
    return Again(event_id, len(told.days), before, keeping.digest(connection, month, currency))


def fits(connection: Connection, currency: str) -> list[tuple[str, ModelFitted]]:
    """Return every recorded fit of a currency, with the event's id, in the order of the log."""
    facts = facts_of(connection, [model.subject_of(currency)], types=[ModelFitted.event_type])
    return [(fact.envelope.id, fact.envelope.data) for fact in facts if isinstance(fact.envelope.data, ModelFitted)]


def _last_fit(connection: Connection, month: date, currency: str) -> tuple[str, ModelFitted]:
    for event_id, event in reversed(fits(connection, currency)):
        if event.parameters.get("day", "")[:7] == f"{month:%Y-%m}":
            return event_id, event
    message = f"The log holds no fit of {month:%B %Y} in {currency}, as far as it is folded."
    raise NeverFitted(message)
