"""The reports of contacts on the demo: their figures are those of a plain scan over its events."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from statistics import median, quantiles

import pytest

from events.catalog.contacts import ContactAnswered, ContactMade, ContactPlanned, ContactReceived, ContactSkipped
from events.catalog.customers import ManagerAssigned
from events.envelope import Envelope
from services import installation
from services.demo.report import Report
from services.installation import Connection
from services.reports.contact_plan import CONTACT_PLAN
from services.reports.contacts import CONTACTS
from tests.services.demo.told import told
from tests.services.reports.asked import told as answered

CLOCK = datetime(2011, 3, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def connection(report: Report, demo_database: str) -> Iterator[Connection]:
    """Return a connection to the demo, once everything is folded."""
    assert report
    with closing(installation.connect(demo_database)) as opened:
        yield opened


@pytest.fixture(scope="module")
def known(life: list[Envelope]) -> list[Envelope]:
    """Return what had happened by the clock."""
    return [envelope for envelope in life if envelope.time <= CLOCK]


def test_contacts_by_bucket(connection: Connection, known: list[Envelope]) -> None:
    """How many of each, how soon they were answered, who waits, and who asked again within seven days."""
    asked = {data.contact: (envelope, data) for envelope, data in told(known, ContactReceived)}
    first: dict[str, datetime] = {}
    for envelope, answer in sorted(told(known, ContactAnswered), key=lambda one: one[0].time):
        first.setdefault(answer.contact, envelope.time)
    stray = first.keys() - asked.keys()
    hours = sorted((first[key] - asked[key][0].time).total_seconds() / 3600 for key in first.keys() & asked.keys())
    times = defaultdict(list)
    for envelope, data in asked.values():
        times[envelope.subject, data.bucket].append(envelope.time)
    again = sum(any(0 < (one - other) / DAY <= 7 for other in each) for each in times.values() for one in each)

    figures, tables = answered(connection, CONTACTS, now=CLOCK, limit=1000)

    assert (figures["contacts"], figures["answered"]) == (len(asked), len(hours))
    assert figures["without_question"] == len(stray)
    assert figures["repeats"] == again > 0
    assert figures["median_hours"] == pytest.approx(median(hours))
    assert figures["p90_hours"] == pytest.approx(quantiles(hours, n=10, method="inclusive")[8])
    buckets = Counter(data.bucket for _, data in asked.values())
    assert {row["bucket"]: row["contacts"] for row in tables["buckets"]} == buckets
    waiting = sorted((asked[key][0].time, key) for key in asked.keys() - first.keys())
    assert [row["contact"] for row in tables["unanswered"]] == [key for _, key in waiting]
    assert waiting


def test_the_year_s_plan(connection: Connection, known: list[Envelope]) -> None:
    """How each planned contact of 2011 stands, by who planned it, and who has a manager and no plan."""
    made = {data.contact: envelope.time for envelope, data in told(known, ContactMade)}
    skipped = {data.contact for _, data in told(known, ContactSkipped)}
    stands: dict[str, Counter[str]] = defaultdict(Counter)
    planned = set()
    for envelope, data in told(known, ContactPlanned):
        if data.due_on.year == CLOCK.year:
            planned.add(envelope.subject)
            stands[data.by][state(data.due_on, made.get(data.contact), skipped=data.contact in skipped)] += 1
    managed = {envelope.subject for envelope, _ in told(known, ManagerAssigned)}

    answer = answered(connection, CONTACT_PLAN, now=CLOCK, limit=1000)

    states = ("kept", "late", "skipped", "missed", "due", "to_come")
    found = {row["manager"]: Counter({name: row[name] for name in states}) for row in answer.tables["managers"]}
    assert {manager: counted for manager, counted in found.items() if counted.total()} == stands
    assert answer.figures["planned"] == sum(counted.total() for counted in stands.values()) > 100
    assert {row["person"] for row in answer.tables["without_plan"]} == managed - planned
    assert {row["person"] for row in answer.tables["customers"]} == planned


def state(due_on: date, made: datetime | None, *, skipped: bool) -> str:
    """Return how a planned contact stands by the clock."""
    if made is not None:
        return "kept" if made.date() <= due_on else "late"
    if skipped:
        return "skipped"
    days = (due_on - CLOCK.date()).days
    return "missed" if days < 0 else "due" if days <= 14 else "to_come"
