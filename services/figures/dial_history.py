"""One customer's history as a dial was made of it: their facts up to the fit, day by day, and the dial made again."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np

from events.catalog.operations import ModelFitted
from projections import PROJECTIONS
from projections._engine import queries
from projections._engine.as_of import AtPositions, Fact, as_of, facts_of
from services.dial import model
from services.dial.dialling import Dials, dialled
from services.dial.history import EPOCH, SCALE, History
from services.dial.model import Model
from services.figures.figure import Asking, BadOf
from services.figures.folding import said
from services.figures.money import PURCHASES

GRAPH = [each for each in PROJECTIONS if each.graph]

# The dial of one person in the last month that was dialled by the clock, or in a month by name.
DIAL = """
SELECT d.*, f.day, f.parameters, f.positions, f.event_id, f.customers
  FROM dial AS d JOIN dial_fit AS f USING (month, currency)
 WHERE d.person = %(person)s AND d.currency = %(currency)s AND f.day <= (%(now)s::timestamptz)::date
   AND (%(month)s::date IS NULL OR d.month = %(month)s)
 ORDER BY d.month DESC LIMIT 1
"""


class Day(NamedTuple):
    """What a customer did on a day, in one currency."""

    orders: int
    spend_minor: int
    net_minor: int


def weight_of(age: timedelta, half_life: int) -> int:
    """Return how much what is so old still counts, in whole numbers of SCALE."""
    return round(SCALE * float(0.5 ** (age.days / half_life)))


class Dialled(NamedTuple):
    """A dial as it is kept, the events that it was made of, their days, and the dial that these come to again."""

    row: Mapping[str, Any]
    facts: Sequence[Fact]
    days: Mapping[date, Day]
    made_of: Model
    again: Dials | None
    fit: Fact | None

    def weight(self, day: date, half_life: int) -> int:
        """Return how much a day's spend still counts, in whole numbers of SCALE."""
        return weight_of(self.row["day"] - day, half_life)


def dialled_of(asking: Asking) -> Dialled:
    """Return the dial that is asked about: ``of`` is a currency, and a month where it is not the last. Raises BadOf."""
    currency, _, month = asking.of.partition("/")
    asked = {"person": asking.person, "currency": currency, "now": asking.now, "month": _month(month)}
    rows = queries.rows(asking.connection, DIAL, **asked)
    if not rows:
        message = f"of: they have no dial in {currency[:16] or 'no currency'} by then: say one such as GBP."
        raise BadOf(message)
    row = rows[0]
    until = AtPositions({int(partition): offset for partition, offset in row["positions"].items()})
    past = as_of(asking.connection, GRAPH, asking.subject, until)
    facts = [fact for fact in past.facts if fact.envelope.time.date() <= row["day"]]
    days = _days(facts, currency)
    event = ModelFitted(model=model.name_of(currency), parameters=row["parameters"], positions=row["positions"])
    made_of = model.read(event)
    history = _history(days, row, made_of)
    again = None if history is None else dialled(made_of, history)
    return Dialled(row, facts, days, made_of, again, _fit(asking, row["event_id"], currency))


def _month(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = f"of: {text[:32]!r} is no month: write its first day, such as GBP/2026-03-01."
        raise BadOf(message) from None


def _fit(asking: Asking, event_id: str, currency: str) -> Fact | None:
    told = facts_of(asking.connection, [model.subject_of(currency)], types=[ModelFitted.event_type])
    return next((fact for fact in told if fact.envelope.id == event_id), None)


def _days(facts: Sequence[Fact], currency: str) -> dict[date, Day]:
    days: dict[date, Day] = {}
    for fact in facts:
        for row in said(PURCHASES, fact):
            if row["currency"] != currency:
                continue
            held = days.get(row["day"], Day(0, 0, 0))
            spend = row.get("spend_minor", 0)
            net = spend - row.get("cancelled_minor", 0) - row.get("returned_minor", 0)
            days[row["day"]] = Day(held.orders + row.get("orders", 0), held.spend_minor + spend, held.net_minor + net)
    return dict(sorted(days.items()))


def _history(days: Mapping[date, Day], row: Mapping[str, Any], made_of: Model) -> History | None:
    """Return the history as the dial's query has it: sums of whole numbers, the decayed ones cut to SCALE."""
    bought = [day for day, told in days.items() if told.orders > 0]
    if not bought:
        return None
    formula = made_of.formula
    figures = (
        len(bought),
        bought[0].toordinal() - EPOCH,
        bought[-1].toordinal() - EPOCH,
        days[bought[0]].spend_minor,
        sum(days[day].spend_minor for day in bought),
        decayed(days, row["day"], formula.recent_half_life),
        decayed(days, row["day"], formula.longer_half_life),
    )
    return History(*(np.array([figure], dtype=np.int64) for figure in figures))


def decayed(days: Mapping[date, Day], by: date, half_life: int) -> int:
    """Return what of the net spend still counts, each day's half as much for every half-life that it is old."""
    whole = sum(told.net_minor * weight_of(by - day, half_life) for day, told in days.items())
    return max(0, (2 * whole + SCALE) // (2 * SCALE))
