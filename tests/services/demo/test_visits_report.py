"""The report of visits on the demo: its figures are those of a plain scan over the events, in order of time."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date, timedelta
from statistics import median, quantiles
from typing import NamedTuple

import pytest

from events.catalog.orders import OrderPlaced
from events.catalog.searches import SearchPerformed
from events.catalog.visits import EVENTS, CartChanged, PageViewed, ProductViewed
from events.envelope import Envelope
from services import installation
from services.demo.report import Report
from services.reports.report import Answer
from services.reports.visits import VISITS
from tests.services.demo.told import owners, told
from tests.services.reports.asked import told as answered

HALF_HOUR = timedelta(minutes=30)
LAST_DAYS = (date(2011, 3, 2), date(2011, 3, 31))


class Visit(NamedTuple):
    """A visit as a scan finds it: whose, and its events in order; ``ordered`` says whether an order came of it."""

    person: str
    steps: list[Envelope]
    ordered: bool

    @property
    def pages(self) -> list[str]:
        """The pages that were looked at, in order."""
        return [page.page for _, page in told(self.steps, PageViewed)]

    @property
    def seconds(self) -> float:
        """How long it took."""
        return (self.steps[-1].time - self.steps[0].time).total_seconds()

    @property
    def searches(self) -> list[bool]:
        """Whether each search was in vain."""
        return [search.result_count == 0 for _, search in told(self.steps, SearchPerformed)]

    @property
    def outcome(self) -> str:
        """What came of it."""
        if self.ordered:
            return "ordered"
        if told(self.steps, CartChanged):
            return "cart_left"
        return "searched_in_vain" if any(self.searches) else "looked_only"

    @property
    def bounced(self) -> bool:
        """Whether one page or product was all."""
        products, other = told(self.steps, ProductViewed), [*self.searches, *told(self.steps, CartChanged)]
        return not other and len(self.pages) <= 1 and len(products) <= 1 and len(self.pages) + len(products) > 0


def visits_in(life: list[Envelope], orders: list[Envelope]) -> list[Visit]:
    """Return every visit: a session, or what lies less than half an hour apart, of one person in one store."""
    owner = owners(life)
    steps = defaultdict(list)
    for envelope in life:
        event = envelope.data
        if isinstance(event, (SearchPerformed, *EVENTS)):
            person = owner.get(envelope.subject, envelope.subject)
            steps[person, event.store, event.session].append(envelope)
    places: dict[tuple[str, str], list[list[Envelope]]] = defaultdict(list)
    for (person, store, session), happened in steps.items():
        places[person, store] += _split(sorted(happened, key=lambda one: (one.time, one.id)), whole=bool(session))
    ordering: set[str] = set()
    for envelope, order in told(orders, OrderPlaced):
        around = [
            visit
            for visit in places[envelope.subject, order.store]
            if visit[0].time <= envelope.time < visit[-1].time + HALF_HOUR
        ]
        ordering.update(visit[0].id for visit in around if visit[0].time == max(other[0].time for other in around))
    return [Visit(person, visit, visit[0].id in ordering) for (person, _), visits in places.items() for visit in visits]


def _split(happened: list[Envelope], *, whole: bool) -> Iterator[list[Envelope]]:
    visit: list[Envelope] = []
    for one in happened:
        if visit and not whole and one.time - visit[-1].time >= HALF_HOUR:
            yield visit
            visit = []
        visit.append(one)
    yield visit


@pytest.fixture(scope="module")
def scanned(life: list[Envelope], orders: list[Envelope]) -> list[Visit]:
    """Return the visits that began in the last thirty days, as a scan finds them."""
    begin, end = LAST_DAYS
    return [visit for visit in visits_in(life, orders) if begin <= visit.steps[0].time.date() <= end]


@pytest.fixture(scope="module")
def answer(report: Report, demo_database: str) -> Answer:
    """Return what the report answers, once everything is folded."""
    assert report
    with closing(installation.connect(demo_database)) as connection:
        return answered(connection, VISITS)


def most(named: Iterable[str]) -> list[tuple[str, int]]:
    """Return the ten commonest, the commonest first, and those that are as common by name."""
    return sorted(Counter(named).items(), key=lambda item: (-item[1], item[0]))[:10]


def test_how_many_came_and_who(answer: Answer, scanned: list[Visit]) -> None:
    """Visits and visitors, known and not."""
    persons = {visit.person for visit in scanned}
    known = {person for person in persons if person.startswith("customer:")}

    figures = answer.figures

    assert (figures["first_day"], figures["last_day"]) == LAST_DAYS
    assert figures["visits"] == len(scanned) > 1_000
    assert figures["known_visits"] == sum(visit.person in known for visit in scanned)
    assert (figures["visitors"], figures["known_visitors"]) == (len(persons), len(known))
    assert figures["anonymous_visitors"] == len(persons - known) > 0


def test_how_long_they_stayed(answer: Answer, scanned: list[Visit]) -> None:
    """Length and pages: the median, and the ninth of nine cuts into tenths."""
    seconds, pages = [visit.seconds for visit in scanned], [len(visit.pages) for visit in scanned]

    figures = answer.figures

    assert figures["median_seconds"] == pytest.approx(median(seconds))
    assert figures["p90_seconds"] == pytest.approx(quantiles(seconds, n=10, method="inclusive")[8])
    assert figures["median_pages"] == pytest.approx(median(pages))
    assert figures["p90_pages"] == pytest.approx(quantiles(pages, n=10, method="inclusive")[8])


def test_what_came_of_it(answer: Answer, scanned: list[Visit]) -> None:
    """Outcomes, bounces, searches; in the demo orders name no session, so that their time alone tells."""
    searches = [vain for visit in scanned for vain in visit.searches]
    ordered = sum(visit.ordered for visit in scanned)

    figures = answer.figures

    assert {row["outcome"]: row["visits"] for row in answer.tables["outcomes"]} == Counter(
        visit.outcome for visit in scanned
    )
    assert (figures["ordering"], figures["ordering_by_time"]) == (ordered, ordered)
    assert figures["bounces"] == sum(visit.bounced for visit in scanned)
    assert (figures["searches"], figures["searches_in_vain"]) == (len(searches), sum(searches))
    assert figures["ordering_share"] == pytest.approx(ordered / len(scanned))


def test_by_day_and_page(answer: Answer, scanned: list[Visit]) -> None:
    """Days in order; the commonest first and last pages, with what came of those visits."""
    days = Counter(visit.steps[0].time.date().isoformat() for visit in scanned)

    assert [(row["day"], row["visits"]) for row in answer.tables["days"]] == sorted(days.items())
    for table, place in (("entry_pages", 0), ("exit_pages", -1)):
        shown = answer.tables[table]
        assert [(row["page"], row["visits"]) for row in shown] == most(v.pages[place] for v in scanned if v.pages)
        for row in shown:
            own = [visit for visit in scanned if visit.pages and visit.pages[place] == row["page"]]
            assert row["bounce_share"] == pytest.approx(sum(visit.bounced for visit in own) / len(own))
            assert row["ordering_share"] == pytest.approx(sum(visit.ordered for visit in own) / len(own))
