"""How it is said which events are behind the figures of a report.

A way is the name of a kind of events, see ``services/views/event_kinds``, and what narrows it: ``@column`` stands for
what the row has in that column, or the question. ``day=`` and ``month=`` are a period. Store, period and point in time
of the report are kept. ``why`` leads to where one customer's figure is explained by its events. An empty way is of what
no event tells, such as a rule of ours.
"""

from collections.abc import Mapping
from typing import NamedTuple

WHY = "why"


class ReportWays(NamedTuple):
    """The ways of one report: of any figure, of those that count something else, and by table and column."""

    usual: str
    figures: Mapping[str, str]
    tables: Mapping[str, Mapping[str, str]]


def read(way: str) -> dict[str, str]:
    """Return a way as the query of ``/events``."""
    what, *narrowed = way.split(" ")
    return {"what": what, **dict(each.split("=", 1) for each in narrowed)}
