"""The jobs that look at everybody, for what comes with the time and not with an event: birthdays, dials, contacts.

Each signal's id says what it is about and of when, so that looking twice raises nothing twice.
"""

from datetime import timedelta

from services.reactions import birthday_due, contact_due, dial_fell
from services.reactions._engine.sweep import Sweep

SWEEPS: tuple[Sweep, ...] = (
    Sweep("birthdays", timedelta(hours=6), birthday_due.look, "Finds birthdays that are near, four times a day."),
    Sweep(
        "dials", timedelta(hours=1), dial_fell.look, "Finds dials that fell, once an hour: they change by a refresh."
    ),
    Sweep(
        "contacts", timedelta(hours=6), contact_due.look, "Finds planned contacts whose day has come, four times a day."
    ),
)
