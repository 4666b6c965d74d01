"""The report of complaints on the demo: its figures are those of a plain walk through its events."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from statistics import mean, quantiles
from typing import NamedTuple

import pytest

from events.catalog import complaints as catalog
from events.envelope import Envelope
from services import installation
from services.demo.report import Report
from services.installation import Connection
from services.reports.complaints import COMPLAINTS
from services.reports.report import Answer
from tests.services.reports.asked import told as answered

CLOCK = datetime(2011, 4, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STATES = ("kept", "broken", "running")
SAYS_SOMETHING = (
    catalog.ComplaintAnsweredByCustomer,
    catalog.ComplaintReopened,
    catalog.ComplaintConfirmed,
    catalog.ComplaintResolved,
)


class Walked(NamedTuple):
    """What a walk through a complaint's events counts: time that was not spent waiting for the customer."""

    to_reply: timedelta | None
    to_resolution: timedelta | None
    so_far: timedelta
    reopened: bool
    cost: int
    rating: int | None


@pytest.fixture(scope="module")
def answer(report: Report, demo_database: str) -> Iterator[Answer]:
    """Return what the report says by the clock, once everything is folded."""
    assert report
    with closing(installation.connect(demo_database)) as opened:
        connection: Connection = opened
        yield answered(connection, COMPLAINTS, now=CLOCK, currency="GBP", limit=1000)


@pytest.fixture(scope="module")
def walked(life: list[Envelope]) -> dict[str, Walked]:
    """Return each complaint by the clock, from its events one after the other."""
    events: dict[str, list[Envelope]] = defaultdict(list)
    for envelope in life:
        if isinstance(envelope.data, catalog.EVENTS) and envelope.time <= CLOCK:
            events[envelope.data.complaint].append(envelope)
    return {name: walk(sorted(each, key=lambda one: one.time)) for name, each in events.items()}


def walk(events: list[Envelope]) -> Walked:
    """Walk through the events of a complaint in order, with a stopwatch that stands still while we wait."""
    watch, waiting, last = timedelta(), False, events[0].time
    reply: timedelta | None = None
    resolution: timedelta | None = None
    for envelope in events:
        watch, last = watch + (timedelta() if waiting else envelope.time - last), envelope.time
        waiting = isinstance(envelope.data, catalog.ComplaintWaiting) or (
            waiting and not isinstance(envelope.data, SAYS_SOMETHING)
        )
        match envelope.data:
            case catalog.ComplaintReplied() if reply is None:
                reply = watch
            case catalog.ComplaintResolved():
                resolution = resolution or watch
            case catalog.ComplaintReopened():
                resolution = None
            case _:
                pass
    said = [envelope.data for envelope in events]
    return Walked(
        reply,
        resolution,
        watch + (timedelta() if waiting else CLOCK - last),
        any(isinstance(data, catalog.ComplaintReopened) for data in said),
        sum(data.amount_minor for data in said if isinstance(data, catalog.GestureOffered)),
        next((data.rating for data in reversed(said) if isinstance(data, catalog.SatisfactionRated)), None),
    )


def states(walked: dict[str, Walked], times: list[timedelta | None]) -> Counter[str]:
    """Return how many promises of a day were kept, broken and run."""
    return Counter(
        "broken" if (each.so_far if time is None else time) > DAY else "running" if time is None else "kept"
        for each, time in zip(walked.values(), times, strict=True)
    )


def test_promises_of_the_demo(answer: Answer, walked: dict[str, Walked]) -> None:
    """Kept, broken and running; how long a reply took; and that we waited for some."""
    replies = [each.to_reply for each in walked.values()]
    resolutions = [each.to_resolution for each in walked.values()]

    rows = {row["promise"]: row for row in answer.tables["promises"]}

    for which, times in (("reply", replies), ("resolution", resolutions)):
        counted = states(walked, times)
        assert [rows[which][name] for name in STATES] == [counted[name] for name in STATES]
        hours = [time / timedelta(hours=1) for time in times if time is not None]
        row = next(
            row for row in answer.tables["times"] if row["measure"].endswith(which) and row["clock"] == "working"
        )
        assert row["p90_hours"] == pytest.approx(quantiles(hours, n=10, method="inclusive")[8])
    assert answer.figures["complaints"] == len(walked) > 100
    assert answer.figures["open"] == resolutions.count(None) > 0


def test_what_came_after_on_the_demo(answer: Answer, walked: dict[str, Walked]) -> None:
    """Reopened, what gestures cost, and how content people were."""
    ratings = [each.rating for each in walked.values() if each.rating is not None]

    figures = answer.figures

    assert figures["reopened"] == sum(each.reopened for each in walked.values()) > 0
    assert figures["gestures_cost_minor"] == sum(each.cost for each in walked.values()) > 0
    assert (figures["rated"], figures["mean_rating"]) == (len(ratings), pytest.approx(mean(ratings)))
    assert figures["revenue_at_risk_minor"] > 0
