"""How a job that looks at everybody is written: for what no event tells, since it comes with the time alone.

A birthday, or a deadline that is near. It returns signals with ids of its own, such as ``birthday:customer:1:2026``: so
a sweep that is run again, after a crash or by another process, raises nothing twice.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from projections._engine.registry import Connection
from services.reactions._engine.reaction import Signal


class Sweep(NamedTuple):
    """A sweep: its name, how often it looks, and the look, over a connection by a clock. ``about`` says it in words."""

    name: str
    every: timedelta
    work: Callable[[Connection, datetime], Iterable[Signal]]
    about: str
