"""A fit: the parameters of both forecasts for one currency by a day, with the formula, as the log records it.

The event is ModelFitted of the model ``dial.GBP``; its numbers are decimal text that gives the same float back. Its
time is the end of the last day that counts, the clock by which was reckoned; the log knows when it was recorded.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import NamedTuple

import msgspec
import numpy as np

from events.catalog.operations import ModelFitted
from events.envelope import Envelope
from services.dial.formula import Formula
from services.dial.history import History
from services.forecasting import bg_nbd, gamma_gamma
from services.forecasting.fitting import NotFitted
from services.reports import words

SOURCE = "urn:regulars:dial"
LEAST_REPEATERS = 10
"""Of fewer customers who bought on a second day, four parameters and three say nothing."""


class Model(NamedTuple):
    """Both forecasts' parameters, of the customers of a currency by a day; time is in weeks, money in minor units."""

    currency: str
    day: date
    formula: Formula
    purchases: bg_nbd.Parameters
    values: gamma_gamma.Parameters

    @property
    def month(self) -> date:
        """The first day of the month whose dial it makes."""
        return self.day.replace(day=1)

    @property
    def name(self) -> str:
        """What the log calls it."""
        return name_of(self.currency)


def name_of(currency: str) -> str:
    """Return what the log calls the model of a currency."""
    return f"dial.{currency}"


def subject_of(currency: str) -> str:
    """Return the subject of the fits of a currency: they lie in one partition, in order."""
    return f"model:{name_of(currency)}"


def fitted(history: History, currency: str, day: date, formula: Formula) -> Model:
    """Return the model of these histories. Raises NotFitted where they are too few."""
    repeaters = int(np.count_nonzero(history.days > 1))
    if repeaters < LEAST_REPEATERS:
        have = words.counted(repeaters, "customer has", "customers have")
        message = f"{have} bought on a second day, and a forecast needs {LEAST_REPEATERS}"
        raise NotFitted(message)
    return Model(currency, day, formula, bg_nbd.fit(history.purchases(day)), gamma_gamma.fit(history.values()))


def recorded(model: Model, positions: Mapping[int, int], history: History) -> Envelope:
    """Return the event that says so; the same fit of the same events is the same event."""
    told = {
        **{name: repr(value) for name, value in model.purchases._asdict().items()},
        **{name: repr(value) for name, value in model.values._asdict().items()},
        **{name: str(value) for name, value in model.formula._asdict().items()},
        "log_likelihood": repr(bg_nbd.log_likelihood(model.purchases, history.purchases(model.day))),
        "correlation": repr(gamma_gamma.correlation(history.values())),
        "customers": str(len(history.days)),
        "repeaters": str(np.count_nonzero(history.days > 1)),
        "currency": model.currency,
        "day": model.day.isoformat(),
    }
    data = ModelFitted(
        model=model.name,
        parameters=told,
        positions={str(partition): offset for partition, offset in sorted(positions.items())},
    )
    known = hashlib.sha256(msgspec.json.encode(data, order="sorted")).hexdigest()[:24]
    return Envelope(
        id=f"{model.name}:{model.day}:{known}",
        source=SOURCE,
        time=datetime.combine(model.day, time.max, UTC),
        subject=subject_of(model.currency),
        data=data,
    )


def read(event: ModelFitted) -> Model:
    """Return the model that an event records. Raises KeyError or ValueError where it is none of a dial's."""
    told = event.parameters
    return Model(
        told["currency"],
        date.fromisoformat(told["day"]),
        Formula(*(int(told[name]) for name in Formula._fields)),
        bg_nbd.Parameters(*(float(told[name]) for name in bg_nbd.Parameters._fields)),
        gamma_gamma.Parameters(*(float(told[name]) for name in gamma_gamma.Parameters._fields)),
    )
